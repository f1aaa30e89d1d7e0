import Foundation
import RanvierConfiguration
import RanvierFormats
import RanvierSpikes

extension DataFileSummary {
    /// Looks through a folder and the folders in it: images, sound and event recordings, how many in each folder, of
    /// what sizes, and what else there is.
    ///
    /// - Throws: ``DataError`` that names a file that is damaged, or the folder if there are no such files in it.
    public init(folder url: URL) throws(DataError) {
        var contents = FolderContents()
        try contents.add(url, under: "")
        let path = url.path(percentEncoded: false)
        guard contents.count > 0 else {
            throw DataError(
                .missing, at: path,
                expected: "images, sound or event recordings, or folders of them",
                found: contents.others.isEmpty ? "none" : FolderListing.told(contents.others),
                advice: "name a file inside it")
        }
        self.init(
            path: path, bytes: contents.bytes, isCompressed: false, format: "folder",
            details: contents.details)
    }
}

/// What a folder and the folders in it hold.
private struct FolderContents {
    private(set) var bytes = 0
    private(set) var others: [String] = []
    private var folders: [(name: String, count: Int)] = []
    private var images: [[Int]: Int] = [:]
    private var sounds: [Int: Int] = [:], codings: Set<String> = []
    private var shortest = Double.infinity, longest = 0.0
    private var recordings = 0, events = 0, latest = 0.0

    var count: Int { folders.reduce(0) { $0 + $1.count } }

    mutating func add(_ folder: URL, under place: String) throws(DataError) {
        let suffixes = ImageFile.suffixes + FSDD.suffixes + NMNIST.suffixes
        let listing = try FolderListing(folder, suffixes: suffixes)
        if !listing.files.isEmpty {
            folders.append((place.isEmpty ? "." : place, listing.files.count))
        }
        others += listing.others.map { place.isEmpty ? $0 : "\(place)/\($0)" }
        for file in listing.files {
            bytes += DataCatalogue.file(file).bytes
            try add(file: file)
        }
        for folder in listing.folders {
            let name = folder.lastPathComponent
            try add(folder, under: place.isEmpty ? name : "\(place)/\(name)")
        }
    }

    private mutating func add(file: URL) throws(DataError) {
        let name = file.lastPathComponent.lowercased()
        if ImageFile.suffixes.contains(where: { name.hasSuffix($0) }) {
            let image = try ImageFile(contentsOf: file)
            images[[image.height, image.width, image.channels], default: 0] += 1
        } else if FSDD.suffixes.contains(where: { name.hasSuffix($0) }) {
            let sound = try WAVFile(contentsOf: file)
            sounds[sound.sampleRate, default: 0] += 1
            codings.insert("\(sound.coding) of \(sound.bitsPerSample) bits")
            (shortest, longest) = (min(shortest, sound.duration), max(longest, sound.duration))
        } else {
            let stream = try ATISFile.read(file, sensor: EventSensor(height: 256, width: 256))
            recordings += 1
            events += stream.count
            if stream.count > 0 { latest = max(latest, stream.time(at: stream.count - 1)) }
        }
    }

    var details: [DataFileSummary.Detail] {
        func list<Key: Comparable>(_ counts: [(Key, Int)], _ text: (Key) -> String) -> String {
            counts.sorted { $0.0 < $1.0 }.map { "\(text($0.0)) (\($0.1))" }.joined(separator: ", ")
        }
        var rows: [(String, String)] = []
        if !images.isEmpty {
            rows.append(("images", "\(images.values.reduce(0, +))"))
            rows.append(("sizes", list(images.map { ("\($0.key)", $0.value) }) { $0 }))
        }
        if !sounds.isEmpty {
            rows.append(("sound", "\(sounds.values.reduce(0, +)) recordings"))
            rows.append(("sample rates", list(sounds.map { ($0.key, $0.value) }) { "\($0) Hz" }))
            rows.append(("codings", codings.sorted().joined(separator: "; ")))
            rows.append(
                (
                    "durations",
                    "\(NumberText.shortest(shortest)) to \(NumberText.shortest(longest)) s"
                ))
        }
        if recordings > 0 {
            rows.append(("event recordings", "\(recordings)"))
            rows.append(("events", "\(events)"))
            rows.append(("last event", "at \(NumberText.milliseconds(latest))"))
        }
        rows += folders.prefix(32).map { ("in \($0.name)", "\($0.count) files") }
        if folders.count > 32 { rows.append(("…", "\(folders.count - 32) more folders")) }
        if !others.isEmpty { rows.append(("left out", FolderListing.told(others))) }
        return rows.map { DataFileSummary.Detail(name: $0.0, value: $0.1) }
    }
}

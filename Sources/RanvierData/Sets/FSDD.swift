import Foundation
import RanvierConfiguration
import RanvierFormats
import RanvierSpikes
import RanvierTensors
import Synchronization

/// Spoken digits of the Free Spoken Digit Dataset as spikes of a cochlea.
///
/// Recordings `{digit}_{speaker}_{index}.wav` of one sampling rate (see ``/RanvierFormats/WAVFile``), in a folder `fsdd/recordings` of the data
/// directory. Small indices are test samples, so that every speaker and digit is in both parts. Samples are
/// rasters `[T, channels]` of zeros and ones.
///
///     let spoken = try FSDD(directory: directory)
///     spoken.train.featureShape       // [100, 64]
///
/// Source: Jackson et al., Free Spoken Digit Dataset; CC BY-SA 4.0.
public struct FSDD: Sendable {
    /// Samples for training: indices from `firstTrainingIndex` on.
    public let train: Dataset
    /// Samples for the test: smaller indices.
    public let test: Dataset
    /// The speakers, in alphabetical order.
    public let speakers: [String]
    /// Length of a step in seconds.
    public let timeStep: Double
    /// Events of all recordings that lie after the last step and are cut.
    public let cut: CutEvents
    /// Files in the folder that are no recordings and were left out.
    public let leftOut: [String]

    /// Samples per second below which a cochlea has no channels: its ticks are 1 ms.
    static let lowestSampleRate = 1000
    static let suffixes = [".wav", ".wav.gz"]
    static let folders = ["fsdd/recordings", "free-spoken-digit-dataset/recordings", "fsdd"]

    /// Reads all recordings and sends them through a cochlea.
    ///
    /// - Parameters:
    ///   - cochlea: by default one of 64 channels for the sample rate of the recordings.
    ///   - steps: number of steps; what a recording has beyond them is cut.
    ///   - timeStep: length of a step in seconds.
    ///   - firstTrainingIndex: recordings with a smaller index are for the test.
    ///   - includes: which indices to read at all.
    /// - Throws: ``DataError``: a folder that is missing or empty, a file name of another form, a damaged
    ///   recording, one with another sample rate.
    public init(
        directory: DataDirectory, cochlea: Cochlea? = nil, steps: Int = 100,
        timeStep: Double = 6e-3, firstTrainingIndex: Int = 10,
        includes: ClosedRange<Int> = 0...Int.max
    ) throws(DataError) {
        let folder = try Self.listing(in: directory)
        let recordings = try Self.recordings(in: folder, includes: includes)
        leftOut = folder.others
        let rate = recordings.first.map { Double($0.sound.sampleRate) } ?? 8000
        let cochlea = cochlea ?? Cochlea(sampleRate: rate)
        for recording in recordings
        where Double(recording.sound.sampleRate) != cochlea.filterBank.sampleRate {
            throw DataError(
                .unsupported, at: recording.sound.path,
                expected:
                    "\(NumberText.shortest(cochlea.filterBank.sampleRate)) samples per second, as in "
                    + (recordings.first?.sound.path ?? ""),
                found: "\(recording.sound.sampleRate)", advice: "resample the recording")
        }
        // One at a time per worker; the place of each result is fixed, so threads do not matter.
        let events = Mutex([EventStream?](repeating: nil, count: recordings.count))
        Parallel.forEach(parts: recordings.count) { index in
            let stream = cochlea.events(of: recordings[index].sound.mono)
            events.withLock { $0[index] = stream }
        }
        let streams = events.withLock { $0.compactMap(\.self) }
        cut = CutEvents(streams, steps: steps, timeStep: timeStep)
        let all = try Dataset(
            name: "fsdd", recordings: streams,
            labels: recordings.map(\.digit), steps: steps, timeStep: timeStep,
            classNames: (0...9).map { "\($0)" },
            origin: DataOrigin(
                source: "Free Spoken Digit Dataset (Jackson et al.)", licence: "CC BY-SA 4.0"))
        let indices = recordings.indices
        train = all.subset(
            indices.filter { recordings[$0].index >= firstTrainingIndex }, name: "fsdd training")
        test = all.subset(
            indices.filter { recordings[$0].index < firstTrainingIndex }, name: "fsdd test")
        speakers = Set(recordings.map(\.speaker)).sorted()
        self.timeStep = timeStep
    }

    struct Recording: Sendable {
        let digit: Int
        let speaker: String
        let index: Int
        let sound: WAVFile
    }

    private static func listing(in directory: DataDirectory) throws(DataError) -> FolderListing {
        guard let folder = folders.lazy.compactMap({ directory.folder($0) }).first else {
            throw DataError(
                .missing, at: directory.url.path(percentEncoded: false),
                expected: "a folder " + folders.joined(separator: " or "), found: "none",
                advice: "put the recordings of the Free Spoken Digit Dataset there")
        }
        return try FolderListing(folder, suffixes: suffixes)
    }

    /// The recordings, sorted by file name.
    private static func recordings(
        in folder: FolderListing, includes: ClosedRange<Int>
    ) throws(DataError) -> [Recording] {
        var recordings: [Recording] = []
        for file in try folder.requiredFiles(suffixes) {
            let parts = file.lastPathComponent.prefix { $0 != "." }.split(separator: "_")
            guard parts.count == 3, let digit = Int(parts[0]), (0...9).contains(digit),
                let index = Int(parts[2]), index >= 0
            else {
                throw DataError(
                    .wrongFormat, at: file.path(percentEncoded: false),
                    expected: "a name {digit}_{speaker}_{index}.wav",
                    found: file.lastPathComponent, advice: "move other files elsewhere")
            }
            guard includes.contains(index) else { continue }
            let sound = try WAVFile(contentsOf: file)
            guard sound.sampleRate >= lowestSampleRate, sound.frames > 0 else {
                throw DataError(
                    .unsupported, at: sound.path,
                    expected: "sound of at least \(lowestSampleRate) samples per second",
                    found: "\(sound.frames) samples, \(sound.sampleRate) per second",
                    advice: "record or resample it again, or move it elsewhere")
            }
            recordings.append(
                Recording(
                    digit: digit, speaker: String(parts[1]), index: index, sound: sound))
        }
        return recordings
    }
}

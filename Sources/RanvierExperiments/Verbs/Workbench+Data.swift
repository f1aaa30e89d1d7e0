import Foundation
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierReports

extension Workbench {
    /// Lists the data sets that are known, and which of them are there.
    ///
    /// - Throws: `DataError` if a data directory was named that is not there.
    public func listData(dataDirectory: String?) throws -> CommandOutcome {
        let catalogue = DataCatalogue(directory: try directory(dataDirectory))
        let rows = catalogue.entries.map { entry in
            [entry.name, entry.status.rawValue, entry.summary]
        }
        let missing = catalogue.entries.filter { !$0.missing.isEmpty }.map(\.name)
        let hint =
            missing.isEmpty
            ? ""
            : "\n\n`ranvier data info \(missing[0])` names the files that are looked for in the folder "
                + "that --data-directory or RANVIER_DATA names."
        return CommandOutcome(
            text: TextTable(head: ["name", "status", "holds"], rows: rows).text + hint,
            value: catalogue)
    }

    /// Tells what a data file or a folder of images or recordings holds, or what there is of a data set by name.
    ///
    /// - Throws: `DataError`.
    public func dataInfo(
        _ pathOrName: String, dataDirectory: String?
    ) throws -> CommandOutcome {
        var isFolder: ObjCBool = false
        let isFile = FileManager.default.fileExists(atPath: pathOrName, isDirectory: &isFolder)
        let place = try directory(dataDirectory)
        let catalogue = DataCatalogue(directory: place)
        // A data set's name means the set where a data directory is known, also beside a folder of that name.
        if !isFile || (isFolder.boolValue && place != nil && catalogue[pathOrName] != nil) {
            if let entry = catalogue[pathOrName] {
                return CommandOutcome(text: text(of: entry), value: entry)
            }
            let names = catalogue.entries.map(\.name)
            let nearest = NearestName.of(pathOrName, among: names)
            throw DataError(
                .missing, at: pathOrName,
                expected: "a file, or one of \(names.joined(separator: ", "))", found: "neither",
                advice: nearest.map { "did you mean '\($0)'?" } ?? "check the path")
        }
        let url = URL(filePath: pathOrName)
        let summary =
            isFolder.boolValue ? try DataFileSummary(folder: url) : try DataFileSummary(url)
        return CommandOutcome(text: text(of: summary), value: summary)
    }

    private func directory(_ path: String?) throws(DataError) -> DataDirectory? {
        let environment = ProcessInfo.processInfo.environment
        if path == nil, environment[DataDirectory.environmentVariable] ?? "" == "" { return nil }
        return try DataDirectory.locate(explicit: path)
    }

    private func text(of entry: DataCatalogue.Entry) -> String {
        let files = entry.files.map { "  \($0.path)  (\($0.bytes) bytes)" }
        let missing = entry.missing.map { "  \($0)  (not there)" }
        return
            (["\(entry.name): \(entry.summary)", "status: \(entry.status.rawValue)"] + files
            + missing).joined(separator: "\n")
    }

    private func text(of summary: DataFileSummary) -> String {
        let format = summary.format + (summary.isCompressed ? ", compressed with gzip" : "")
        let lines =
            [("file", summary.path), ("size", "\(summary.bytes) bytes"), ("format", format)]
            + summary.details.map { ($0.name, $0.value) }
        let width = lines.map(\.0.count).max() ?? 0
        return lines.map { $0.0.padding(to: width + 2) + $0.1 }.joined(separator: "\n")
    }
}

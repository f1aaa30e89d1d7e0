import Foundation
import RanvierConfiguration
import RanvierRuns

/// The settings of stored runs, and by which of them the runs differ.
struct RunSettings {
    /// Keys under which not all runs have the same value, in the order of the configurations.
    let keys: [String]
    /// For each run its value of each key; nil where it has no such key.
    let values: [[String: ConfigurationValue]]

    /// Reads what stands in the runs' `config.yaml`; a run whose file cannot be read has no settings.
    ///
    /// - Parameter ignored: keys that are not settings.
    init(of folders: [URL], ignoring ignored: Set<String> = ["version"]) {
        self.init(folders.map(Self.settings), ignoring: ignored)
    }

    init(
        _ runs: [[(path: String, value: ConfigurationValue)]], ignoring ignored: Set<String>
    ) {
        values = runs.map { Dictionary($0.map { ($0.path, $0.value) }) { first, _ in first } }
        let values = values
        var seen: Set<String> = []
        keys = runs.flatMap { $0.map(\.path) }.filter { key in
            guard !ignored.contains(key), seen.insert(key).inserted else { return false }
            let first = values.first?[key]
            return values.contains { $0[key] != first }
        }
    }

    static func settings(of folder: URL) -> [(path: String, value: ConfigurationValue)] {
        let file = folder.appending(path: RunDirectory.File.configuration.rawValue)
        guard let reader = try? ConfigurationReader(file: file) else { return [] }
        return reader.root.recordAll().leaves
    }

    /// The key's last step, or as many as tell it from the others.
    func shortKey(_ key: String) -> String {
        let steps = key.split(separator: ".").map(String.init)
        for length in 1..<max(steps.count, 1) {
            let end = steps.suffix(length)
            let isAlone = keys.count {
                $0.split(separator: ".").map(String.init).suffix(length) == end
            }
            if isAlone == 1, Int(end.first ?? "") == nil { return end.joined(separator: ".") }
        }
        return key
    }
}

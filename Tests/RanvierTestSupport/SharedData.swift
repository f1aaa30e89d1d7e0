import Foundation
import RanvierData
import Testing

/// Larger data sets, for tests that run where they are there: `RANVIER_DATA`, or the folder beside the
/// package that this project's machines have.
public enum SharedData {
    /// Where they are; nil where they are not.
    public static let directory: DataDirectory? = try? DataDirectory.locate(
        fallbacks: ["../shared/data"])

    /// Whether a file or folder is there.
    public static func has(_ path: String) -> Bool {
        directory.map { FileManager.default.fileExists(atPath: $0.url.appending(path: path).path) }
            ?? false
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs the test where a folder of the data directory is there; else it is reported as skipped.
    public static func data(_ path: String) -> Self {
        .enabled(
            if: SharedData.has(path),
            "skipped: no \(path) in RANVIER_DATA or ../shared/data")
    }
}

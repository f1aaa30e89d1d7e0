import Foundation
import RanvierRuns

/// The verbs of the command, as functions: what `ranvier <verb>` does is `Experiments.<verb>`.
///
/// Each takes what was asked for, tells its progress through `WorkEvents`, and returns text and
/// JSON. Errors that conform to `ExitStatusProviding` say how the command ends.
public enum Experiments {
    /// The folder under which run directories are made if none is named.
    public static var defaultOutput: URL { URL(filePath: "runs", directoryHint: .isDirectory) }

    /// The folder of a run that is named by its path, or by number, name or path in the index.
    ///
    /// - Throws: `RunError` or `RunIndexError` if there is no such run.
    public static func runFolder(_ name: String, output: URL) throws -> URL {
        let path = URL(filePath: name, directoryHint: .isDirectory)
        if FileManager.default.fileExists(atPath: path.path) {
            try RunDirectory.requireRun(path)
            return path
        }
        let below = output.appending(path: name)
        if !name.hasPrefix("/"), RunDirectory.isRun(below) { return below }
        do {
            let index = try RunIndex(root: output, create: false)
            return index.folder(of: try index.run(name))
        } catch RunIndexError.missing {
            throw RunError.missing(path: name)
        }
    }
}

import Foundation
import RanvierFormats

/// The folder of one run, open for writing and locked against other processes.
///
/// It holds `config.yaml`, `metrics.jsonl`, `model.safetensors`, `model.json`, `result.json`,
/// `report.json`, `report.html` and `figures/`. Every file but `metrics.jsonl` is written under a temporary name
/// and renamed, so that none is ever half there.
public final class RunDirectory {
    /// Where the run is.
    public private(set) var url: URL
    private let lock: RunLock

    /// The names of a run's files.
    public enum File: String, CaseIterable, Sendable {
        /// The configuration as resolved, with seed and version.
        case configuration = "config.yaml"
        /// The configuration that a table implied, with a comment on each choice.
        case implied = "implied.yaml"
        /// A line of JSON per epoch.
        case metrics = "metrics.jsonl"
        /// The network's parameters.
        case model = "model.safetensors"
        /// The network's architecture.
        case architecture = "model.json"
        /// The trainer's state, to go on from.
        case checkpoint = "checkpoint.safetensors"
        /// What came of the run.
        case result = "result.json"
        /// How sure the network was of its answers to the validation samples, and whether they were right.
        case certainty = "certainty.json"
        /// What the report shows, to draw it again.
        case reportContent = "report.json"
        /// The report to read.
        case report = "report.html"
    }

    init(url: URL, lock: RunLock) {
        self.url = url
        self.lock = lock
    }

    /// Takes note of a new name.
    func move(to url: URL) { self.url = url }

    /// The name of a run's folder if none is given: `digits-0` for `digits.yaml` and seed 0.
    public static func defaultName(configuration: URL, seed: Int) -> String {
        "\(configuration.deletingPathExtension().lastPathComponent)-\(seed)"
    }

    /// Whether a folder holds a run.
    public static func isRun(_ url: URL) -> Bool {
        FileManager.default.fileExists(
            atPath: url.appending(path: File.configuration.rawValue).path)
    }

    // MARK: - Opening

    /// Makes a new run directory, and the folders above it.
    ///
    /// `prepare` writes the first files (and checks all that can be checked early) while the
    /// directory still has a hidden name; only when it returns does the directory take its place.
    /// If it throws, nothing is left behind, and a run that was to be overwritten is untouched.
    /// - Throws: `RunError.exists` if there are files and `overwrite` is false, `.notARun` if these
    ///   are not a run's, `.locked` if another process writes there; `FileError`; what `prepare`
    ///   throws. Complexity: a listing of the folder above.
    public static func create(
        at url: URL, overwrite: Bool = false, prepare: (RunDirectory) throws -> Void = { _ in }
    ) throws -> RunDirectory {
        let url = url.standardizedFileURL
        try Folder.make(url.deletingLastPathComponent())
        let (run, replaced) = try stage(url, overwrite: overwrite)
        do {
            try prepare(run)
            try run.takePlace(at: url, overwrite: overwrite, replacing: replaced)
            return run
        } catch {
            if run.url != url { try? removeHidden(run.url) }
            throw error
        }
    }

    /// Opens the directory of a run that is there, to go on with it; partial files of dead processes go.
    ///
    /// - Throws: `RunError.missing`, `.notARun`, `.locked`; `FileError` if it cannot be written.
    public static func open(_ url: URL) throws -> RunDirectory {
        let url = url.standardizedFileURL
        let parent = url.deletingLastPathComponent()
        if FileManager.default.fileExists(atPath: parent.path) {
            try FolderLock.hold(parent) { removeLeftovers(in: parent) }
        }
        try requireRun(url)
        let run = RunDirectory(url: url, lock: try RunLock(directory: url))
        run.removePartialFiles()
        return run
    }

    /// Checks that a folder holds a run, for those who only read.
    ///
    /// - Throws: `RunError.missing` or `.notARun`.
    public static func requireRun(_ url: URL) throws(RunError) {
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw .missing(path: url.path)
        }
        guard isRun(url) else { throw .notARun(path: url.path) }
    }

    // MARK: - Files

    /// The place of a file of the run.
    public func url(of file: File) -> URL { url.appending(path: file.rawValue) }

    /// Writes a file as a whole.
    ///
    /// - Throws: `FileError`; the old file is then untouched.
    public func write(_ data: Data, to file: File) throws(FileError) {
        try AtomicFile.write(data, to: url(of: file))
    }

    /// Writes a text file as a whole.
    ///
    /// - Throws: `FileError`; the old file is then untouched.
    public func write(_ text: String, to file: File) throws(FileError) {
        try write(Data(text.utf8), to: file)
    }

    /// Writes a figure, `figures/<name>.svg`, as a whole.
    ///
    /// - Throws: `FileError`.
    public func writeFigure(_ svg: String, named name: String) throws(FileError) {
        let folder = url.appending(path: "figures")
        try Folder.make(folder)
        try AtomicFile.write(Data(svg.utf8), to: folder.appending(path: "\(name).svg"))
    }
}

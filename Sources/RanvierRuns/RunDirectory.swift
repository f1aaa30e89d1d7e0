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

    private init(url: URL, lock: RunLock) {
        self.url = url
        self.lock = lock
    }

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
    ///   throws.
    public static func create(
        at url: URL, overwrite: Bool = false, prepare: (RunDirectory) throws -> Void = { _ in }
    ) throws -> RunDirectory {
        let url = url.standardizedFileURL
        let parent = url.deletingLastPathComponent()
        try makeFolder(parent)
        recover(url)
        var oldLock: RunLock?
        if try isOccupied(url) {
            guard overwrite else { throw RunError.exists(path: url.path) }
            guard isRun(url) else { throw RunError.notARun(path: url.path) }
            oldLock = try RunLock(directory: url)
        }
        let staging = hidden(url, "new")
        guard mkdir(staging.path, 0o755) == 0 else {
            throw FileError(parent, "create a folder in it")
        }
        do {
            let run = RunDirectory(url: staging, lock: try RunLock(directory: staging))
            try prepare(run)
            try run.takePlace(at: url, replacing: oldLock != nil)
            return run
        } catch {
            try? FileManager.default.removeItem(at: staging)
            throw error
        }
    }

    /// Opens the directory of a run that is there, to go on with it.
    ///
    /// - Throws: `RunError.missing`, `.notARun`, `.locked`; `FileError` if it cannot be written.
    public static func open(_ url: URL) throws -> RunDirectory {
        let url = url.standardizedFileURL
        try requireRun(url)
        return RunDirectory(url: url, lock: try RunLock(directory: url))
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
        try Self.makeFolder(folder)
        try AtomicFile.write(Data(svg.utf8), to: folder.appending(path: "\(name).svg"))
    }
}

// MARK: - Taking its place

extension RunDirectory {
    /// Gives the directory its final name; what was there stays until that has worked.
    private func takePlace(at target: URL, replacing: Bool) throws {
        let old = Self.hidden(target, "old")
        if replacing, rename(target.path, old.path) != 0 {
            throw FileError(target, "move the old run out of the way")
        }
        guard rename(url.path, target.path) == 0 else {
            let number = errno
            if replacing { rename(old.path, target.path) }
            if number == ENOTEMPTY || number == EEXIST { throw RunError.exists(path: target.path) }
            throw FileError(target, "give the folder its name", errorNumber: number)
        }
        url = target
        AtomicFile.synchronizeFolder(target.deletingLastPathComponent())
        if replacing { try? FileManager.default.removeItem(at: old) }
    }

    /// Cleans up after processes that died while making this directory: an old run that was moved
    /// out of the way comes back, unfinished new ones go.
    private static func recover(_ url: URL) {
        let parent = url.deletingLastPathComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
        for name in names {
            let leftover = parent.appending(path: name)
            let isOld = name.hasPrefix(".\(url.lastPathComponent).old-")
            guard isOld || name.hasPrefix(".\(url.lastPathComponent).new-"),
                !RunLock.isHeld(directory: leftover)
            else { continue }
            if isOld, rename(leftover.path, url.path) == 0 { continue }
            try? FileManager.default.removeItem(at: leftover)
        }
    }

    static func hidden(_ url: URL, _ purpose: String) -> URL {
        url.deletingLastPathComponent().appending(
            path: ".\(url.lastPathComponent).\(purpose)-\(getpid())-\(UInt32.random(in: 0...9999))")
    }

    /// Whether there is something at `url` that must not be lost.
    private static func isOccupied(_ url: URL) throws(FileError) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            return false
        }
        guard isFolder.boolValue else {
            throw FileError(url, "create the folder", errorNumber: ENOTDIR)
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: url.path) else {
            throw FileError(url, "read the folder", errorNumber: EACCES)
        }
        return !names.isEmpty
    }

    /// Makes a folder and those above it, unless they are there.
    package static func makeFolder(_ url: URL) throws(FileError) {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            throw FileError(
                path: url.path, operation: "create the folder",
                reason: underlying.flatMap { POSIXErrorCode(rawValue: Int32($0.code)) }
                    .map { String(cString: strerror($0.rawValue)) } ?? error.localizedDescription)
        }
    }
}

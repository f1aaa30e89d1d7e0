import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning
import RanvierRuns

/// A run that shall be there: a configuration with what is set in it, its seed, and its directory.
struct PlannedRun: Sendable {
    /// How far the run in its directory has come.
    enum State: Sendable, Equatable {
        /// There is none.
        case absent
        /// It was stopped and can go on.
        case interrupted
        /// It ended with an error.
        case failed
        /// It is there as it shall be.
        case finished
    }

    /// The file.
    let file: URL
    /// What is set in it, without the seed.
    let overrides: [ConfigurationOverride]
    /// Whether the seed is set, too.
    let setsSeed: Bool
    /// The run directory.
    let folder: URL
    /// The configuration as it is then.
    let configuration: RunConfiguration

    /// Its name in tables and messages.
    var name: String { folder.lastPathComponent }
    /// Its seed.
    var seed: UInt64 { configuration.seed }

    /// Reads the configuration.
    ///
    /// - Throws: `ConfigurationError`.
    init(
        file: URL, overrides: [ConfigurationOverride], seed: Int?, registry: Registry,
        folder: (RunConfiguration) -> URL
    ) throws {
        self.file = file
        self.overrides = overrides
        setsSeed = seed != nil
        let all = try overrides + (seed.map { [try ConfigurationOverride("seed=\($0)")] } ?? [])
        configuration = try RunConfiguration(file: file, overrides: all, registry: registry)
        self.folder = folder(configuration)
    }

    /// What is in its directory.
    ///
    /// - Throws: `RunError.taken` where the run there has another configuration, `.beyond` where it has done more epochs than are
    ///   asked for, `.locked` where a process writes it, `.notARun`.
    func state(registry: Registry) throws -> State {
        guard RunDirectory.isRun(folder) else { return .absent }
        guard !RunLock.isHeld(directory: folder) else {
            throw RunError.locked(path: folder.relativePath)
        }
        let stored = try RunConfiguration(
            file: folder.appending(path: RunDirectory.File.configuration.rawValue),
            registry: registry, defaultName: configuration.name,
            pathsFrom: file.deletingLastPathComponent())
        if let key = stored.resolved.firstDifference(
            from: configuration.resolved, ignoring: ["version"])
        {
            let done = RunDirectory.metricsLines(in: folder).count
            let asked = configuration.method.course.epochs
            if key == "training.epochs", done > asked {
                throw RunError.beyond(path: folder.relativePath, done: done, asked: asked)
            }
            throw RunError.taken(path: folder.relativePath, key: key)
        }
        if isFinished { return .finished }
        return hasFailed ? .failed : .interrupted
    }

    /// The result and all files, of as many epochs as were asked for: a run may have been gone on with since.
    private var isFinished: Bool {
        guard let result,
            FileManager.default.fileExists(
                atPath: folder.appending(path: RunDirectory.File.reportContent.rawValue).path)
        else { return false }
        let done = result.training.epochs
        guard done == RunDirectory.metricsLines(in: folder).count else { return false }
        let course = configuration.method.course
        return course.earlyStop != nil || done >= course.epochs
    }

    /// What came of it; nil where nothing has yet.
    var result: RunResult? {
        try? RunResult(
            storedIn: folder.appending(path: RunDirectory.File.result.rawValue), warning: { _ in })
    }

    private var hasFailed: Bool {
        let root = folder.deletingLastPathComponent()
        let path = RunRecord.path(of: folder, relativeTo: root)
        guard let index = try? RunIndex(root: root, create: false), let runs = try? index.runs()
        else { return false }
        return runs.first { $0.path == path }?.status == .failed
    }

    /// The command that makes the run, without the name of the tool.
    func arguments(_ further: [String] = []) -> [String] {
        // A file whose name looks like an option.
        let path = file.relativePath.hasPrefix("-") ? file.path : file.relativePath
        return ["run", path] + (setsSeed ? ["--seed", "\(seed)"] : [])
            + overrides.flatMap {
                ["--set", "\($0.path.joined(separator: "."))=\($0.yaml)"]
            } + further
    }
}

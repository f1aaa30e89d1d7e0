import Foundation
import Ranvier
import RanvierAnalysis
import RanvierBench
import RanvierConfiguration
import RanvierReports
import RanvierRuns
import RanvierStudies
import RanvierTensors

/// What a command is put together from. Another package adds to a copy:
///
///     var parts = Parts.standard
///     parts.registry.add(LayerKind(MyLayer.self))
///     parts.studies.append(MyStudy())
///     CommandLineTool.main(parts)
public struct Parts: Sendable {
    /// What configurations and stored models may name.
    public var registry: Registry
    /// The published studies that `reproduce` knows.
    public var studies: [any Study]
    /// The workloads that `bench` knows.
    public var workloads: [any Workload]
    /// The sections of a run's report, in order.
    public var reportSections: [any ReportSection]
    /// What `analyze robustness` does to sensors.
    public var damages: [any InputDamage]

    /// Parts that are chosen one by one.
    public init(
        registry: Registry, studies: [any Study], workloads: [any Workload],
        reportSections: [any ReportSection], damages: [any InputDamage] = InputDamages.standard
    ) {
        self.registry = registry
        self.studies = studies
        self.workloads = workloads
        self.reportSections = reportSections
        self.damages = damages
    }

    /// Everything that ships.
    public static let standard = Parts(
        registry: .standard, studies: Studies.all, workloads: Workloads.all,
        reportSections: ReportSections.standard)
}

/// The verbs of the command, as functions: what `ranvier <verb>` does is a method of the same name.
///
/// Each takes what was asked for, tells its progress through `WorkEvents`, and returns text and
/// JSON. Errors that conform to `ExitStatusProviding` say how the command ends.
public struct Workbench: Sendable {
    /// What it is put together from.
    public let parts: Parts

    /// A workbench.
    public init(_ parts: Parts = .standard) { self.parts = parts }

    var registry: Registry { parts.registry }

    /// The folder under which run directories are made if none is named.
    public static var defaultOutput: URL { URL(filePath: "runs", directoryHint: .isDirectory) }

    /// The folder of a run that is named by its path, or by number, name or path in the index.
    ///
    /// - Throws: `RunError` or `RunIndexError` if there is no such run.
    public func runFolder(_ name: String, output: URL) throws -> URL {
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

    /// Work with as many threads as were asked for; nil for one per core. No result depends on it.
    func withThreads<Value>(_ threads: Int?, _ work: () throws -> Value) rethrows -> Value {
        guard let threads else { return try work() }
        return try Parallel.withThreads(threads, work)
    }
}

import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierRuns
import RanvierSurrogate

/// A run as its configuration file describes it.
///
///     method: surrogate
///     dataset: {name: digits}
///     encoding: {direct: {steps: 25, time-step: 1e-3}}
///     network:
///       - linear: {outputs: 128}
///       - lif: {membrane-time-constant: 20e-3}
///       - linear: {outputs: 10}
///       - leaky-integrator: {membrane-time-constant: 20e-3}
///     training: {epochs: 30}
///     baseline: ann
public struct RunConfiguration: Sendable {
    /// Name of the run; by default the file's.
    public var name: String
    /// How the network learns, with all that belongs to it.
    public var method: any MethodConfiguration
    /// Seed of all random numbers.
    public var seed: UInt64
    /// What it learns from.
    public var dataset: DatasetConfiguration
    /// What to train beside it; nil for nothing.
    public var baseline: BaselineKind?
    /// What is measured besides what the task asks for.
    public var measures: [any EvaluationMeasure]
    /// All values as resolved, defaults included; paths of data are absolute.
    public var resolved: ConfigurationValue

    /// The word for no baseline.
    private static let noBaseline = "none"

    /// Reads and checks a configuration, with the kinds of the reader's registry.
    ///
    /// - Throws: `ConfigurationError` that names file, line and key.
    public init(_ reader: ConfigurationReader, defaultName: String) throws(ConfigurationError) {
        let root = reader.root, registry = root.registry
        // Written into the file of a stored run; read back and otherwise ignored.
        _ = try root.optionalString("version")
        name = try root.string("name", default: defaultName)
        let methods = registry.all(MethodRole.self)
        let word = try root.choice(
            "method", of: methods.map(\.name), default: SurrogateConfiguration.method)
        guard let kind = methods.first(where: { $0.name == word }) else {
            preconditionFailure("'\(word)' was found among the methods before")
        }
        seed = try root.seed("seed", default: 0)
        dataset = try DatasetConfiguration(root.section("dataset"))
        method = try kind.payload.configuration(root)
        try method.check(dataset, root)
        let baselines = registry.all(BaselineRole.self)
        let names = [Self.noBaseline] + baselines.map(\.name)
        let named = try root.choice(
            "baseline", of: names, default: baselines.first?.name ?? Self.noBaseline)
        baseline = baselines.first { $0.name == named }
        measures =
            root.keys.contains("measures") ? try root.values("measures", of: MeasureRole.self) : []
        try reader.finish()
        resolved = reader.resolved.withAbsolutePaths(
            under: type(of: dataset.source).pathKeys.map { ["dataset", $0] }
                + type(of: method).pathKeys, from: reader.folder)
    }

    /// Reads a file.
    ///
    /// - Parameter folder: what relative paths in it start from; nil for the file's own folder. A version that stored paths as
    ///   they were written meant the folder of the configuration that the run was begun with.
    init(
        file: URL, overrides: [ConfigurationOverride] = [], registry: Registry,
        defaultName: String? = nil, pathsFrom folder: URL? = nil
    ) throws {
        try self.init(
            ConfigurationReader(
                file: file, folder: folder, overrides: overrides, registry: registry),
            defaultName: defaultName ?? file.deletingPathExtension().lastPathComponent)
    }

    /// The name of the way to learn.
    public var methodName: String { type(of: method).method }

    /// What a result of this run is of.
    func subject(method: String? = nil) -> ModelMeasurement.Subject {
        ModelMeasurement.Subject(
            method: method ?? methodName, dataset: dataset.name, seed: seed, name: name)
    }

    /// Where its data lie.
    func place(dataDirectory: String?, folder: URL) -> DataPlace {
        DataPlace(
            directory: dataDirectory, folder: folder, seed: seed,
            acceptedRange: method.acceptedRange)
    }
}

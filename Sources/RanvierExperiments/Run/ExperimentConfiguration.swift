import RanvierConfiguration
import RanvierData
import RanvierExact
import RanvierNetworks
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
public struct ExperimentConfiguration: Sendable {
    /// What to train beside the network.
    public enum Baseline: String, Sendable, CaseIterable {
        /// Nothing.
        case none
        /// The artificial network of the same shape.
        case ann
    }

    /// Name of the experiment; by default the file's.
    public var name: String
    /// How the network learns, with all that belongs to it.
    public var learning: LearningConfiguration
    /// Kind of network.
    public var model: NetworkFamily
    /// Seed of all random numbers.
    public var seed: UInt64
    /// What it learns from.
    public var dataset: DatasetConfiguration
    /// What to train beside it.
    public var baseline: Baseline
    /// All values as resolved, defaults included.
    public var resolved: ConfigurationValue

    /// Reads and checks a configuration.
    ///
    /// - Throws: `ConfigurationError` that names file, line and key.
    public init(_ reader: ConfigurationReader, defaultName: String) throws(ConfigurationError) {
        let root = reader.root
        // Written into the file of a stored run; read back and otherwise ignored.
        _ = try root.optionalString("version")
        name = try root.string("name", default: defaultName)
        let method = try root.choice(
            "method", of: [SurrogateGradient.name, ExactGradient.name],
            default: SurrogateGradient.name)
        model = try root.choice("model", default: .spiking)
        seed = UInt64(try root.integer("seed", default: 0, in: 0...))
        dataset = try DatasetConfiguration(root.section("dataset"))
        learning = try LearningConfiguration(method: method, root)
        if let camera = dataset.eventCamera, case .surrogate(let surrogate) = learning {
            try camera.require(surrogate.encoding, root)
        }
        baseline = try root.choice("baseline", default: .ann)
        try reader.finish()
        resolved = reader.resolved
    }

    /// The name of the ``LearningMethod``.
    public var method: String { learning.method }

    /// The configuration of the artificial network of the same shape.
    public var annTwin: ExperimentConfiguration {
        var twin = self
        twin.model = .artificial
        twin.baseline = .none
        twin.learning = .surrogate(learning.annTwin)
        return twin
    }
}

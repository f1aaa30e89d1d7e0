import Foundation
import RanvierConfiguration

/// What `ranvier prune` and `ranvier quantize` are asked for: phases that a stored run goes through, as a run of its own.
public struct CompressRequest: Sendable, Codable {
    /// A phase, with the keys that were given.
    public enum Phase: Sendable, Codable {
        /// Connections go.
        case prune(sparsity: Double, ConfigurationValue)
        /// Weights lose bits, and train so.
        case quantize(bits: Int, ConfigurationValue)
        /// Weights lose bits without training.
        case postQuantize(bits: Int, ConfigurationValue)
    }

    /// Folder of the run that is begun with.
    public var start: URL
    /// What is done, in order.
    public var phases: [Phase]
    /// Epochs of a phase; nil for as many as the run was trained for when pruned, and a third of them when rounded.
    public var epochs: Int?
    /// How the new run is done: seed, threads, output, overrides.
    public var run: RunRequest

    /// Phases that a run goes through.
    public init(start: URL, phases: [Phase], run: RunRequest) {
        self.start = start
        self.phases = phases
        self.run = run
    }
}

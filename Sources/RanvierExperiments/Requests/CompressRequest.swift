import Foundation
import RanvierConfiguration

/// What `ranvier prune` and `ranvier quantize` are asked for: phases that a stored run goes through, as a run of its own.
public struct CompressRequest: Sendable, Codable {
    /// A phase, with the keys that were given.
    public enum Phase: Sendable, Codable {
        /// Connections go.
        case prune(sparsity: Double, ConfigurationValue)
        /// Weights lose bits.
        case quantize(bits: Int, ConfigurationValue)
    }

    /// Folder of the run that is begun with.
    public var start: URL
    /// What is done.
    public var phase: Phase
    /// Epochs in all; nil for as many as the run was trained for when pruned, and a third of them when rounded.
    public var epochs: Int?
    /// How the new run is done: seed, threads, output, overrides.
    public var run: RunRequest

    /// A phase that a run goes through.
    public init(start: URL, phase: Phase, run: RunRequest) {
        self.start = start
        self.phase = phase
        self.run = run
    }
}

import RanvierLearning
import RanvierNetworks

/// Operations of one layer for one sample, as `result.json` tells them.
public struct LayerOperationsRecord: Codable, Equatable, Sendable {
    /// What drives a layer's synapses.
    public enum Input: String, Codable, Equatable, Sendable {
        /// Values, which are multiplied.
        case analog
        /// Spikes of +1 or −1, for which weights are added.
        case spikes
        /// Spikes, of which some or all carry a number to multiply with.
        case gradedSpikes = "graded-spikes"
        /// Nothing arrived.
        case none
    }

    /// Name of the layer.
    public var name: String
    /// What drives its synapses.
    public var input: Input
    /// Additions of a weight because of a spike.
    public var synaptic: Double
    /// Products of an input and a weight.
    public var multiplyAccumulate: Double

    /// The means over some samples.
    public init(_ layer: LayerOperationCount, samples: Int) {
        let count = layer.operations
        name = layer.name
        input =
            count.analog > 0
            ? .analog : count.payload > 0 ? .gradedSpikes : count.synaptic > 0 ? .spikes : .none
        synaptic = Double(count.synaptic) / Double(max(samples, 1))
        multiplyAccumulate = Double(count.multiplyAccumulate) / Double(max(samples, 1))
    }
}

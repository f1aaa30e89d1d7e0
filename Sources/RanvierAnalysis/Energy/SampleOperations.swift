import RanvierNetworks

/// What a network computes for one sample: means, where ``OperationCount`` counts all samples.
public struct SampleOperations: Codable, Equatable, Sendable {
    /// Synaptic operations: one addition per spike and connection it reaches.
    public var synaptic: Double
    /// Multiply-accumulates: analog input layers of a spiking network, all layers of an ANN.
    public var multiplyAccumulate: Double
    /// Updates of a neuron's state: steps × neurons in a clocked network.
    public var neuronUpdates: Double

    /// Takes counts per sample.
    public init(
        synaptic: Double = 0, multiplyAccumulate: Double = 0, neuronUpdates: Double = 0
    ) {
        self.synaptic = synaptic
        self.multiplyAccumulate = multiplyAccumulate
        self.neuronUpdates = neuronUpdates
    }

    /// Means over `samples` of what was counted; neuron updates, which networks do not count, are given per sample.
    public init(_ count: OperationCount, samples: Int, neuronUpdates: Double = 0) {
        let samples = Double(max(samples, 1))
        self.init(
            synaptic: Double(count.synaptic) / samples,
            multiplyAccumulate: Double(count.multiplyAccumulate) / samples,
            neuronUpdates: neuronUpdates)
    }

    /// Adds the operations of two layers.
    public static func + (left: Self, right: Self) -> Self {
        Self(
            synaptic: left.synaptic + right.synaptic,
            multiplyAccumulate: left.multiplyAccumulate + right.multiplyAccumulate,
            neuronUpdates: left.neuronUpdates + right.neuronUpdates)
    }
}

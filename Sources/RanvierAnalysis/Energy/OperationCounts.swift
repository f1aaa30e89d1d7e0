/// What a network computes for one sample.
public struct OperationCounts: Codable, Equatable, Sendable {
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

    /// Adds the counts of two layers.
    public static func + (left: Self, right: Self) -> Self {
        Self(
            synaptic: left.synaptic + right.synaptic,
            multiplyAccumulate: left.multiplyAccumulate + right.multiplyAccumulate,
            neuronUpdates: left.neuronUpdates + right.neuronUpdates)
    }

    /// Divides counts of a whole data set by its number of samples.
    public static func / (left: Self, samples: Double) -> Self {
        Self(
            synaptic: left.synaptic / samples,
            multiplyAccumulate: left.multiplyAccumulate / samples,
            neuronUpdates: left.neuronUpdates / samples)
    }
}

import RanvierLearning

/// A model with weights of few bits, and what that changed.
public struct QuantizedModel: Sendable {
    /// Weights of a layer.
    public struct Layer: Sendable, Hashable {
        /// Name of the parameter.
        public var parameter: String
        /// Bits of a weight.
        public var bits: Int
        /// Smallest and largest scale.
        public var scales: ClosedRange<Float>
        /// Squared error as a share of the squared weights, `Σ (w − ŵ)² / Σ w²`.
        public var error: Double
    }

    /// Biases that were corrected.
    public struct Bias: Sendable, Hashable {
        /// Name of the synapses.
        public var layer: String
        /// Largest difference of a channel's mean input before the correction.
        public var largestShift: Double
        /// Whether there was a bias to take it up.
        public var isCorrected: Bool
    }

    /// Neurons of a layer.
    public struct Neurons: Sendable, Hashable {
        /// Name of the layer.
        public var layer: String
        /// Spikes of a neuron and step before.
        public var rate: Double
        /// The same with quantised weights.
        public var quantizedRate: Double
        /// The same with the threshold that was chosen; as above where it stayed.
        public var finalRate: Double
        /// By how much thresholds were multiplied; 1 where they stayed.
        public var thresholdFactor: Double
    }

    /// Stored, opened, trained and folded as any other.
    public var model: ClockedModel
    /// What became of the weights, in order.
    public var layers: [Layer]
    /// What became of the biases of synapses that stand by themselves; those inside of composite layers stay as they are.
    public var biases: [Bias]
    /// What became of the neurons that stand by themselves.
    public var neurons: [Neurons]
}

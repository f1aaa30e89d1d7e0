import RanvierTensors

/// What comes into a layer of synapses, measured on some samples.
public struct SynapseStatistics: Sendable {
    /// Name of the layer: `conv2d1`, `body.linear1`.
    public let layer: String
    /// Name of the weights among the network's parameters.
    public let parameter: String
    /// The weights as they were seen: through masks and quantisers.
    public let weights: Tensor
    /// Mean of each input over samples, places and steps: the firing rate where spikes come in.
    public let inputMean: [Double]
    /// Variance of each input, `r (1 − r)` for spikes.
    public let inputVariance: [Double]
    /// Mean size of each input; the rate for spikes, also for those with a sign.
    public let inputSize: [Double]
    /// Whether only zeros and ones came in.
    public let hearsSpikes: Bool
    /// Whether the same comes in at every step of a sample.
    public let isConstant: Bool
    /// Whether the inputs are the layer's own spikes of the step before.
    public let isRecurrent: Bool
    /// Connections that are there for a sample in a step, places of a window counted one by one.
    public let connections: Int

    /// Where the weights lie.
    public var layout: WeightLayout { WeightLayout(weights.shape) }
    /// Groups of channels that do not see each other.
    public var groups: Int { max(inputMean.count / max(layout.inputs, 1), 1) }
}

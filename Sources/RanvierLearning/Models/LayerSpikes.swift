import RanvierTensors

/// Spikes of one layer for one sample.
public struct LayerSpikes: Sendable {
    /// Name of the layer.
    public let name: String
    /// `[T, neurons]`.
    public let spikes: Tensor
    /// Seconds of a step; for networks without a clock, of a bin of the picture.
    public let timeStep: Double

    /// Spikes on a grid of steps.
    public init(name: String, spikes: Tensor, timeStep: Double) {
        self.name = name
        self.spikes = spikes
        self.timeStep = timeStep
    }
}

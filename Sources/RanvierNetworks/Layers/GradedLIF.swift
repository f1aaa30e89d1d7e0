import RanvierTensors

/// Leaky integrate-and-fire neurons whose spikes carry the membrane as their payload.
///
///     u[t] = β v[t−1] + I[t],   s[t] = u[t] Θ(u[t] − θ),   v[t] = u[t] (1 − Θ(u[t] − θ))
///
/// Derivative of a spike: `Θ + u σ′(u − θ)`. Source: graded spikes as in Orchard et al. 2021. Runs step by step in
/// plain operations.
public struct GradedLIF: PlainNeurons {
    /// `graded-lif`.
    public static let kind = "graded-lif"
    /// How the membrane decays.
    public let leak: Leak
    /// θ.
    public let threshold: Float
    /// The derivative of the step in the backward pass.
    public let surrogate: Surrogate

    /// Neurons with a leak.
    public init(leak: Leak, threshold: Float = 1, surrogate: Surrogate = .arctangent) {
        self.leak = leak
        self.threshold = threshold
        self.surrogate = surrogate
    }

    struct Model: Neuron {
        let layer: GradedLIF
        let factor: Float

        func step(_ current: Tensor, _ v: Tensor) -> (spikes: Tensor, state: Tensor) {
            let u = factor * v + current
            let fires = spike(u - layer.threshold, surrogate: layer.surrogate)
            return (u * fires, u * (1 - fires.detached))
        }
    }

    func model(keeping factor: Float) -> Model { Model(layer: self, factor: factor) }
}

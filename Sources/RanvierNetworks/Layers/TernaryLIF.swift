import RanvierTensors

/// Leaky integrate-and-fire neurons whose spikes have a sign.
///
///     u[t] = β v[t−1] + I[t]
///     s[t] = Θ(u[t] − θ) − Θ(−u[t] − θ)        −1, 0 or 1
///     v[t] = u[t] − θ s[t]    (soft)   or   u[t] (1 − |s[t]|)    (hard)
///
/// Each of the two steps has the surrogate derivative at its own distance. Source: Guo et al. 2024 (ternary
/// spike). Runs step by step in plain operations.
public struct TernaryLIF: PlainNeurons {
    /// `ternary-lif`.
    public static let kind = "ternary-lif"
    /// How the membrane decays.
    public let leak: Leak
    /// θ.
    public let threshold: Float
    /// Whether a spike sets the membrane to 0 instead of subtracting θ.
    public let resetsToZero: Bool
    /// The derivative of a spike in the backward pass.
    public let surrogate: Surrogate

    /// Neurons with a leak.
    public init(
        leak: Leak, threshold: Float = 1, resetsToZero: Bool = true,
        surrogate: Surrogate = .arctangent
    ) {
        self.leak = leak
        self.threshold = threshold
        self.resetsToZero = resetsToZero
        self.surrogate = surrogate
    }

    struct Model: Neuron {
        let layer: TernaryLIF
        let factor: Float

        func step(_ current: Tensor, _ v: Tensor) -> (spikes: Tensor, state: Tensor) {
            let u = factor * v + current
            let s =
                spike(u - layer.threshold, surrogate: layer.surrogate)
                - spike(-u - layer.threshold, surrogate: layer.surrogate)
            let state =
                layer.resetsToZero
                ? u * (1 - s.detached.absoluteValue()) : u - layer.threshold * s.detached
            return (s, state)
        }
    }

    func model(keeping factor: Float) -> Model { Model(layer: self, factor: factor) }
}

import RanvierTensors

/// Leaky integrate-and-fire neurons whose spikes carry the membrane as their payload.
///
///     u[t] = β v[t−1] + I[t],   s[t] = u[t] Θ(u[t] − θ),   v[t] = u[t] (1 − Θ(u[t] − θ))
///
/// Derivative of a spike: `Θ + u σ′(u − θ)`. Source: graded spikes as in Orchard et al. 2021. Runs step by step in
/// plain operations.
public struct GradedLIF: Layer {
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

    private struct Model: Neuron {
        let layer: GradedLIF
        let factor: Float

        func step(_ current: Tensor, _ v: Tensor) -> (spikes: Tensor, state: Tensor) {
            let u = factor * v + current
            let fires = spike(u - layer.threshold, surrogate: layer.surrogate)
            return (u * fires, u * (1 - fires.detached))
        }
    }

    private func neurons(_ context: ForwardContext) -> Neurons<Model> {
        Neurons(Model(layer: self, factor: Float(leak.factor(timeStep: context.timeStep))))
    }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// One membrane per neuron.
    public func stateCount(for input: [Int]) -> Int { input.elementCount }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        neurons(context)(input, in: context)
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        neurons(context).step(input, state: state, in: context)
    }
}

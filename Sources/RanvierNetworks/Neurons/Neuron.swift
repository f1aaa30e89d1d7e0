import RanvierTensors

/// A neuron written in plain operations; its gradient comes from the tape.
///
///     struct QuadraticIntegrateAndFire: Neuron {
///         func step(_ current: Tensor, _ v: Tensor) -> (spikes: Tensor, state: Tensor) {
///             let u = v + 0.1 * (v * v - v) + current
///             let s = spike(u - 1, surrogate: .triangular)
///             return (s, u * (1 - s.detached))
///         }
///     }
public protocol Neuron {
    /// One step of `[B, features…]`.
    ///
    /// - Parameters:
    ///   - current: input of this step.
    ///   - state: what the previous step returned; zeros before the first.
    func step(_ current: Tensor, _ state: Tensor) -> (spikes: Tensor, state: Tensor)
}

/// A layer of neurons written in plain operations, run step by step.
public struct Neurons<Model: Neuron>: Layer {
    /// `neurons`.
    public static var kind: String { "neurons" }
    /// The neuron.
    public let model: Model

    /// A layer of the given neurons.
    public init(_ model: Model) { self.model = model }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// Runs over the steps of a sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        var state = Tensor.zeros(Array(input.shape.dropFirst()))
        var spikes: [Tensor] = []
        for t in 0..<input.shape[0] {
            let response = model.step(input.step(at: t), state)
            spikes.append(response.spikes)
            state = response.state
        }
        let output = Tensor.stack(spikes)
        context.observe(.spikes(output.detached))
        return output
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let response = model.step(input, state?.tensors.first ?? .zeros(input.shape))
        context.observe(.spikes(response.spikes.detached))
        return (response.spikes, LayerState([response.state]))
    }
}

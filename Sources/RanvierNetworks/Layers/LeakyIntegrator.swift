import RanvierTensors

/// Leaky integrators that never spike: the usual readout.
///
///     v[t] = β v[t−1] + I[t]        (or (1 − β) I[t])
public struct LeakyIntegrator: Layer {
    /// `leaky-integrator`.
    public static let kind = "leaky-integrator"
    /// How the membrane decays.
    public let leak: Leak
    /// The weight of the input.
    public let dynamics: IntegratorDynamics

    /// Integrators with a membrane time constant in seconds.
    public init(membraneTimeConstant: Double, inputScale: InputScale = .unit) {
        self.init(leak: .timeConstant(membraneTimeConstant), inputScale: inputScale)
    }

    /// Integrators with any leak.
    public init(leak: Leak, inputScale: InputScale = .unit) {
        self.leak = leak
        dynamics = IntegratorDynamics(inputScale: inputScale)
    }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// One membrane per neuron.
    public func stateCount(for input: [Int]) -> Int { input.elementCount }

    /// Membranes after each step.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output = dynamics.run(input, leak: factor(in: context))
        context.observe(.values(output.detached))
        return output
    }

    /// A part of a sequence.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let output = dynamics.run(
            input, leak: factor(in: context), state: state?.tensors.first)
        context.observe(.values(output.detached))
        return (output, LayerState([output.step(at: input.shape[0] - 1)]))
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let output = dynamics.run(
            input.reshaped(to: [1] + input.shape), leak: factor(in: context),
            state: state?.tensors.first
        ).step(at: 0)
        context.observe(.values(output.detached))
        return (output, LayerState([output]))
    }

    private func factor(in context: ForwardContext) -> Tensor {
        Tensor(Float(leak.factor(timeStep: context.timeStep)))
    }
}

import RanvierConfiguration
import RanvierTensors

/// Leaky integrators that never spike: the usual readout.
///
///     v[t] = β v[t−1] + I[t]        (or (1 − β) I[t])
public struct LeakyIntegrator: DescribedLayer {
    /// What can be chosen of the integrators.
    public struct Options: Configurable {
        /// How the membrane decays.
        public var leak = Leak.timeConstant(20e-3)
        /// The weight of the input.
        public var inputScale = InputScale.unit

        /// 20 ms.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.leak(\.leak)
            Field.choice("input-scale", \.inputScale)
        }
    }

    /// `leaky-integrator`.
    public static let kind = "leaky-integrator"
    /// Leak and weight of the input.
    public let options: Options

    /// How the membrane decays.
    public var leak: Leak { options.leak }
    /// The weight of the input.
    public var dynamics: IntegratorDynamics { IntegratorDynamics(inputScale: options.inputScale) }

    /// Integrators with a membrane time constant in seconds.
    public init(membraneTimeConstant: Double, inputScale: InputScale = .unit) {
        self.init(leak: .timeConstant(membraneTimeConstant), inputScale: inputScale)
    }

    /// Integrators with any leak.
    public init(leak: Leak, inputScale: InputScale = .unit) {
        options = Options().with { ($0.leak, $0.inputScale) = (leak, inputScale) }
    }

    /// Integrators as described.
    public init(_ options: Options, at site: LayerSite) { self.options = options }

    /// None: without time there is nothing to integrate.
    public static func artificial(_ options: Options, at site: LayerSite) -> [any Layer] { [] }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// True.
    public var canBeLocalInTime: Bool { true }

    /// One membrane per neuron.
    public func stateCount(for input: [Int]) -> Int { input.elementCount }

    /// A time constant far below the step.
    public func doubts(timeStep: Double, steps: Int) -> [String] {
        leak.doubts("membrane", timeStep: timeStep)
            + options.inputScale.doubts(leak: leak.factor(timeStep: timeStep))
    }

    /// Membranes after each step.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output = dynamics.run(
            input, leak: factor(in: context), isLocalInTime: context.isLocalInTime)
        context.observe(.values(output.detached))
        return output
    }

    /// A part of a sequence.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let output = dynamics.run(
            input, leak: factor(in: context), state: state?["membrane"],
            isLocalInTime: context.isLocalInTime)
        context.observe(.values(output.detached))
        return (output, LayerState(["membrane": output.step(at: input.shape[0] - 1)]))
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let output = dynamics.run(
            input.reshaped(to: [1] + input.shape), leak: factor(in: context),
            state: state?["membrane"], isLocalInTime: context.isLocalInTime
        ).step(at: 0)
        context.observe(.values(output.detached))
        return (output, LayerState(["membrane": output]))
    }

    private func factor(in context: ForwardContext) -> Tensor {
        Tensor(Float(leak.factor(timeStep: context.timeStep)))
    }
}

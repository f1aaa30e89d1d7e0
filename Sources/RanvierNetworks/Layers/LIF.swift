import Foundation
import RanvierTensors

/// Leaky integrate-and-fire neurons.
///
///     u[t] = β v[t−1] + I[t],   s[t] = Θ(u[t] − θ),   v[t] = u[t] − θ s[t]   (soft reset)
///
/// All options of ``LIFDynamics``. Source: the discrete model of Neftci, Mostafa & Zenke 2019; a learnable
/// leak `β = sigmoid(a)` as in Fang et al. 2021 (PLIF).
public struct LIF: Layer {
    /// `lif`.
    public static let kind = "lif"

    /// What the layer hands on.
    public enum Output: String, Sendable, CaseIterable {
        /// Spikes.
        case spikes
        /// The membrane before the reset, for losses on the membrane of a spiking output layer.
        case membrane
    }

    /// How the membrane decays.
    public let leak: Leak
    /// Reset, surrogate and the other options.
    public let dynamics: LIFDynamics
    /// What the layer hands on.
    public let output: Output
    private let threshold: Parameter
    private let leakLogit: Parameter?

    /// Neurons with a membrane time constant in seconds.
    public init(
        membraneTimeConstant: Double, threshold: Float = 1, reset: Reset = .soft,
        surrogate: Surrogate = .arctangent, output: Output = .spikes
    ) {
        self.init(
            leak: .timeConstant(membraneTimeConstant), threshold: threshold,
            dynamics: LIFDynamics(reset: reset, surrogate: surrogate), output: output)
    }

    /// Neurons with all options.
    ///
    /// - Parameters:
    ///   - learnsLeak: trains `a` in `β = sigmoid(a)`, one for the layer.
    ///   - learnsThreshold: trains θ, one for the layer.
    ///   - timeStep: only with `learnsLeak`, to start from a time constant.
    public init(
        leak: Leak, threshold: Float = 1, dynamics: LIFDynamics, output: Output = .spikes,
        learnsLeak: Bool = false, learnsThreshold: Bool = false, timeStep: Double = 1e-3
    ) {
        self.leak = leak
        self.dynamics = dynamics
        self.output = output
        self.threshold = Parameter(
            shape: [], initialization: .constant(threshold), isTrainable: learnsThreshold,
            decays: false)
        if learnsLeak {
            let factor = min(max(leak.factor(timeStep: timeStep), 1e-4), 1 - 1e-4)
            leakLogit = Parameter(
                shape: [], initialization: .constant(Float(log(factor / (1 - factor)))),
                decays: false)
        } else {
            leakLogit = nil
        }
    }

    /// `threshold`, and `leak-logit` where the leak is learned.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("threshold", threshold)] + (leakLogit.map { [("leak-logit", $0)] } ?? [])
    }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// One membrane per neuron.
    public func stateCount(for input: [Int]) -> Int { input.elementCount }

    /// The factor β of this time step.
    public func leakFactor(timeStep: Double) -> Tensor {
        leakLogit?.tensor.sigmoid() ?? Tensor(Float(leak.factor(timeStep: timeStep)))
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        respond(to: input, state: nil, in: context).output
    }

    /// A part of a sequence.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let (output, next) = respond(to: input, state: state?.tensors.first, in: context)
        return (output, LayerState([next]))
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let sequence = input.reshaped(to: [1] + input.shape)
        let (output, next) = respond(to: sequence, state: state?.tensors.first, in: context)
        return (output.step(at: 0), LayerState([next]))
    }

    private func respond(to current: Tensor, state: Tensor?, in context: ForwardContext) -> (
        output: Tensor, state: Tensor
    ) {
        let response = dynamics.run(
            current, leak: leakFactor(timeStep: context.timeStep), threshold: threshold.tensor,
            state: state, keepsMembrane: output == .membrane)
        context.observe(.spikes(response.spikes.detached))
        return (
            output == .spikes ? response.spikes : response.membrane ?? response.spikes,
            response.state
        )
    }
}

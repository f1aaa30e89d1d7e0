import RanvierTensors

/// A neuron written in plain operations; its gradient comes from the tape.
///
///     struct Izhikevich: Neuron {
///         static let states = ["membrane", "recovery"]
///         let drift = Parameter(shape: [], initialization: .constant(0.02))
///         var parameters: [(name: String, parameter: Parameter)] { [("drift", drift)] }
///
///         func step(
///             _ current: Tensor, _ state: LayerState, timeStep: Double
///         ) -> (spikes: Tensor, state: LayerState) { … }
///     }
///     Neurons(Izhikevich())
///
/// A neuron may have any number of named states and of parameters, which are trained, stored and counted like those of a
/// layer. One with a single membrane is shorter as a ``MembraneNeuron``. To be named in configurations and stored it is a
/// ``DescribedNeuron``, too.
public protocol Neuron: Sendable {
    /// Names of the states; each has the shape of the input, and is zero before the first step.
    static var states: [String] { get }

    /// Parameters under names that stay the same from version to version.
    var parameters: [(name: String, parameter: Parameter)] { get }

    /// One step of `[B, features…]`.
    ///
    /// - Parameters:
    ///   - current: input of this step.
    ///   - state: what the previous step returned, by name.
    ///   - timeStep: seconds of a step.
    func step(
        _ current: Tensor, _ state: LayerState, timeStep: Double
    ) -> (spikes: Tensor, state: LayerState)
}

extension Neuron {
    /// None.
    public var parameters: [(name: String, parameter: Parameter)] { [] }
}

/// A neuron whose only state is its membrane.
///
///     struct QuadraticIntegrateAndFire: MembraneNeuron {
///         func step(_ current: Tensor, _ v: Tensor) -> (spikes: Tensor, state: Tensor) {
///             let u = v + 0.1 * (v * v - v) + current
///             let s = spike(u - 1, surrogate: .triangular)
///             return (s, u * (1 - s.detached))
///         }
///     }
public protocol MembraneNeuron: Neuron {
    /// One step of `[B, features…]`; `v` is zero before the first.
    func step(_ current: Tensor, _ v: Tensor) -> (spikes: Tensor, state: Tensor)
}

extension MembraneNeuron {
    /// `membrane`.
    public static var states: [String] { ["membrane"] }

    /// One step with the membrane by name.
    public func step(
        _ current: Tensor, _ state: LayerState, timeStep: Double
    ) -> (spikes: Tensor, state: LayerState) {
        let response = step(current, state["membrane"] ?? .zeros(current.shape))
        return (response.spikes, LayerState(["membrane": response.state]))
    }
}

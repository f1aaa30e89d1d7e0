/// A neuron whose flow, next spike and response to a pulse are closed forms, with their adjoints.
///
/// Between events a state follows the flow; an event is the neuron's own spike or a pulse of weight w.
/// An adjoint λ is the derivative of a loss with respect to the *coordinates* of a state: (V, I) of a
/// LIF neuron, (α, I) of an extended QIF neuron with V = tan α, the phase φ (first entry) of phase
/// models. Source: Klos & Memmesheimer, arXiv:2309.14523; adjoints derived by hand.
public protocol EventDrivenNeuron: Sendable {
    /// State of one neuron at one instant.
    associatedtype State: Sendable, Equatable

    /// State after `duration` without a pulse and without a spike of its own.
    func flow(_ state: State, for duration: Double) -> State

    /// Time until the next spike without further pulses, `.infinity` if there is none.
    func timeToSpike(from state: State) -> Double

    /// State right after a spike; `state` is the state at the spike.
    func reset(_ state: State) -> State

    /// State right after a pulse.
    func pulse(_ state: State, weight: Double) -> State

    /// Adjoint before an interval from the adjoint after it; `state` is the state before.
    func flowAdjoint(
        _ adjoint: SIMD2<Double>, from state: State, for duration: Double
    ) -> SIMD2<Double>

    /// Adjoints of a pulse; `state` is the state before it.
    func pulseAdjoint(_ adjoint: SIMD2<Double>, at state: State, weight: Double) -> PulseAdjoint

    /// Adjoints of a spike of the neuron itself; `state` is the state at the spike before the reset.
    ///
    /// - Parameter time: derivative of the loss with respect to the spike time by all that the spike
    ///   does elsewhere.
    func spikeAdjoint(_ adjoint: SIMD2<Double>, at state: State, time: Double) -> SpikeAdjoint

    /// Derivative with respect to the variables users set, (V, I) or (φ, 0), from the one with respect
    /// to the coordinates.
    func parameterAdjoint(_ adjoint: SIMD2<Double>, at state: State) -> SIMD2<Double>

    /// Number of variables users set per neuron: 2 for (V, I), 1 for φ.
    static var parameterCount: Int { get }

    /// The variables users set: (V, I) or (φ, 0).
    func parameters(of state: State) -> SIMD2<Double>

    /// The state with given variables; a phase is clipped to [0, Θ].
    func state(with parameters: SIMD2<Double>) -> State

    /// Throws unless a trial can start at `state`.
    func validate(initialState state: State) throws(ExactError)
}

/// Derivatives of a loss by what goes into a pulse.
public struct PulseAdjoint: Sendable, Equatable {
    /// With respect to the coordinates of the state before the pulse.
    public var state: SIMD2<Double>
    /// With respect to the weight.
    public var weight: Double
    /// With respect to the time of arrival.
    public var time: Double
}

/// Derivatives of a loss by what goes into a spike.
public struct SpikeAdjoint: Sendable, Equatable {
    /// With respect to the coordinates of the state before the spike.
    public var state: SIMD2<Double>
    /// Total derivative with respect to the spike time.
    public var time: Double
}

/// A neuron described by a phase φ ∈ [0, Θ] that grows with time and spikes at Θ.
///
/// All it needs is its period and the transfer function H(φ, w) of a pulse; everything else about it
/// follows. Pseudo-rates and pseudospikes:
///
///     ρ = H(φ(T), a) / Θ,   tᵏ = T + k Θ − H(φ(T), a)
///
/// Source: Klos & Memmesheimer, arXiv:2309.14523.
public protocol PhaseNeuron: PseudospikingNeuron where State == Double {
    /// Time from spike to spike without input, Θ.
    var period: Double { get }

    /// Phase after a pulse, with its derivatives.
    func transfer(_ phase: Double, weight: Double) -> PhaseTransfer
}

/// Value and derivatives of a transfer function H(φ, w).
public struct PhaseTransfer: Sendable, Equatable {
    /// Phase after the pulse.
    public var phase: Double
    /// ∂H/∂φ.
    public var byPhase: Double
    /// ∂H/∂w.
    public var byWeight: Double
}

extension PhaseNeuron {
    /// State after `duration` without a pulse and without a spike.
    public func flow(_ state: Double, for duration: Double) -> Double {
        min(state + duration, period)
    }

    /// Time until the next spike without further pulses.
    public func timeToSpike(from state: Double) -> Double { max(period - state, 0) }

    /// State right after a spike.
    public func reset(_ state: Double) -> Double { 0 }

    /// State right after a pulse.
    public func pulse(_ state: Double, weight: Double) -> Double {
        transfer(state, weight: weight).phase
    }

    /// Adjoint before an interval from the adjoint after it.
    public func flowAdjoint(
        _ adjoint: SIMD2<Double>, from state: Double, for duration: Double
    ) -> SIMD2<Double> { adjoint }

    /// Adjoints of a pulse.
    public func pulseAdjoint(
        _ adjoint: SIMD2<Double>, at state: Double, weight: Double
    ) -> PulseAdjoint {
        let h = transfer(state, weight: weight)
        return PulseAdjoint(
            state: adjoint * h.byPhase, weight: adjoint.x * h.byWeight,
            time: adjoint.x * (h.byPhase - 1))
    }

    /// Adjoints of a spike of the neuron itself.
    public func spikeAdjoint(
        _ adjoint: SIMD2<Double>, at state: Double, time: Double
    ) -> SpikeAdjoint {
        // The phase after the reset is t − t_spike, and the spike comes when the phase reaches Θ.
        let total = time - adjoint.x
        return SpikeAdjoint(state: SIMD2(-total, 0), time: total)
    }

    /// Derivative by the variables users set from the one by the coordinates.
    public func parameterAdjoint(_ adjoint: SIMD2<Double>, at state: Double) -> SIMD2<Double> {
        adjoint
    }

    /// One variable: φ.
    public static var parameterCount: Int { 1 }

    /// (φ, 0).
    public func parameters(of state: Double) -> SIMD2<Double> { SIMD2(state, 0) }

    /// The phase, clipped to [0, Θ].
    public func state(with parameters: SIMD2<Double>) -> Double {
        min(max(parameters.x, 0), period)
    }

    /// Throws unless a trial can start at `state`.
    public func validate(initialState state: Double) throws(ExactError) {
        try ExactError.require("initial phase", state, in: 0...period)
    }

    /// Whether the pseudo-rate depends on the static input.
    public var rateDependsOnInput: Bool { true }

    /// Time from T to pseudospike `number`.
    public func pseudospike(_ state: Double, input: Double, number: Int) -> StaticResponse {
        let h = transfer(state, weight: input)
        return StaticResponse(
            value: Double(number) * period - h.phase, state: SIMD2(-h.byPhase, 0),
            input: -h.byWeight)
    }

    /// Pseudo-rate with its derivatives.
    public func pseudoRate(_ state: Double, input: Double) -> StaticResponse {
        let h = transfer(state, weight: input)
        return StaticResponse(
            value: h.phase / period, state: SIMD2(h.byPhase / period, 0),
            input: h.byWeight / period)
    }
}

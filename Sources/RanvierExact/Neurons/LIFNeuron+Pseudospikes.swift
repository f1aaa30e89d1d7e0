import Foundation

/// Pseudospikes of the LIF neuron, by analogy with the extended QIF neuron: after T the current is
/// frozen and lifted above the threshold,
///
///     τ_m dV/dt = −V + R,   R = V_th + A ln(1 + exp((I(T) + a)/A))
///     tᵏ = T + τ_m (ln((R − V(T))/(R − V_th)) + (k − 1) ln(R/(R − V_th)))
///     ρ = 1 − ln((R₀ − V(T))/(R₀ − V_th)) / ln(R₀/(R₀ − V_th)),   R₀ = V_th + A ln 2
///
/// Deviation: the paper gives no pseudospikes for this neuron. They join ordinary spikes at T, but a
/// spike that vanishes by grazing inside the trial still jumps.
extension LIFNeuron: PseudospikingNeuron {
    /// Whether the pseudo-rate depends on the static input.
    public var rateDependsOnInput: Bool { false }

    /// Time from T to pseudospike `number`.
    public func pseudospike(_ state: LIFState, input: Double, number: Int) -> StaticResponse {
        let x = (state.current + input) / softplusScale
        let excess = softplusScale * (max(x, 0) + log1p(exp(-abs(x))))
        let level = threshold + excess
        let excessByInput = x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
        let later = Double(number - 1)
        let value = log((level - state.voltage) / excess) + later * log(level / excess)
        let byLevel =
            1 / (level - state.voltage) - 1 / excess + later * (1 / level - 1 / excess)
        let m = membraneTimeConstant
        return StaticResponse(
            value: m * value,
            state: SIMD2(-m / (level - state.voltage), m * byLevel * excessByInput),
            input: m * byLevel * excessByInput)
    }

    /// Pseudo-rate with its derivatives.
    public func pseudoRate(_ state: LIFState, input: Double) -> StaticResponse {
        let excess = softplusScale * log(2)
        let level = threshold + excess
        let whole = log(level / excess)
        return StaticResponse(
            value: 1 - log((level - state.voltage) / excess) / whole,
            state: SIMD2(1 / (level - state.voltage) / whole, 0), input: 0)
    }
}

import Foundation

/// Pseudospikes of the extended QIF neuron: after T the current is frozen and lifted above rheobase,
///
///     τ dV/dt = V (V − 1) + ¼ + g(I(T) + a),   g(x) = A ln(1 + exp(x/A)),   R = √g
///     tᵏ = T + (τ/R) (k π − (arctan((V(T) − ½)/R) + π/2))
///     ρ = (arctan((V(T) − ½)/R₀) + π/2)/π,   R₀ = √(A ln 2)
extension QIFNeuron: PseudospikingNeuron {
    /// Whether the pseudo-rate depends on the static input.
    public var rateDependsOnInput: Bool { false }

    /// Time from T to pseudospike `number`.
    public func pseudospike(_ state: QIFState, input: Double, number: Int) -> StaticResponse {
        let x = (state.current + input) / softplusScale
        let drive = softplusScale * (max(x, 0) + log1p(exp(-abs(x))))
        let r = drive.squareRoot()
        let driveByInput = x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
        let rByInput = driveByInput / (2 * r)
        let shifted = state.p - state.q / 2
        let norm = r * r * state.q * state.q + shifted * shifted
        let remaining = Double(number) * .pi - amplitude(shifted, r * state.q)
        let timeByR =
            timeConstant * (-remaining / (r * r) + shifted * state.q / (r * norm))
        return StaticResponse(
            value: timeConstant / r * remaining,
            state: SIMD2(-timeConstant / norm, timeByR * rByInput),
            input: timeByR * rByInput)
    }

    /// Pseudo-rate with its derivatives.
    public func pseudoRate(_ state: QIFState, input: Double) -> StaticResponse {
        let r = (softplusScale * log(2)).squareRoot()
        let shifted = state.p - state.q / 2
        let norm = r * r * state.q * state.q + shifted * shifted
        return StaticResponse(
            value: amplitude(shifted, r * state.q) / .pi,
            state: SIMD2(r / .pi / norm, 0), input: 0)
    }

    /// arctan((V − ½)/R) + π/2 from (p − q/2, R q); finite at V = ±∞.
    private func amplitude(_ shifted: Double, _ scaled: Double) -> Double {
        atan2(shifted, scaled) + .pi / 2
    }
}

import Foundation

/// Oscillatory quadratic integrate-and-fire neuron (theta neuron) with delta pulses.
///
///     τ dV/dt = V (V − 1) + I₀ + τ Σ w δ(t − tₖ),   I₀ > 1/4,   V jumps by w
///     φ = (τ/r) (arctan((V − ½)/r) + π/2) ∈ [0, Θ],   r = √(I₀ − 1/4),   Θ = π τ / r,   dφ/dt = 1
///
/// The spike is V → ∞ (φ = Θ), the reset V → −∞ (φ = 0). Pulses that arrive at a spike do nothing, and
/// no pulse makes the neuron fire at once, so all spike times are smooth.
/// Source: Klos & Memmesheimer, arXiv:2309.14523. The state is the phase φ, in the unit of τ.
public struct ThetaNeuron: Sendable, Equatable {
    /// Membrane time constant τ.
    public let timeConstant: Double
    /// Constant drive I₀.
    public let drive: Double
    /// r = √(I₀ − 1/4).
    public let rate: Double
    /// Time from spike to spike without input, Θ.
    public let period: Double

    /// Creates a neuron; the defaults have r = 1 and Θ = 6.
    ///
    /// Throws where τ ≤ 0 or I₀ ≤ 1/4 (the neuron would not oscillate).
    public init(timeConstant: Double = 6 / .pi, drive: Double = 1.25) throws(ExactError) {
        try ExactError.require("timeConstant", timeConstant, above: 0)
        try ExactError.require("drive", drive, above: 0.25)
        self.timeConstant = timeConstant
        self.drive = drive
        rate = (drive - 0.25).squareRoot()
        period = .pi * timeConstant / rate
    }

    /// Potential at a phase, V = ½ − r cot(r φ/τ); ∓∞ at 0 and Θ.
    public func voltage(at phase: Double) -> Double {
        if phase <= 0 { return -.infinity }
        if phase >= period { return .infinity }
        return 0.5 - rate / tan(rate * phase / timeConstant)
    }

    /// Phase at a potential.
    public func phase(atVoltage voltage: Double) -> Double {
        timeConstant / rate * (atan((voltage - 0.5) / rate) + .pi / 2)
    }

    /// Phase after a pulse, with its derivatives.
    ///
    ///     a = r φ/τ,   c = cos a − (w/r) sin a,   D = sin²a + c²
    ///     H = (τ/r) atan2(sin a, c),   ∂H/∂φ = 1/D,   ∂H/∂w = (τ/r²) sin²a / D
    ///
    /// H(0) = 0 and H(Θ) = Θ for any weight; H(H(φ, w₁), w₂) = H(φ, w₁ + w₂).
    public func transfer(_ phase: Double, weight: Double) -> PhaseTransfer {
        if phase <= 0 { return PhaseTransfer(phase: 0, byPhase: 1, byWeight: 0) }
        if phase >= period { return PhaseTransfer(phase: period, byPhase: 1, byWeight: 0) }
        let a = rate * phase / timeConstant
        // Rounding may turn sin π into a small negative number, which atan2 would take for −π.
        let sine = max(sin(a), 0)
        let cosine = cos(a) - weight / rate * sine
        let d = sine * sine + cosine * cosine
        return PhaseTransfer(
            phase: min(timeConstant / rate * atan2(sine, cosine), period),
            byPhase: 1 / d,
            byWeight: timeConstant / (rate * rate) * sine * sine / d)
    }
}

extension ThetaNeuron: PhaseNeuron {}

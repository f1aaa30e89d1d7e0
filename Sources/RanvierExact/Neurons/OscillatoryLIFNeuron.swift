import Foundation

/// Leaky integrate-and-fire neuron with a suprathreshold drive and delta pulses.
///
///     τ dV/dt = −V + I₀ + τ Σ w δ(t − tₖ),   I₀ > V_th,   reset V = 0
///     φ = −τ ln(1 − V/I₀) ∈ [0, Θ],   Θ = −τ ln(1 − V_th/I₀),   dφ/dt = 1
///
/// Spike times are continuous but not smooth: a pulse that would overshoot the threshold fires the
/// neuron at once, H has a kink there and both derivatives are 0 beyond it.
/// Source: Klos & Memmesheimer, arXiv:2309.14523. The state is the phase φ, in the unit of τ.
public struct OscillatoryLIFNeuron: Sendable, Equatable {
    /// Membrane time constant τ.
    public let timeConstant: Double
    /// Constant drive I₀.
    public let drive: Double
    /// Threshold V_th.
    public let threshold: Double
    /// Time from spike to spike without input, Θ.
    public let period: Double

    /// Creates a neuron. Throws where τ ≤ 0, V_th ≤ 0 or I₀ ≤ V_th (the neuron would not oscillate).
    public init(
        timeConstant: Double = 1, drive: Double = 1.25, threshold: Double = 1
    ) throws(ExactError) {
        try ExactError.require("timeConstant", timeConstant, above: 0)
        try ExactError.require("threshold", threshold, above: 0)
        try ExactError.require("drive", drive, above: threshold)
        self.timeConstant = timeConstant
        self.drive = drive
        self.threshold = threshold
        period = -timeConstant * log1p(-threshold / drive)
    }

    /// Potential at a phase, V = I₀ (1 − exp(−φ/τ)).
    public func voltage(at phase: Double) -> Double { -drive * expm1(-phase / timeConstant) }

    /// Phase at a potential below I₀.
    public func phase(atVoltage voltage: Double) -> Double {
        -timeConstant * log1p(-voltage / drive)
    }

    /// Phase after a pulse, with its derivatives.
    ///
    ///     H = φ(V(φ) + w),   e = exp(φ/τ),   ∂H/∂φ = 1/(1 − w e/I₀),   ∂H/∂w = (τ e/I₀)/(1 − w e/I₀)
    ///
    /// Θ with zero derivatives where V + w ≥ V_th. A negative phase (V below reset) is legal.
    public func transfer(_ phase: Double, weight: Double) -> PhaseTransfer {
        let after = voltage(at: phase) + weight
        if after >= threshold { return PhaseTransfer(phase: period, byPhase: 0, byWeight: 0) }
        let e = exp(phase / timeConstant)
        let slope = 1 / (1 - weight * e / drive)
        return PhaseTransfer(
            phase: min(self.phase(atVoltage: after), period),
            byPhase: slope, byWeight: timeConstant * e / drive * slope)
    }
}

extension OscillatoryLIFNeuron: PhaseNeuron {}

import Foundation

/// Quadratic integrate-and-fire neuron with an exponentially decaying input current.
///
///     τ dV/dt  = V (V − 1) + I                     spike V → +∞, reset V → −∞
///     τ_s dI/dt = −I + τ_s Σ w δ(t − tₖ)           τ = 2 τ_s;   I jumps by w and is not reset
///
/// With σ = 1 − exp(−t/τ) and V = exp(−t/τ) u the potential obeys du/dσ = u² + I₀, whose solution is one
/// Moebius map in all regimes of I₀:
///
///     q' = C q − S p,   p' = exp(−t/τ) (C p + I₀ S q),   V = p/q
///     I₀ > 0: C = cos bσ,  S = sin(bσ)/b     I₀ < 0: C = cosh bσ,  S = sinh(bσ)/b     b = √|I₀|
///
/// Source: Klos & Memmesheimer, arXiv:2309.14523. The pair (q, p) keeps V = ±∞ (q = 0) an ordinary
/// point. Deviation: the published program clamps V at ±10⁶ instead, which moves a spike by about 10⁻⁶ τ.
public struct QIFNeuron: Sendable, Equatable {
    /// Membrane time constant τ; the synaptic one is τ/2.
    public let timeConstant: Double
    /// Scale A of the softplus that drives pseudospikes.
    public let softplusScale: Double

    /// Creates a neuron. Throws where one of the two is not positive.
    public init(timeConstant: Double = 1, softplusScale: Double = 10) throws(ExactError) {
        try ExactError.require("timeConstant", timeConstant, above: 0)
        try ExactError.require("softplusScale", softplusScale, above: 0)
        self.timeConstant = timeConstant
        self.softplusScale = softplusScale
    }
}

/// State of an extended QIF neuron: a point (q, p) of the half circle q ≥ 0 and the current.
public struct QIFState: Sendable, Equatable {
    /// cos α ≥ 0; 0 at a spike and right after it.
    public var q: Double
    /// sin α.
    public var p: Double
    /// Input current I.
    public var current: Double

    /// A state with potential p/q = `voltage`, which may be ±∞.
    public init(voltage: Double = 0, current: Double = 0) {
        if voltage.isInfinite {
            q = 0
            p = voltage > 0 ? 1 : -1
        } else {
            q = 1 / (1 + voltage * voltage).squareRoot()
            p = voltage * q
        }
        self.current = current
    }

    init(q: Double, p: Double, current: Double) {
        let norm = (q * q + p * p).squareRoot()
        // A neuron within rounding of its spike may come out just behind it.
        self.q = max(q / norm, 0)
        self.p = q < 0 ? 1 : p / norm
        self.current = current
    }

    /// Potential V = p/q.
    public var voltage: Double { q == 0 ? (p > 0 ? .infinity : -.infinity) : p / q }
}

// MARK: - Flow

/// The matrix [[C, −S], [I₀ S, C]] up to a common factor, and its determinant.
struct QIFPropagator {
    let c: Double
    let s: Double
    let determinant: Double
    /// ∂C/∂I₀ and ∂S/∂I₀ with the same common factor.
    let cByCurrent: Double
    let sByCurrent: Double

    init(current: Double, sigma: Double) {
        let y = current * sigma * sigma
        if abs(y) < 1e-3 {
            c = 1 + y * (-1 / 2 + y * (1 / 24 - y / 720))
            s = sigma * (1 + y * (-1 / 6 + y * (1 / 120 - y / 5040)))
            determinant = 1
            sByCurrent =
                sigma * sigma * sigma
                * (-1 / 6 + y * (1 / 60 + y * (-1 / 1680 + y / 90720)))
        } else if current > 0 {
            let b = current.squareRoot()
            c = cos(b * sigma)
            s = sin(b * sigma) / b
            determinant = 1
            sByCurrent = (sigma * c - s) / (2 * current)
        } else {
            // Scaled by exp(−bσ), which would overflow for strong inhibition.
            let b = (-current).squareRoot()
            let decay = exp(-2 * b * sigma)
            c = (1 + decay) / 2
            s = -expm1(-2 * b * sigma) / (2 * b)
            determinant = decay
            sByCurrent = (sigma * c - s) / (2 * current)
        }
        cByCurrent = -sigma * s / 2
    }
}

extension QIFNeuron: EventDrivenNeuron {
    /// State after `duration` without a pulse and without a spike.
    public func flow(_ state: QIFState, for duration: Double) -> QIFState {
        let m = QIFPropagator(current: state.current, sigma: -expm1(-duration / timeConstant))
        let decay = exp(-duration / timeConstant)
        return QIFState(
            q: m.c * state.q - m.s * state.p,
            p: decay * (m.c * state.p + state.current * m.s * state.q),
            current: state.current * decay * decay)
    }

    /// First zero of C − V S at σ* < 1, as t = −τ ln(1 − σ*).
    ///
    ///     I > 0: σ* = atan2(b, V)/b,   I = 0: σ* = 1/V if V > 1,   I < 0: σ* = artanh(b/V)/b if V > b
    public func timeToSpike(from state: QIFState) -> Double {
        let (q, p) = (state.q, state.p)
        let sigma: Double
        if state.current > 0 {
            let b = state.current.squareRoot()
            sigma = atan2(b * q, p) / b
        } else if state.current < 0 {
            let b = (-state.current).squareRoot()
            guard p > b * q else { return .infinity }
            sigma = atanh(b * q / p) / b
        } else {
            guard p > q else { return .infinity }
            sigma = q / p
        }
        return sigma < 1 ? -timeConstant * log1p(-sigma) : .infinity
    }

    /// State right after a spike.
    public func reset(_ state: QIFState) -> QIFState {
        QIFState(q: 0, p: -1, current: state.current)
    }

    /// State right after a pulse.
    public func pulse(_ state: QIFState, weight: Double) -> QIFState {
        var after = state
        after.current += weight
        return after
    }

    /// Derivative by the variables users set from the one by the coordinates.
    public func parameterAdjoint(_ adjoint: SIMD2<Double>, at state: QIFState) -> SIMD2<Double> {
        SIMD2(adjoint.x * state.q * state.q, adjoint.y)
    }

    /// Two variables: V and I.
    public static var parameterCount: Int { 2 }

    /// (V, I).
    public func parameters(of state: QIFState) -> SIMD2<Double> {
        SIMD2(state.voltage, state.current)
    }

    /// The state with potential and current `parameters`.
    public func state(with parameters: SIMD2<Double>) -> QIFState {
        QIFState(voltage: parameters.x, current: parameters.y)
    }

    /// Throws unless a trial can start at `state`.
    public func validate(initialState state: QIFState) throws(ExactError) {
        guard !state.voltage.isNaN else {
            throw .invalidParameter(
                name: "initial voltage", value: state.voltage, expected: "a number")
        }
        try ExactError.requireFinite("initial current", state.current)
    }
}

// MARK: - Adjoints

extension QIFNeuron {
    /// Pulls (λ_α, λ_I) back over an interval. With s = exp(−t/τ) and ρ² = q'² + p'² before normalising:
    ///
    ///     ∂α'/∂α = det s/ρ²,   ∂α'/∂I = (q' ∂p'/∂I − p' ∂q'/∂I)/ρ²,   ∂I'/∂I = s²
    ///
    /// Nothing in it is singular at a spike.
    public func flowAdjoint(
        _ adjoint: SIMD2<Double>, from state: QIFState, for duration: Double
    ) -> SIMD2<Double> {
        let sigma = -expm1(-duration / timeConstant)
        let m = QIFPropagator(current: state.current, sigma: sigma)
        let decay = exp(-duration / timeConstant)
        let (q0, p0, i0) = (state.q, state.p, state.current)
        let q = m.c * q0 - m.s * p0
        let p = decay * (m.c * p0 + i0 * m.s * q0)
        let norm = q * q + p * p
        let qByCurrent = m.cByCurrent * q0 - m.sByCurrent * p0
        let pByCurrent =
            decay * (m.cByCurrent * p0 + m.s * q0 + i0 * m.sByCurrent * q0)
        let alphaByCurrent = (q * pByCurrent - p * qByCurrent) / norm
        return SIMD2(
            m.determinant * decay / norm * adjoint.x,
            decay * decay * adjoint.y + alphaByCurrent * adjoint.x)
    }

    /// Adjoints of a pulse.
    public func pulseAdjoint(
        _ adjoint: SIMD2<Double>, at state: QIFState, weight: Double
    ) -> PulseAdjoint {
        // The weight changes the vector field by (q² w/τ, −2 w/τ) in (α, I).
        PulseAdjoint(
            state: adjoint, weight: adjoint.y,
            time: weight / timeConstant * (2 * adjoint.y - state.q * state.q * adjoint.x))
    }

    /// Adjoints of a spike of the neuron itself.
    public func spikeAdjoint(
        _ adjoint: SIMD2<Double>, at state: QIFState, time: Double
    ) -> SpikeAdjoint {
        // α passes the spike with speed 1/τ whatever I is: no jump, nothing singular.
        SpikeAdjoint(state: SIMD2(adjoint.x - timeConstant * time, adjoint.y), time: time)
    }
}

import Foundation

/// Leaky integrate-and-fire neuron with an exponentially decaying input current.
///
///     τ_m dV/dt = −V + I,   τ_s dI/dt = −I + τ_s Σ w δ(t − tₖ),   spike at V = V_th, reset V = 0
///     V(t) = V₀ e^(−t/τ_m) + I₀ κ(t),   κ = τ_s/(τ_s − τ_m) (e^(−t/τ_s) − e^(−t/τ_m))
///
/// The disruptive comparison: its hump-shaped response can graze the threshold, where a spike appears
/// or vanishes inside the trial and its time has an infinite derivative.
/// Sources: Klos & Memmesheimer, arXiv:2309.14523; adjoint: EventProp, Wunderlich & Pehle 2021.
public struct LIFNeuron: Sendable, Equatable {
    /// Membrane time constant τ_m.
    public let membraneTimeConstant: Double
    /// Synaptic time constant τ_s.
    public let synapticTimeConstant: Double
    /// Threshold V_th.
    public let threshold: Double
    /// Scale of the softplus that drives pseudospikes.
    public let softplusScale: Double

    /// Creates a neuron; without a synaptic time constant it is τ_m/2.
    ///
    /// Throws where a time constant, the threshold or the scale is not positive.
    public init(
        membraneTimeConstant: Double = 1, synapticTimeConstant: Double? = nil,
        threshold: Double = 1, softplusScale: Double = 10
    ) throws(ExactError) {
        let synaptic = synapticTimeConstant ?? membraneTimeConstant / 2
        try ExactError.require("membraneTimeConstant", membraneTimeConstant, above: 0)
        try ExactError.require("synapticTimeConstant", synaptic, above: 0)
        try ExactError.require("threshold", threshold, above: 0)
        try ExactError.require("softplusScale", softplusScale, above: 0)
        self.membraneTimeConstant = membraneTimeConstant
        self.synapticTimeConstant = synaptic
        self.threshold = threshold
        self.softplusScale = softplusScale
    }

    /// dV/dt of a state; at a spike it is what grazing takes to 0 and the gradient divides by.
    public func slope(of state: LIFState) -> Double {
        (state.current - state.voltage) / membraneTimeConstant
    }
}

/// State of a LIF neuron.
public struct LIFState: Sendable, Equatable {
    /// Membrane potential V.
    public var voltage: Double
    /// Input current I.
    public var current: Double

    /// Creates a state, by default rest.
    public init(voltage: Double = 0, current: Double = 0) {
        self.voltage = voltage
        self.current = current
    }
}

// MARK: - Flow

extension LIFNeuron: EventDrivenNeuron {
    /// κ(t): potential at t by a unit current at 0.
    func response(after duration: Double) -> Double {
        let (m, s) = (membraneTimeConstant, synapticTimeConstant)
        let x = duration * (1 / s - 1 / m)
        // κ = (t/τ_m) e^(−t/τ_m) (1 − e^(−x))/x, regular where τ_s = τ_m.
        let ratio = abs(x) < 1e-8 ? 1 - x / 2 : -expm1(-x) / x
        return duration / m * exp(-duration / m) * ratio
    }

    /// State after `duration` without a pulse and without a spike.
    public func flow(_ state: LIFState, for duration: Double) -> LIFState {
        LIFState(
            voltage: state.voltage * exp(-duration / membraneTimeConstant)
                + state.current * response(after: duration),
            current: state.current * exp(-duration / synapticTimeConstant))
    }

    /// Time until the next spike without further pulses.
    public func timeToSpike(from state: LIFState) -> Double {
        let (v, i) = (state.voltage, state.current)
        if v >= threshold && i > threshold { return 0 }
        guard i > threshold else { return .infinity }
        if membraneTimeConstant == 2 * synapticTimeConstant {
            // Larger root of (V + I) s − I s² = V_th for s = e^(−t/τ_m).
            let sum = v + i
            let discriminant = sum * sum - 4 * i * threshold
            guard discriminant > 0 else { return .infinity }
            let s = (sum + discriminant.squareRoot()) / (2 * i)
            return s < 1 && s > 0 ? -membraneTimeConstant * log(s) : .infinity
        }
        return firstCrossing(of: state)
    }

    /// The crossing on the rising flank, which ends at the only maximum of V.
    private func firstCrossing(of state: LIFState) -> Double {
        var low = 0.0
        var high = timeOfMaximum(of: state)
        guard flow(state, for: high).voltage > threshold else { return .infinity }
        var time = high / 2
        for _ in 0..<200 {
            let here = flow(state, for: time)
            if here.voltage < threshold { low = time } else { high = time }
            let newton = time + (threshold - here.voltage) / slope(of: here)
            let next = newton > low && newton < high ? newton : (low + high) / 2
            if next == time || high - low <= high.ulp { break }
            time = next
        }
        return time
    }

    /// Where V = A e^(−t/τ_m) + B e^(−t/τ_s) peaks, given that it rises at first.
    private func timeOfMaximum(of state: LIFState) -> Double {
        let (m, s) = (membraneTimeConstant, synapticTimeConstant)
        let rates = 1 / s - 1 / m
        if abs(rates) < 1e-8 / m {
            // V = (V₀ + I₀ t/τ) e^(−t/τ).
            return m * (1 - state.voltage / state.current)
        }
        // V' = 0 where e^(x) = I₀ m/(I₀ s + V₀ (m − s)) … written with log1p for nearby constants.
        let denominator = state.current * s + state.voltage * (m - s)
        guard denominator > 0 else { return 1000 * max(m, s) }
        return log1p((state.current - state.voltage) * (m - s) / denominator) / rates
    }

    /// State right after a spike.
    public func reset(_ state: LIFState) -> LIFState {
        LIFState(voltage: 0, current: state.current)
    }

    /// State right after a pulse.
    public func pulse(_ state: LIFState, weight: Double) -> LIFState {
        LIFState(voltage: state.voltage, current: state.current + weight)
    }

    /// Derivative by the variables users set from the one by the coordinates.
    public func parameterAdjoint(_ adjoint: SIMD2<Double>, at state: LIFState) -> SIMD2<Double> {
        adjoint
    }

    /// Two variables: V and I.
    public static var parameterCount: Int { 2 }

    /// (V, I).
    public func parameters(of state: LIFState) -> SIMD2<Double> {
        SIMD2(state.voltage, state.current)
    }

    /// The state with potential and current `parameters`.
    public func state(with parameters: SIMD2<Double>) -> LIFState {
        LIFState(voltage: parameters.x, current: parameters.y)
    }

    /// Throws unless a trial can start at `state`.
    public func validate(initialState state: LIFState) throws(ExactError) {
        guard state.voltage.isFinite, state.voltage < threshold else {
            throw .invalidParameter(
                name: "initial voltage", value: state.voltage,
                expected: "a finite number below the threshold \(threshold)")
        }
        try ExactError.requireFinite("initial current", state.current)
    }
}

// MARK: - Adjoints (EventProp)

extension LIFNeuron {
    /// λ_I ← e^(−t/τ_s) λ_I + κ λ_V,   λ_V ← e^(−t/τ_m) λ_V.
    public func flowAdjoint(
        _ adjoint: SIMD2<Double>, from state: LIFState, for duration: Double
    ) -> SIMD2<Double> {
        SIMD2(
            exp(-duration / membraneTimeConstant) * adjoint.x,
            exp(-duration / synapticTimeConstant) * adjoint.y
                + response(after: duration) * adjoint.x)
    }

    /// Adjoints of a pulse.
    public func pulseAdjoint(
        _ adjoint: SIMD2<Double>, at state: LIFState, weight: Double
    ) -> PulseAdjoint {
        PulseAdjoint(
            state: adjoint, weight: adjoint.y,
            time: weight
                * (adjoint.y / synapticTimeConstant - adjoint.x / membraneTimeConstant))
    }

    /// Adjoints of a spike of the neuron itself.
    public func spikeAdjoint(
        _ adjoint: SIMD2<Double>, at state: LIFState, time: Double
    ) -> SpikeAdjoint {
        let total = time - adjoint.x * state.current / membraneTimeConstant
        // 1/(I − V_th) = 1/(τ_m V'): the divergence at grazing.
        let byVoltage = -total * membraneTimeConstant / (state.current - threshold)
        return SpikeAdjoint(state: SIMD2(byVoltage, adjoint.y), time: total)
    }
}

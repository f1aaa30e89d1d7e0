import Foundation

/// By how much a pair of spikes changes a synapse, by the time between them.
///
///     s = t_post − t_pre
///     K(s > 0) = A₊ k(s / τ₊),   K(s < 0) = A₋ k(−s / τ₋),   K(0) = 0
///     k(x) = exp(−x), or max(0, 1 − x)
///
/// With A₊ > 0 > A₋ it is the usual plasticity; with A₊ = −1, A₋ = 1 and equal times that of spike-timing alignment. Times are in
/// any unit, the same for spikes and windows. Source: Bi & Poo 1998; Song, Miller & Abbott 2000.
public struct SpikeTimingWindow: Hashable, Sendable {
    /// How a side falls off.
    public enum Form: String, CaseIterable, Hashable, Sendable {
        /// `exp(−x)`.
        case exponential
        /// `max(0, 1 − x)`.
        case triangular
    }

    /// How both sides fall off.
    public var form: Form
    /// A₊, where the presynaptic spike comes first.
    public var causal: Double
    /// A₋, where the postsynaptic spike comes first.
    public var anticausal: Double
    /// τ₊.
    public var causalTime: Double
    /// τ₋.
    public var anticausalTime: Double

    /// A window with two sides.
    public init(
        _ form: Form = .exponential, causal: Double, anticausal: Double, causalTime: Double,
        anticausalTime: Double
    ) {
        precondition(causalTime > 0 && anticausalTime > 0, "times of a window are above 0")
        self.form = form
        self.causal = causal
        self.anticausal = anticausal
        self.causalTime = causalTime
        self.anticausalTime = anticausalTime
    }

    /// The odd window of spike-timing alignment: what comes first is weakened.
    public static func alignment(_ form: Form = .exponential, time: Double) -> SpikeTimingWindow {
        SpikeTimingWindow(form, causal: -1, anticausal: 1, causalTime: time, anticausalTime: time)
    }

    /// K at `lag = t_post − t_pre`.
    public func callAsFunction(lag: Double) -> Double {
        if lag > 0 { return causal * fall(lag / causalTime) }
        if lag < 0 { return anticausal * fall(-lag / anticausalTime) }
        return 0
    }

    private func fall(_ x: Double) -> Double {
        switch form {
        case .exponential: exp(-x)
        case .triangular: max(0, 1 - x)
        }
    }
}

/// Plasticity by the times of spikes, over traces.
///
///     at a postsynaptic spike:   Δw = η A₊ x̄      (soft bounds: A₊ (w_max − w) x̄)
///     at a presynaptic spike:    Δw = η A₋ s̄      (soft bounds: A₋ (w − w_min) s̄)
///
/// with traces of strictly earlier spikes, so that spikes at one time do not pair; where both fire, both changes are summed, then
/// the weight is clipped. Traces of all spikes give the sum over all pairs of an exponential window, traces of the last spike that
/// of nearest pairs. Source: Song, Miller & Abbott 2000; Morrison, Diesmann & Gerstner 2008.
public struct PairRule: PlasticityRule, Hashable {
    /// A₊, A₋, τ₊, τ₋, with exponential sides.
    public let window: SpikeTimingWindow
    /// Which spikes make pairs.
    public let pairing: SpikeTrace.Form
    /// η.
    public let rate: Double
    /// Where weights stay.
    public let bounds: WeightBounds

    /// A rule for a window with exponential sides.
    ///
    /// A triangular window has no trace that falls in proportion to itself; pairs are summed by
    /// ``SpikeTimingWindow/change(presynaptic:postsynaptic:pairing:)`` then.
    public init(
        _ window: SpikeTimingWindow, pairing: SpikeTrace.Form = .all, rate: Double = 1,
        bounds: WeightBounds = .none
    ) {
        precondition(window.form == .exponential, "traces fall exponentially; so must the window")
        self.window = window
        self.pairing = pairing
        self.rate = rate
        self.bounds = bounds
    }

    /// τ₊.
    public var presynapticTrace: SpikeTrace {
        SpikeTrace(pairing, timeConstant: window.causalTime)
    }

    /// τ₋.
    public var postsynapticTrace: SpikeTrace {
        SpikeTrace(pairing, timeConstant: window.anticausalTime)
    }

    /// Nil: changes come at once.
    public var eligibilityTime: Double? { nil }

    /// False.
    public var tracesHoldPresent: Bool { false }

    /// Both sides of the window.
    public func contribution(of moment: SynapticMoment) -> Double {
        // Which bound a side is drawn to follows from its sign.
        func bounded(_ amplitude: Double) -> Double {
            amplitude
                * (amplitude > 0
                    ? bounds.increase(at: moment.weight) : bounds.decrease(at: moment.weight))
        }
        return bounded(window.causal) * moment.presynapticTrace * moment.postsynaptic
            + bounded(window.anticausal) * moment.postsynapticTrace * moment.presynaptic
    }
}

/// Plasticity by the times of spikes that waits for a reward.
///
///     e ← e exp(−Δt / τ_e) + STDP,     Δw = η R e
///
/// The reward R is the third factor, or what it exceeds its running mean by, see ``RewardBaseline``. Source: Izhikevich 2007;
/// Frémaux & Gerstner 2016.
public struct RewardRule: PlasticityRule, Hashable {
    /// What pairs of spikes add to the eligibility.
    public let pairs: PairRule
    /// τ_e, in the unit of the pairs' times.
    public let eligibilityConstant: Double

    /// A rule that keeps what pairs would change for a while.
    public init(_ pairs: PairRule, eligibilityTime: Double) {
        precondition(eligibilityTime > 0, "a time constant is above 0")
        self.pairs = pairs
        eligibilityConstant = eligibilityTime
    }

    /// That of the pairs.
    public var presynapticTrace: SpikeTrace { pairs.presynapticTrace }
    /// That of the pairs.
    public var postsynapticTrace: SpikeTrace { pairs.postsynapticTrace }
    /// τ_e.
    public var eligibilityTime: Double? { eligibilityConstant }
    /// False.
    public var tracesHoldPresent: Bool { false }
    /// That of the pairs.
    public var rate: Double { pairs.rate }
    /// That of the pairs.
    public var bounds: WeightBounds { pairs.bounds }
    /// What the pairs would change.
    public func contribution(of moment: SynapticMoment) -> Double {
        pairs.contribution(of: moment)
    }
}

import RanvierConfiguration

extension Kind where R == LocalRuleRole {
    /// Rules whose synapses learn from traces, step by step.
    static let online: [LocalRuleKind] = [
        LocalRuleKind(EligibilityPropagation.self), LocalRuleKind(OnlineThroughTime.self),
        LocalRuleKind(SpikeTimingPlasticity.self), LocalRuleKind(RewardModulatedPlasticity.self),
    ]
}

import RanvierConfiguration

extension Kind where R == LocalRuleRole {
    /// Rules whose synapses learn from traces, step by step.
    static let online: [LocalRuleKind] = []
}

import RanvierConfiguration
import RanvierLearning

extension Registry {
    /// Adds what configurations and stored models may name of local learning.
    public mutating func addLocalLearning() {
        add(MethodKind(LocalConfiguration.self))
        add(LocalRuleKind.feedback)
        add(LocalRuleKind.alignment)
        add(LocalRuleKind.online)
        add(AlignmentSubstrateKind(SamplingSubstrate.self))
        add(AlignmentSubstrateKind(LIFSubstrate.self))
        add(LocalRuleKind.adaptation)
    }
}

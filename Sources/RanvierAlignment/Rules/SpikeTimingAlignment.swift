import RanvierConfiguration
import RanvierLearning

/// `sal`: feedback weights find the forward ones from the timing of spikes.
public struct SpikeTimingAlignment: LocalRule {
    /// `sal`.
    public static let kind = "sal"
    /// No options yet.
    public static let schema = Schema<SpikeTimingAlignment>()

    /// As published.
    public init() {}

    /// Feedback weights that are aligned before each epoch.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        try FeedbackLearner(for: model, seed: seed, rule: Self.kind)
    }
}

extension Kind where R == LocalRuleRole {
    /// Rules whose feedback weights find the forward ones.
    static let alignment: [LocalRuleKind] = [LocalRuleKind(SpikeTimingAlignment.self)]
}

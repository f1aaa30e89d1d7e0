import RanvierConfiguration
import RanvierLearning

/// `fa`: random feedback weights that stay as they are. Source: Lillicrap et al. 2016.
public struct FeedbackAlignment: LocalRule {
    /// `fa`.
    public static let kind = "fa"
    /// No options.
    public static let schema = Schema<FeedbackAlignment>()

    /// Random feedback.
    public init() {}

    /// Feedback weights that nothing changes.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        try FeedbackLearner(for: model, seed: seed, rule: Self.kind)
    }
}

extension Kind where R == LocalRuleRole {
    /// Rules that hand errors down through feedback weights.
    static let feedback: [LocalRuleKind] = [LocalRuleKind(FeedbackAlignment.self)]
}

import RanvierConfiguration
import RanvierLearning

/// `fa`: random feedback weights that stay as they are. Source: Lillicrap et al. 2016.
public struct FeedbackAlignment: LocalRule {
    /// `fa`.
    public static let kind = "fa"
    /// First feedback weights.
    public var feedback = FeedbackOptions()

    /// Random feedback.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<FeedbackAlignment> { Field.part(\.feedback) }

    /// Feedback weights that nothing changes.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        try FeedbackLearner(for: model, seed: seed, rule: Self.kind, gain: feedback.gain)
    }
}

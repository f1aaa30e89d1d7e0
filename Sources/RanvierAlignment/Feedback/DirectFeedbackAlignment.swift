import RanvierConfiguration
import RanvierLearning

/// `dfa`: errors of the output go straight to each hidden layer through random weights. Source: Nøkland 2016.
public struct DirectFeedbackAlignment: LocalRule {
    /// `dfa`.
    public static let kind = "dfa"
    /// First feedback weights; of gain 1 they are uniform in ±1/√outputs.
    public var feedback = FeedbackOptions()

    /// Random feedback.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<DirectFeedbackAlignment> { Field.part(\.feedback) }

    /// A projection of the output's error for each hidden layer.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        try DirectFeedbackLearner(
            for: model, seed: seed, rule: Self.kind, gain: feedback.gain)
    }
}

import RanvierConfiguration
import RanvierLearning

/// `kolen-pollack`: forward and feedback weights get the same updates and the same decay, and meet.
///
///     W ← W + ΔW − η λ W,   B ← B + ΔW − η λ B,   so that   W − B ← (1 − η λ) (W − B)
///
/// λ is `decay`, η the length of the step. The first layer, which has no feedback weights, does not decay. Source: Kolen & Pollack
/// 1994; Akrout et al. 2019. Deviation: the decay stands outside of the optimiser's momentum, so that the contraction is the same
/// with any optimiser.
public struct KolenPollack: LocalRule {
    /// `kolen-pollack`.
    public static let kind = "kolen-pollack"
    /// λ.
    public var decay: Float = 1e-3
    /// First feedback weights.
    public var feedback = FeedbackOptions()
    /// How errors go down through convolutions.
    public var convolutions = ConvolutionFeedback.random

    /// As published for deep networks.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<KolenPollack> {
        Field.number("decay", \.decay, in: .positive)
        Field.part(\.feedback)
        Field.choice("convolutions", \.convolutions)
    }

    /// Feedback weights that follow updates.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        var learner = try FeedbackLearner(
            for: model, seed: seed, rule: Self.kind, gain: feedback.gain)
        learner.follower = KolenPollackFollower(decay: decay)
        learner.convolutions = convolutions
        return learner
    }
}

import RanvierConfiguration
import RanvierLearning

/// `sign-concordant`: feedback weights with the signs of the forward ones and random magnitudes that stay.
///
///     B = sign(W) |B₀|
///
/// Source: Liao, Leibo & Poggio 2016 (fixed random magnitudes).
public struct SignConcordance: LocalRule {
    /// `sign-concordant`.
    public static let kind = "sign-concordant"
    /// The magnitudes.
    public var feedback = FeedbackOptions()
    /// How errors go down through convolutions.
    public var convolutions = ConvolutionFeedback.random

    /// Magnitudes as drawn.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<SignConcordance> {
        Field.part(\.feedback)
        Field.choice("convolutions", \.convolutions)
    }

    /// Feedback by signs and fixed magnitudes.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        var learner = try FeedbackLearner(
            for: model, seed: seed, rule: Self.kind, gain: feedback.gain)
        learner.reading = .signedMagnitudes
        learner.convolutions = convolutions
        learner.extraTraffic.transportsWeights = true
        return learner
    }
}

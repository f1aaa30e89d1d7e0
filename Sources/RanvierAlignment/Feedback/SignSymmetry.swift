import RanvierConfiguration
import RanvierLearning

/// `sign-symmetric`: feedback weights that are the signs of the forward ones.
///
///     B = c sign(W)
///
/// `c` is 1, or 1/√n for n inputs of a neuron. Source: Liao, Leibo & Poggio 2016 (uniform signs).
public struct SignSymmetry: LocalRule {
    /// `sign-symmetric`.
    public static let kind = "sign-symmetric"
    /// The magnitude of all feedback weights.
    public var scale = FeedbackScale.unit
    /// How errors go down through convolutions.
    public var convolutions = ConvolutionFeedback.random

    /// Signs alone.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<SignSymmetry> {
        Field.choice("scale", \.scale)
        Field.choice("convolutions", \.convolutions)
    }

    /// Feedback by signs.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        var learner = try FeedbackLearner(for: model, seed: seed, rule: Self.kind)
        learner.reading = .signs(scale: scale)
        learner.convolutions = convolutions
        learner.extraTraffic.transportsWeights = true
        return learner
    }
}

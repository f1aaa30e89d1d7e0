import RanvierConfiguration
import RanvierLearning

/// `bp`: the gradient, for comparison with all others.
///
/// With `convolutions: random` dense layers hand errors back through their transposes and convolutions through random weights:
/// the most that a rule which aligns the feedback of dense layers can come to.
public struct Backpropagation: LocalRule {
    /// How errors go back through convolutions.
    public enum Convolutions: String, CaseIterable, Hashable, Sendable {
        /// Through their transposes.
        case transposed
        /// Through random weights that stay.
        case random
    }

    /// `bp`.
    public static let kind = "bp"
    /// How errors go back through convolutions.
    public var convolutions = Convolutions.transposed

    /// The plain gradient.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<Backpropagation> {
        Field.choice("convolutions", \.convolutions)
    }

    /// Transposes everywhere, or in dense layers.
    ///
    /// - Throws: ``AlignmentError`` where random feedback is asked for and there is no convolution to have it.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        let isRandom = convolutions == .random
        var learner = try FeedbackLearner(
            for: model, seed: seed, rule: Self.kind, gain: 1, of: isRandom ? .convolutions : .none)
        guard !isRandom || !learner.names.isEmpty else {
            throw AlignmentError.setting(
                name: "learning.rule.bp.convolutions",
                expected: "'transposed' for a network without a convolution behind the first layer",
                found: "'random'")
        }
        learner.extraTraffic.transportsWeights = true
        return learner
    }
}

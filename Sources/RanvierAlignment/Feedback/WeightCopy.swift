import RanvierConfiguration
import RanvierLearning

/// `copy`: feedback weights that are copied from the forward ones now and then: what stale feedback does, without any other error.
///
/// Copies are taken before each epoch, also after every so many steps if `every` says so; or, with `refresh-distance` d, of each
/// matrix as soon as `|W − B| > d |W|`.
public struct WeightCopy: LocalRule {
    /// `copy`.
    public static let kind = "copy"
    /// Steps between copies within an epoch; nil for none.
    public var every: Int?
    /// d; nil for copies by the clock.
    public var refreshDistance: Double?
    /// How errors go down through convolutions.
    public var convolutions = ConvolutionFeedback.random

    /// Once in an epoch.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<WeightCopy> {
        Field.optionalInteger("every", \.every, in: 1...)
        Field.optionalNumber("refresh-distance", \.refreshDistance, in: .positive)
        Field.choice("convolutions", \.convolutions)
        Field.refusing("every") {
            $0.every != nil && $0.refreshDistance != nil
        } because: { _ in
            "copies come by the clock or by 'refresh-distance'; leave one of the two keys out"
        } settle: {
            $0.every = nil
        }
    }

    /// Feedback weights that are copies.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        var learner = try FeedbackLearner(for: model, seed: seed, rule: Self.kind)
        learner.follower = CopyFollower(every: every, distance: refreshDistance)
        learner.convolutions = convolutions
        learner.extraTraffic.transportsWeights = true
        return learner
    }
}

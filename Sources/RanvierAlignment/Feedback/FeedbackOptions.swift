import RanvierConfiguration

/// What rules with feedback weights of their own have in common.
public struct FeedbackOptions: Configurable {
    /// Factor on the first feedback weights, which are drawn as forward ones are.
    public var gain: Float = 1

    /// As the forward weights are drawn.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<FeedbackOptions> {
        Field.number("feedback-gain", \.gain, in: .positive)
    }
}

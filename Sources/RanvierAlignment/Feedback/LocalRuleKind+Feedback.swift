import RanvierConfiguration

extension Kind where R == LocalRuleRole {
    /// Rules that hand errors down through feedback weights, and the gradient that they stand for.
    static let feedback: [LocalRuleKind] = [
        LocalRuleKind(Backpropagation.self), LocalRuleKind(FeedbackAlignment.self),
        LocalRuleKind(DirectFeedbackAlignment.self), LocalRuleKind(SignSymmetry.self),
        LocalRuleKind(SignConcordance.self), LocalRuleKind(WeightMirror.self),
        LocalRuleKind(KolenPollack.self), LocalRuleKind(SpikeTimingInference.self),
        LocalRuleKind(RegressionDiscontinuity.self), LocalRuleKind(WeightCopy.self),
        // Long and short words for the same.
        LocalRuleKind(Backpropagation.self, alias: "backpropagation"),
        LocalRuleKind(FeedbackAlignment.self, alias: "feedback-alignment"),
        LocalRuleKind(DirectFeedbackAlignment.self, alias: "direct-feedback-alignment"),
        LocalRuleKind(WeightMirror.self, alias: "wm"),
        LocalRuleKind(KolenPollack.self, alias: "kp"),
        LocalRuleKind(
            SpikeTimingInference.self, alias: "spike-timing-dependent-weight-inference"),
        LocalRuleKind(RegressionDiscontinuity.self, alias: "regression-discontinuity"),
    ]

    /// The kind of a type under another word; what is written has the type's own.
    init<Rule: LocalRule>(_ type: Rule.Type, alias: String) {
        self.init(alias, Rule.self) {
            $0
        } unwrap: {
            $0 as? Rule
        }
    }
}

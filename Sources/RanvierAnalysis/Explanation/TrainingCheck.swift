/// Looks for one kind of reason why a network does not learn.
///
/// A new one is a file with a type that conforms, and a line in ``TrainingChecks/standard``.
public protocol TrainingCheck: Sendable {
    /// What it found.
    func findings(in evidence: TrainingEvidence) -> [Finding]
}

/// The checks that are built in.
public enum TrainingChecks {
    /// Causes before what may follow from them: of findings that matter alike, the first check's comes first.
    public static let standard: [any TrainingCheck] = [
        ClassBalanceCheck(), InputScalingCheck(), LearningRateCheck(), FiringRateCheck(),
        GradientCheckOfLayers(), TimeConstantCheck(), LossCurveCheck(), OneAnswerCheck(),
        OverfittingCheck(), BaselineCheck(),
    ]

    /// What all checks find, the worst first.
    ///
    /// A network that has learned was kept from it by nothing: what would else be a cause is then good to know.
    public static func findings(
        in evidence: TrainingEvidence, by checks: [any TrainingCheck] = standard
    ) -> [Finding] {
        let found = checks.flatMap { $0.findings(in: evidence) }
        return found.enumerated().sorted {
            ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
        }.map(\.element)
    }
}

extension TrainingEvidence {
    /// The severity of a cause: good to know where the network has learned all the same.
    func severity(_ severity: Finding.Severity) -> Finding.Severity {
        hasLearned ? .minor : severity
    }
}

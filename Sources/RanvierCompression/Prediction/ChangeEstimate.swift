/// Which estimate of a changed spike is meant.
public enum ChangeEstimate: String, Sendable, Hashable, CaseIterable, Codable {
    /// ``FiringChange/interval(_:threshold:error:)`` of the worst error: a limit that holds.
    case worst
    /// The same of the expected error.
    case expected
    /// ``FiringChange/linear(_:threshold:error:)`` of the expected error.
    case linear
    /// ``FiringChange/folded(_:threshold:shiftMean:shiftVariance:)``.
    case folded
    /// ``FiringChange/bivariate(_:threshold:shiftMean:shiftVariance:)``.
    case bivariate
}

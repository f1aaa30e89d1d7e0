import RanvierConfiguration

/// Why a local rule cannot do what is asked of it.
public enum AlignmentError: Error, Equatable, CustomStringConvertible {
    /// A layer whose synapses the rule cannot teach.
    case layer(name: String, rule: String, reason: String, advice: String)
    /// A setting that makes no sense.
    case setting(name: String, expected: String, found: String)
    /// Numbers that ran away.
    case nonFinite(what: String, advice: String)

    /// What was expected, what was found and what to do.
    public var description: String {
        switch self {
        case .layer(let name, let rule, let reason, let advice):
            "layer '\(name)' cannot learn by '\(rule)': \(reason); \(advice)"
        case .setting(let name, let expected, let found):
            "\(name): expected \(expected), found \(found)"
        case .nonFinite(let what, let advice):
            "\(what) is no finite number any more; \(advice)"
        }
    }
}

extension AlignmentError: ExitStatusProviding {
    /// Wrong configuration, or a failed run where numbers ran away.
    public var exitStatus: ExitStatus {
        if case .nonFinite = self { .runFailed } else { .wrongUsage }
    }
}

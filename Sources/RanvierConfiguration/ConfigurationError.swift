/// A configuration that cannot be used: which file, line and key, what was expected and found.
///
///     digits.yaml:12: training.epoch: unknown key; did you mean 'epochs'? Known keys: …
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Problem: Equatable, Sendable {
        /// The file cannot be read.
        case unreadable(reason: String)
        /// The text is not YAML.
        case syntax(reason: String)
        /// A key that nothing asks for.
        case unknownKey(nearest: String?, known: [String])
        /// A key that stands twice in one section.
        case duplicateKey
        /// A key that must be there.
        case missingKey(expected: String)
        /// A value of the wrong type, out of range, or not among the allowed ones.
        case wrongValue(expected: String, found: String, nearest: String?)
        /// Values that are each possible but do not go together.
        case invalid(reason: String)
    }

    /// Where it stands: `digits.yaml:12`, or `--set training.epochs=x`.
    public let location: String
    /// The path to the key, joined by dots; empty at the top.
    public let keyPath: String
    /// What is wrong.
    public let problem: Problem

    /// Creates an error from its parts.
    public init(location: String, keyPath: String, problem: Problem) {
        self.location = location
        self.keyPath = keyPath
        self.problem = problem
    }

    /// The error in one line.
    public var description: String {
        [location, keyPath, problem.explanation].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}

extension ConfigurationError.Problem {
    /// The problem in words, without the place.
    fileprivate var explanation: String {
        switch self {
        case .unreadable(let reason): "cannot read the configuration: \(reason)"
        case .syntax(let reason): "not valid YAML: \(reason)"
        case .unknownKey(let nearest, let known):
            "unknown key; \(Self.suggestion(nearest))"
                + (known.isEmpty
                    ? "No keys are known here."
                    : "Known keys: \(known.sorted().joined(separator: ", "))")
        case .duplicateKey: "the key stands here for the second time; keep one of them"
        case .missingKey(let expected): "missing key; expected \(expected)"
        case .wrongValue(let expected, let found, let nearest):
            "expected \(expected), found \(found)"
                + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        case .invalid(let reason): reason
        }
    }

    private static func suggestion(_ nearest: String?) -> String {
        nearest.map { "did you mean '\($0)'? " } ?? ""
    }
}

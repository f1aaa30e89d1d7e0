import RanvierConfiguration

/// What can be wrong with numbers handed to an analysis.
public enum AnalysisError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Two lists that belong together differ in length.
    case countMismatch(what: String, expected: Int, found: Int)
    /// There is nothing to measure.
    case empty(what: String)
    /// A label names no class.
    case labelOutsideClasses(sample: Int, label: Int, classes: Int)
    /// A row of scores is not a probability distribution.
    case notAProbability(sample: Int, found: String)
    /// A number is outside what it can mean.
    case impossibleValue(what: String, expected: String, found: String)
    /// An energy table lacks an operation.
    case missingOperation(table: String, operation: String)

    /// Says what was expected, what was found and what to try.
    public var description: String {
        switch self {
        case .countMismatch(let what, let expected, let found):
            "\(what): expected \(expected), found \(found). Pass one entry per sample or element."
        case .empty(let what):
            "\(what): expected at least one entry, found none. Check the data split."
        case .labelOutsideClasses(let sample, let label, let classes):
            "sample \(sample): label \(label) is outside the classes 0 to \(classes - 1). "
                + "Check the labels or the number of outputs."
        case .notAProbability(let sample, let found):
            "sample \(sample): expected non-negative probabilities that sum to 1, found \(found). "
                + "Apply softmax to scores, or divide spike counts by their sum."
        case .impossibleValue(let what, let expected, let found):
            "\(what): expected \(expected), found \(found)."
        case .missingOperation(let table, let operation):
            "energy table '\(table)': no entry for '\(operation)'. "
                + "Give one entry per operation, in picojoules."
        }
    }
}

extension AnalysisError: ExitStatusProviding {
    /// Numbers that the data do not allow.
    public var exitStatus: ExitStatus { .badInput }
}

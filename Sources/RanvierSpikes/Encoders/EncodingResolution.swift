import RanvierConfiguration

/// How finely a code represents values, in units of the values that are encoded (after scaling).
public enum EncodingResolution: Sendable, Hashable {
    /// The values themselves.
    case exact
    /// Values that are nearer to one another than this may have the same code.
    case step(Double)
    /// Largest standard deviation of a value that is read back from its spikes, for codes by chance.
    case deviation(Double)
    /// Smallest change from one step to the next that is told.
    case change(Double)
    /// Largest distance of a signal from the level that its events tell.
    case level(Double)
    /// Distance between the values to which neighbouring neurons respond most.
    case centers(Double)
    /// All values have the same code.
    case nothing
}

extension EncodingResolution: CustomStringConvertible {
    /// In a few words.
    public var description: String {
        func text(_ number: Double) -> String { NumberText.significant(number, digits: 2) }
        return switch self {
        case .exact: "values as they are"
        case .step(let step): "values less than \(text(step)) apart may look alike"
        case .deviation(let deviation):
            "a value is known to a standard deviation of up to \(text(deviation))"
        case .change(let change):
            "changes of less than \(text(change)) from step to step are not told"
        case .level(let level): "values are followed to within \(text(level))"
        case .centers(let distance): "centres of neurons \(text(distance)) apart"
        case .nothing: "all values look alike"
        }
    }
}

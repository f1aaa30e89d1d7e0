import RanvierConfiguration

/// What is wrong with a network of integers.
public enum IntegerNetworkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Something of a layer that cannot be.
    case layer(name: String, what: String, expected: String, found: String)
    /// A sum or a membrane that 32 bits may not hold.
    case overflow(layer: String, what: String, bound: Int, limit: Int)
    /// How samples come in, or how answers are read.
    case interface(what: String, expected: String, found: String)

    /// Names the layer, what was expected, what was found, and what to try.
    public var description: String {
        switch self {
        case .layer(let name, let what, let expected, let found):
            "layer '\(name)', \(what): expected \(expected), found \(found)"
        case .overflow(let layer, let what, let bound, let limit):
            "\(what) of layer '\(layer)' may reach \(bound), more than \(limit); take fewer bits, fewer "
                + "fraction bits or fewer steps"
        case .interface(let what, let expected, let found):
            "\(what): expected \(expected), found \(found)"
        }
    }
}

extension IntegerNetworkError: ExitStatusProviding {
    /// What was asked for cannot be.
    public var exitStatus: ExitStatus { .wrongUsage }
}

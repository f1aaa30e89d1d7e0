import RanvierConfiguration

/// Why a network cannot become one of whole numbers.
public enum FoldingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A layer, or an order of layers, that has no form in whole numbers.
    case layer(name: String, kind: String, reason: String)
    /// Weights that are no multiples of a scale.
    case weights(parameter: String, reason: String)
    /// How samples come in.
    case input(reason: String)
    /// Sums or membranes that single precision does not hold exactly.
    case tooLarge(layer: String, what: String, bound: Double, limit: Double)

    /// Names the layer, what was expected, what was found, and what to try.
    public var description: String {
        switch self {
        case .layer(let name, let kind, let reason):
            "layer '\(name)' (\(kind)) cannot be folded to whole numbers: \(reason)"
        case .weights(let parameter, let reason):
            "'\(parameter)' cannot be folded to whole numbers: \(reason)"
        case .input(let reason): "samples cannot become whole numbers: \(reason)"
        case .tooLarge(let layer, let what, let bound, let limit):
            "\(what) of layer '\(layer)' may reach \(bound), beyond \(limit), up to which "
                + (limit > 16_777_216 ? "32 bits hold them" : "single precision is exact")
                + ": take fewer bits, fewer steps or fewer fraction bits"
        }
    }
}

extension FoldingError: ExitStatusProviding {
    /// What was asked for cannot be.
    public var exitStatus: ExitStatus { .wrongUsage }
}

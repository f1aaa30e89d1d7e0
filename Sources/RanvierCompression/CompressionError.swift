import RanvierConfiguration

/// What cannot be pruned, scored or predicted.
public enum CompressionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A number outside of what makes sense.
    case impossibleValue(what: String, expected: String, found: String)
    /// Weights or scores of a layer that are not numbers.
    case notFinite(layer: String, what: String)
    /// Something that a criterion needs of a layer and was not given.
    case missing(layer: String, what: String, advice: String)
    /// Numbers of a layer that are not as many as it has places for.
    case mismatch(layer: String, what: String, expected: String, found: String)
    /// A layer whose numbers cannot be measured.
    case unmeasured(layer: String, kind: String, reason: String)

    /// Names the layer, what was expected, what was found, and what to try.
    public var description: String {
        switch self {
        case .impossibleValue(let what, let expected, let found):
            "\(what): expected \(expected), found \(found)"
        case .notFinite(let layer, let what):
            "\(what) of layer '\(layer)' are not all finite; they have no order. Train with a smaller "
                + "learning rate, or take the weights of an earlier epoch"
        case .missing(let layer, let what, let advice):
            "layer '\(layer)' has no \(what), which the criterion needs; \(advice)"
        case .mismatch(let layer, let what, let expected, let found):
            "\(what) of layer '\(layer)': expected \(expected), found \(found)"
        case .unmeasured(let layer, let kind, let reason):
            "layer '\(layer)' (\(kind)) cannot be measured: \(reason). Take 'magnitude', which needs "
                + "no samples"
        }
    }
}

extension CompressionError: ExitStatusProviding {
    /// What was asked for cannot be; weights that are not finite are a run that failed.
    public var exitStatus: ExitStatus {
        if case .notFinite = self { .runFailed } else { .wrongUsage }
    }
}

import RanvierConfiguration

/// Why a network has no form in integers.
public enum LoweringError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A layer.
    case layer(name: String, kind: String, reason: String)
    /// How samples come in.
    case encoder(kind: String, reason: String)

    /// Names the layer or encoder, and what to try.
    public var description: String {
        switch self {
        case .layer(let name, let kind, let reason):
            "layer '\(name)' (\(kind)) has no form in integers: \(reason)"
        case .encoder(let kind, let reason):
            "the encoding '\(kind)' has no form in integers: \(reason)"
        }
    }
}

extension LoweringError: ExitStatusProviding {
    /// What was asked for cannot be.
    public var exitStatus: ExitStatus { .wrongUsage }
}

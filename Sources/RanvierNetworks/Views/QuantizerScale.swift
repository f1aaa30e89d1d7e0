import RanvierTensors

/// What the scale of a symmetric quantiser follows from.
public enum QuantizerScale: Sendable, Hashable {
    /// The largest size: nothing is clipped.
    case largest
    /// A percentile of the sizes, 0 < p ≤ 100, linearly interpolated: what lies above it is clipped.
    case percentile(Double)
    /// Given numbers: one, or one per output; found by a search after training, for example.
    case fixed([Float])
}

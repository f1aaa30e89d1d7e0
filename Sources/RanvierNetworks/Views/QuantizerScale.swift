import RanvierTensors

/// What the scale of a symmetric quantiser follows from.
public enum QuantizerScale: Sendable, Hashable {
    /// The largest size: nothing is clipped.
    case largest
    /// A percentile of the sizes, 0 < p ≤ 100, linearly interpolated: what lies above it is clipped.
    case percentile(Double)
    /// A factor times the root of the mean square of what is there, `s = f √(mean w²)`: what lies above Q s is clipped. The scale
    /// counts as a constant in the gradient.
    ///
    /// For normally distributed weights the factors 0.386, 0.66 and 1.2 suit 4, 3 and 2 bits.
    case rootMeanSquare(Double)
    /// Given numbers: one, or one per output; found by a search after training, for example.
    case fixed([Float])
}

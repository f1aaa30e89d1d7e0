import RanvierConfiguration

/// How large batches may be while little was seen: all samples of a batch answer the same cavity, so that large batches overshoot while
/// the totals are small.
///
///     M_t = min(M, max(start, ⌊slope · samples seen⌋))
///
/// Samples are counted since the beginning of the training, and not anew in each pass. A start of at least M is no ramp.
public struct BatchRamp: Configurable {
    /// Samples of the first batches.
    public var start = 16
    /// Share of the samples seen that a batch may have.
    public var slope = 0.1

    /// 16 samples, then a tenth of those seen.
    public init() {}

    /// The keys.
    public static let schema = Schema<BatchRamp> {
        Field.integer("start", \.start, in: 1...)
        Field.number("slope", \.slope, in: .positive)
    }

    /// Samples of the next batch.
    public func size(limit: Int, seen: Int) -> Int {
        min(limit, max(start, Int(min(slope * Double(seen), 1e9))))
    }
}

/// How many weights go where the smallest r of n are to go.
public enum PruningRule: String, Sendable, Hashable, CaseIterable, Codable {
    /// The `⌊r n + 10⁻⁹⌋` smallest; of equal ones those with the smaller index.
    case exactCount = "exact-count"
    /// All below the size at place `⌊r n + 10⁻⁹⌋` of the ascending order: what ties with it stays, so that fewer may go, or
    /// none.
    case thresholdStrict = "threshold-strict"
    /// All below the linearly interpolated percentile 100 r.
    case percentile
}

import RanvierCompression
import RanvierConfiguration

/// What came of a candidate: an outcome of the search that is stored.
struct ShrinkTrial: Codable, Sendable {
    /// The candidate.
    var candidate: BudgetSearch.Candidate
    /// The most important measure on validation samples.
    var quality: Double
    /// Bytes of weights, with the indices of what is left.
    var weightBytes: Int
    /// Bytes of state.
    var stateBytes: Int
    /// Energy of a decision with memory traffic, in picojoules.
    var picojoules: Double
    /// Spikes of a sample.
    var spikes: Double
    /// Seconds of training.
    var seconds: Double
    /// Why it does not do; empty where it does.
    var problems: [String]

    /// Whether it does.
    var isGoodEnough: Bool { problems.isEmpty }

    /// `sparsity-0.750-bits-4`, as a file may be named.
    static func name(of candidate: BudgetSearch.Candidate) -> String {
        "sparsity-\(NumberText.fixed(candidate.sparsity, decimals: 5))-bits-\(candidate.bits)"
    }
}

import Foundation
import RanvierTensors

/// Chooses with how many steps a ticket is sought, so that the search is cheaper than the training that follows.
///
///     P_t = softmax((1/t) Σ_{j ≤ t} o_j)
///     D_t = mean over samples of Σ_c P_t ln(P_t / P_T),   D̂_t = D_t / D_2
///     T_early = the smallest t in 2 … T − 1 with D̂_t < λ, else T
///
/// One step is left out, because a leaky neuron cannot use its memory in it. Source: Kim et al. 2022; λ = 0.6 there after two
/// epochs. Their code takes the divergence the other way round and divides by the largest: ``Rule/published``.
public struct EarlyTime: Sendable, Hashable {
    /// Which way divergences are taken, and what they are divided by.
    public enum Rule: String, Sendable, Hashable, CaseIterable, Codable {
        /// `KL(P_t ‖ P_T)`, divided by that of two steps: as the paper says.
        case paper
        /// `KL(P_T ‖ P_t)`, divided by the largest: as its code does.
        case published
    }

    /// Steps that are compared: 2 … T − 1.
    public let candidates: [Int]
    /// All steps, T.
    public let steps: Int
    /// Mean `KL(P_t ‖ P_T)` of each candidate.
    public let fewToAll: [Double]
    /// Mean `KL(P_T ‖ P_t)` of each candidate.
    public let allToFew: [Double]

    /// Compares outputs `[T, B, classes]` of a network after some epochs with all steps.
    public init(outputs: Tensor) {
        precondition(outputs.rank == 3, "outputs are [T, B, classes], not \(outputs.shape)")
        self.init(
            outputs: outputs.scalars.map { Double($0) }, steps: outputs.shape[0],
            samples: outputs.shape[1], classes: outputs.shape[2])
    }

    /// The same in double precision.
    public init(outputs: [Double], steps: Int, samples: Int, classes: Int) {
        precondition(outputs.count == steps * samples * classes, "outputs are [T, B, classes]")
        self.steps = steps
        candidates = steps > 2 ? Array(2..<steps) : []
        var sums = [Double](repeating: 0, count: samples * classes)
        var logs: [[Double]] = []
        for t in 0..<steps {
            for i in sums.indices { sums[i] += outputs[t * sums.count + i] }
            logs.append(
                Self.logSoftmax(sums.map { $0 / Double(t + 1) }, classes: classes))
        }
        func divergence(_ p: [Double], _ q: [Double]) -> Double {
            zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) } / Double(max(samples, 1))
        }
        fewToAll = candidates.map { divergence(logs[$0 - 1], logs[steps - 1]) }
        allToFew = candidates.map { divergence(logs[steps - 1], logs[$0 - 1]) }
    }

    /// Divergences in the order of ``candidates``, divided as the rule says; 0 where all answers are alike.
    public func normalized(_ rule: Rule = .paper) -> [Double] {
        let values = rule == .paper ? fewToAll : allToFew
        let scale = (rule == .paper ? values.first : values.max()) ?? 0
        // Alike but for rounding is alike.
        return values.map { scale > 1e-12 ? $0 / scale : 0 }
    }

    /// The steps to search with.
    ///
    /// - Parameter limit: λ; larger ones give fewer steps.
    public func chosen(below limit: Double = 0.6, rule: Rule = .paper) -> Int {
        zip(candidates, normalized(rule)).first { $1 < limit }?.0 ?? steps
    }

    private static func logSoftmax(_ scores: [Double], classes: Int) -> [Double] {
        var result = scores
        for start in stride(from: 0, to: scores.count, by: classes) {
            let row = scores[start..<start + classes]
            let largest = row.max() ?? 0
            let norm = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
            for i in row.indices { result[i] -= norm }
        }
        return result
    }
}

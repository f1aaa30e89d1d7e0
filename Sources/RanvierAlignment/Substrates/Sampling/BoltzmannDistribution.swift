import Foundation

/// A Boltzmann machine without hidden units: what sampling neurons with symmetric weights sample from.
///
///     p(z) ∝ exp(zᵀ W z / 2 + bᵀ z),   z ∈ {0, 1}ⁿ
///
/// All 2ⁿ states are counted, so n is small. States are numbered with the first unit as the highest bit.
public struct BoltzmannDistribution: Hashable, Sendable {
    /// `[n, n]`, symmetric, without a diagonal.
    public let weights: [Double]
    /// `[n]`.
    public let bias: [Double]
    /// Of each state.
    public let probabilities: [Double]

    /// The distribution of some weights.
    ///
    /// - Precondition: 16 units at most.
    public init(weights: [Double], bias: [Double]) {
        let count = bias.count
        precondition(
            weights.count == count * count && count <= 16,
            "weights of at most 16 units, one for each pair")
        self.weights = weights
        self.bias = bias
        var all = (0..<1 << count).map { index -> Double in
            let state = Self.state(index, of: count)
            var energy = 0.0
            for i in 0..<count where state[i] == 1 {
                energy += bias[i]
                for j in 0..<count where state[j] == 1 { energy += weights[i * count + j] / 2 }
            }
            return energy
        }
        let most = all.max() ?? 0
        all = all.map { exp($0 - most) }
        let sum = all.reduce(0, +)
        probabilities = all.map { $0 / sum }
    }

    /// Zeros and ones of a state.
    public func state(_ index: Int) -> [Int] { Self.state(index, of: bias.count) }

    private static func state(_ index: Int, of count: Int) -> [Int] {
        (0..<count).map { index >> (count - 1 - $0) & 1 }
    }

    /// `⟨z_i z_j⟩`, `[n, n]`; the diagonal is `⟨z_i⟩`.
    public var coactivations: [Double] {
        var sum = [Double](repeating: 0, count: bias.count * bias.count)
        for (index, probability) in probabilities.enumerated() {
            let state = state(index)
            for i in bias.indices where state[i] == 1 {
                for j in bias.indices where state[j] == 1 {
                    sum[i * bias.count + j] += probability
                }
            }
        }
        return sum
    }

    /// `D_KL(p ‖ q)` to a distribution that was sampled, in nats.
    ///
    /// - Parameters:
    ///   - sampled: share of each state.
    ///   - smoothing: what is added to each share before they are made to sum to 1, for states that were never met.
    public func divergence(from sampled: [Double], smoothing: Double = 1e-6) -> Double {
        let sum = sampled.reduce(0) { $0 + $1 + smoothing }
        return zip(probabilities, sampled).reduce(0) {
            $0 + $1.0 * log($1.0 / (($1.1 + smoothing) / sum))
        }
    }
}

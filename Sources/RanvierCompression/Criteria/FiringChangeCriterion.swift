import RanvierTensors

/// The probability that a spike changes when a connection goes.
///
///     P_ij = rate_i |w_ij| |γ_j|/√(σ_j² + ε) N(0; μ_j − θ, v_j)
///
/// μ and v are mean and variance of the membrane. All scores are probabilities, so that layers compare in a global scope, which
/// sizes of weights do not. Source: Yao et al. 2023 (SF-IMP).
///
/// With ``perOperation`` the score is what changes for each operation that is saved, P/rate: for a goal in energy and not in memory.
public struct FiringChangeCriterion: PruningCriterion {
    /// `firing-change`.
    public static let name = "firing-change"
    /// Whether the change is divided by the operations that are saved.
    public var perOperation: Bool

    /// By the probability that a spike changes.
    public init(perOperation: Bool = false) { self.perOperation = perOperation }

    /// Needs ``PruningLayer/outputs``, and ``PruningLayer/inputRates`` unless per operation.
    public func scores(of layers: [PruningLayer]) throws(CompressionError) -> [Tensor] {
        var scores: [Tensor] = []
        for layer in layers {
            let sensitivities = try layer.requireSensitivities()
            let rates = perOperation ? nil : try layer.requireRates()
            scores.append(
                layer.scores { weight, output, input in
                    (rates.map { layer.rate(of: input, for: output, in: $0) } ?? 1) * weight
                        * sensitivities[output]
                })
        }
        return scores
    }
}

/// How the Hilbert–Schmidt independence criterion is estimated from two kernel matrices.
///
///     biased      HSIC₀ = tr(K H L H) / (n − 1)²,   H = I − 1 1ᵀ / n
///     unbiased    HSIC₁ = [tr(K̃L̃) + (1ᵀK̃1)(1ᵀL̃1) / ((n−1)(n−2)) − 2 · 1ᵀK̃L̃1 / (n−2)] / (n(n−3))
///
/// K̃ is K with a zero diagonal. Both are inner products of matrices that are centred once for each layer, see
/// ``CenteredKernel``. HSIC₀ of unrelated features grows with their number; HSIC₁ does not, and may be negative.
///
/// Source: Gretton et al. 2005; Song et al. 2012, equation 5.
public enum HSICEstimator: String, Sendable, Hashable, CaseIterable, Codable {
    /// HSIC₀.
    case biased
    /// HSIC₁; needs more than three samples.
    case unbiased

    /// What the inner product of two centred matrices is divided by.
    func divisor(samples n: Int) -> Double {
        switch self {
        case .biased: Double(n - 1) * Double(n - 1)
        case .unbiased: Double(n) * Double(n - 3)
        }
    }
}

/// The kernel whose matrices centred kernel alignment compares.
public enum SimilarityKernel: Sendable, Hashable, Codable {
    /// `k(x, y) = xᵀy`.
    case linear
    /// `k(x, y) = exp(−‖x − y‖² / 2σ²)`, σ a multiple of the median distance between samples.
    ///
    /// Source: Kornblith, Norouzi, Lee & Hinton 2019, section 3.
    case radialBasis(bandwidth: Double)
}

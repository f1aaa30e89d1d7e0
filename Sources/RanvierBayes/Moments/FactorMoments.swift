/// What a scalar factor t(u) tells of u, whose cavity distribution is N(ω, V).
///
///     Z = ∫ t(u) N(u; ω, V) du,   g = ∂ log Z/∂ω,   Γ = −∂² log Z/∂ω²
///     tilted mean = ω + V g,   tilted variance = V − V² Γ
///
/// Every factor of the method reports these three numbers and nothing else.
public struct FactorMoments: Sendable, Hashable {
    /// log Z.
    public var logNormalizer: Double
    /// g.
    public var slope: Double
    /// Γ, which may be negative where the factor is not log-concave; see ``concave``.
    public var curvature: Double

    /// The moments of a factor.
    public init(logNormalizer: Double, slope: Double, curvature: Double) {
        self.logNormalizer = logNormalizer
        self.slope = slope
        self.curvature = curvature
    }

    /// The same with Γ⁺ = max(Γ, 0), as messages take it; g is kept.
    public var concave: FactorMoments {
        FactorMoments(
            logNormalizer: logNormalizer, slope: slope, curvature: max(curvature, 0))
    }

    /// Mean and variance of u under the product of factor and cavity.
    public func tilted(mean: Double, variance: Double) -> (mean: Double, variance: Double) {
        (mean + variance * slope, variance - variance * variance * curvature)
    }
}

import Foundation

/// What a hidden neuron hands on of its pre-activation u.
public enum HiddenActivation: String, Sendable, Hashable, CaseIterable, Codable {
    /// A spike or none: v = 1[u > 0].
    case spike
    /// A spike of either sign: v = ±1.
    case signedSpike = "signed-spike"
    /// v = max(u, 0).
    case rectified = "relu"

    /// Mean and variance of v where u is N(ω, V); V includes the neuron's noise, z = ω/√V.
    ///
    ///     spike: Φ(z), Φ(z) Φ(−z)      signed: 2Φ(z) − 1, 4Φ(z) Φ(−z)
    ///     relu:  m = ωΦ(z) + √V φ(z),   (ω² + V) Φ(z) + ω√V φ(z) − m²
    public func moments(mean: Double, variance: Double) -> (mean: Double, variance: Double) {
        let deviation = variance.squareRoot(), z = mean / deviation
        let firing = NormalDistribution.cumulative(z), silent = NormalDistribution.cumulative(-z)
        switch self {
        case .spike: return (firing, firing * silent)
        case .signedSpike: return (firing - silent, 4 * firing * silent)
        case .rectified:
            let density = NormalDistribution.density(z)
            let first = mean * firing + deviation * density
            let second = (mean * mean + variance) * firing + mean * deviation * density
            return (first, max(second - first * first, 0))
        }
    }

    /// Log-odds η of firing in a message exp(B v − A v²/2), within ±30; nil for what is no spike.
    public func logOdds(_ message: NaturalGaussian) -> Double? {
        let bound = StepFactor.logOddsBound
        switch self {
        case .spike:
            return min(max(message.linear - message.precision / 2, -bound), bound)
        case .signedSpike: return min(max(2 * message.linear, -bound), bound)
        case .rectified: return nil
        }
    }

    /// What the factor between u and v tells of u, given a message exp(B v − A v²/2) from above.
    public func moments(
        mean: Double, variance: Double, message: NaturalGaussian
    ) -> FactorMoments {
        guard let logOdds = logOdds(message) else {
            return RectifiedFactor.moments(mean: mean, variance: variance, message: message)
                .moments
        }
        return StepFactor.uncertain(mean: mean, variance: variance, logOdds: logOdds).moments
    }
}

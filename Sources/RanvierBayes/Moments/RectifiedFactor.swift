import Foundation

/// The factor of a rectified linear neuron, v = max(u, 0), with a message exp(B v − A v²/2) from above.
///
///     V' = 1/(1/V + A),   μ' = V' (ω/V + B)
///     ℓ₀ = log Φ(−ω/√V),   ℓ₁ = ½ log(V'/V) + ½ (μ'²/V' − ω²/V) + log Φ(μ'/√V')
///     tilted = two truncated Gaussians with these log masses;  g = (μ* − ω)/V,  Γ = (V − v*)/V²
public enum RectifiedFactor {
    /// Moments, and the probability that u is positive.
    public static func moments(
        mean: Double, variance: Double, message: NaturalGaussian
    ) -> (moments: FactorMoments, positiveProbability: Double) {
        let deviation = variance.squareRoot(), z = mean / deviation
        let above = 1 / (1 / variance + message.precision)
        let middle = above * (mean / variance + message.linear)
        let width = above.squareRoot(), w = middle / width
        let negative = NormalDistribution.logCumulative(-z)
        let positive =
            0.5 * (log(above / variance) + w * w - z * z) + NormalDistribution.logCumulative(w)
        let total = NormalDistribution.logSum(negative, positive)
        let share = exp(positive - total), rest = exp(negative - total)
        // u < 0: −|u| of a Gaussian cut at 0, in units of its deviation below; u > 0 the same with the other Gaussian.
        // Mean of the positive part of N(w, 1): w + h(w); variance 1 − h (h + w).
        let low = -deviation * NormalDistribution.hazardPlusArgument(-z)
        // V − v of each part, so that nothing cancels where hardly any mass is cut off.
        let lowLoss = variance * NormalDistribution.curvature(-z)
        let high = width * NormalDistribution.hazardPlusArgument(w)
        let highLoss = variance - above + above * NormalDistribution.curvature(w)
        let gap = high - low
        // Differences from ω directly: μ* − ω would cancel where nearly all mass is on one side.
        let lowShift = -deviation * NormalDistribution.hazard(-z)
        let highShift = middle - mean + width * NormalDistribution.hazard(w)
        let slope = (rest * lowShift + share * highShift) / variance
        let loss = rest * lowLoss + share * highLoss - rest * share * gap * gap
        return (
            FactorMoments(
                logNormalizer: total, slope: slope,
                curvature: loss / (variance * variance)), share
        )
    }
}

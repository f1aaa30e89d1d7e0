import Foundation

/// Factors of a neuron that spikes where u + noise > 0.
public enum StepFactor {
    /// Bound on the log-odds of a message to a spike.
    public static let logOddsBound = 30.0
    /// σ² of the probit whose mean is nearest to a logistic neuron's, Bernoulli(sigmoid(u)): 8/π. The mean is off by 0.02 at most.
    public static let logisticVariance = 8 / Double.pi

    /// The factor 1[y (u + noise) > 0] of a spike that is known.
    ///
    ///     z = y ω/√(V + σ²),   Z = Φ(z),   g = y h(z)/√(V + σ²),   Γ = h(z) (h(z) + z)/(V + σ²)
    ///
    /// - Parameters:
    ///   - sign: y, 1 or −1.
    ///   - noise: σ².
    public static func known(
        sign: Double, mean: Double, variance: Double, noise: Double = 0
    ) -> FactorMoments {
        let total = variance + noise, deviation = total.squareRoot()
        let z = sign * mean / deviation
        return FactorMoments(
            logNormalizer: NormalDistribution.logCumulative(z),
            slope: sign * NormalDistribution.hazard(z) / deviation,
            curvature: NormalDistribution.curvature(z) / total)
    }

    /// The factor of a spike of which a message tells the log-odds η of firing.
    ///
    ///     Z = Φ(−z) + e^η Φ(z),   g = (e^η − 1) φ(z)/(√V Z),   Γ = g (g + ω/V),   z = ω/√V
    ///
    /// Γ may be negative. V includes the neuron's noise.
    public static func uncertain(
        mean: Double, variance: Double, logOdds: Double
    ) -> (moments: FactorMoments, spikeProbability: Double) {
        let deviation = variance.squareRoot(), z = mean / deviation
        let silent = NormalDistribution.logCumulative(-z)
        let firing = logOdds + NormalDistribution.logCumulative(z)
        let logZ = NormalDistribution.logSum(silent, firing)
        // The ends of η are the known spike, where g and h are large and nearly opposite to z.
        if logOdds > logOddsBound, firing - silent > 40 {
            var moments = known(sign: 1, mean: mean, variance: variance)
            moments.logNormalizer = logZ
            return (moments, exp(firing - logZ))
        }
        if logOdds < -logOddsBound, silent - firing > 40 {
            var moments = known(sign: -1, mean: mean, variance: variance)
            moments.logNormalizer = logZ
            return (moments, exp(firing - logZ))
        }
        // (e^η − 1)/Z in logs: both may be too large for a number.
        let size =
            logOdds > 0
            ? logOdds + log(-expm1(-logOdds)) : logOdds < 0 ? log(-expm1(logOdds)) : -.infinity
        let slope = exp(size + NormalDistribution.logDensity(z) - logZ) / deviation
        let signed = logOdds < 0 ? -slope : slope
        return (
            FactorMoments(
                logNormalizer: logZ, slope: signed,
                curvature: signed * (signed + mean / variance)), exp(firing - logZ)
        )
    }

    /// Probability of a spike of a logistic neuron, Bernoulli(sigmoid(u)), by its probit.
    public static func logisticProbability(mean: Double, variance: Double) -> Double {
        NormalDistribution.cumulative(mean / (variance + logisticVariance).squareRoot())
    }
}

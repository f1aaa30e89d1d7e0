import Foundation

/// The probability that a spike is there in one of two copies of a neuron and not in the other, which have fired alike so far.
///
/// Source: Yao et al. 2023; the folded and the bivariate estimate are an extension of this project.
public enum FiringChange {
    /// That the membrane lies within ε of the threshold: an upper limit for errors up to ε.
    ///
    ///     Φ((θ + ε − μ)/σ) − Φ((θ − ε − μ)/σ) ≤ 2 ε p_sup
    public static func interval(
        _ membrane: GaussianMembrane, threshold: Double, error: Double
    ) -> Double {
        membrane.probability(from: threshold - error, to: threshold + error)
    }

    /// `min(1, 2 ε p_sup)`, the limit on ``interval(_:threshold:error:)``.
    public static func bound(
        _ membrane: GaussianMembrane, threshold: Double, error: Double
    ) -> Double {
        min(1, 2 * error * membrane.largestDensity(within: error, of: threshold))
    }

    /// `min(1, ε p(θ))`: a shift of known size to one side.
    public static func linear(
        _ membrane: GaussianMembrane, threshold: Double, error: Double
    ) -> Double {
        min(1, error * membrane.density(at: threshold))
    }

    /// `min(1, E|d| p(θ))` for a shift `d ~ N(m, s²)`: right to first order for small shifts.
    ///
    ///     E|d| = s √(2/π) e^{−m²/2s²} + m (1 − 2 Φ(−m/s))
    public static func folded(
        _ membrane: GaussianMembrane, threshold: Double, shiftMean m: Double,
        shiftVariance: Double
    ) -> Double {
        let s = shiftVariance.squareRoot()
        let size =
            s > 0
            ? s * (2 / Double.pi).squareRoot() * exp(-m * m / (2 * shiftVariance))
                + m * (1 - 2 * GaussianMembrane.tail(m / s)) : abs(m)
        return min(1, size * membrane.density(at: threshold))
    }

    /// That u and u + d lie on different sides of the threshold, both normal, where the current that is gone was part of u:
    ///
    ///     cov(u, d) = −min(s², 0.999 v)
    ///
    /// An integral over u, by Gauss-Legendre of 20 points on pieces that no bend falls into: error below 10⁻¹².
    public static func bivariate(
        _ membrane: GaussianMembrane, threshold: Double, shiftMean: Double, shiftVariance: Double
    ) -> Double {
        let variance = membrane.variance
        guard shiftVariance > 0 else {
            return membrane.probability(
                from: threshold - max(shiftMean, 0), to: threshold - min(shiftMean, 0))
        }
        guard variance > 0 else {
            let distance = threshold - membrane.mean, s = shiftVariance.squareRoot()
            return distance > 0
                ? GaussianMembrane.tail((distance - shiftMean) / s)
                : GaussianMembrane.tail((shiftMean - distance) / s)
        }
        let covariance = -min(shiftVariance, 0.999 * variance)
        // u + d given u: mean slope u + offset, and a deviation that does not depend on u.
        let slope = 1 + covariance / variance
        let offset = shiftMean - covariance / variance * membrane.mean
        let rest = (shiftVariance - covariance * covariance / variance).squareRoot()
        let deviation = variance.squareRoot()
        let turn = (threshold - offset) / slope, width = rest / slope
        let low = membrane.mean - 9 * deviation, high = membrane.mean + 9 * deviation
        var cuts = [low, high, threshold, turn]
        for n in -8...8 {
            cuts.append(membrane.mean + Double(n) * deviation)
            cuts.append(turn + Double(n) * width)
        }
        cuts = cuts.filter { $0 >= low && $0 <= high }.sorted()
        func integrand(_ u: Double) -> Double {
            let z = (threshold - offset - slope * u) / rest
            return membrane.density(at: u)
                * GaussianMembrane.tail(u < threshold ? z : -z)
        }
        return zip(cuts, cuts.dropFirst()).reduce(0) { sum, ends in
            ends.1 > ends.0
                ? sum + GaussLegendre.integral(from: ends.0, to: ends.1, of: integrand) : sum
        }
    }
}

import Foundation

/// A membrane potential as a normal distribution: over samples, and places where a channel has several.
public struct GaussianMembrane: Sendable, Hashable {
    /// Mean μ of the potential before the reset.
    public var mean: Double
    /// Its variance; 0 for a potential that is always the same.
    public var variance: Double

    /// A distribution.
    public init(mean: Double, variance: Double) {
        precondition(variance >= 0, "a variance of \(variance) cannot be")
        self.mean = mean
        self.variance = variance
    }

    private var deviation: Double { variance.squareRoot() }

    /// Density at a potential; 0 where the variance is.
    public func density(at potential: Double) -> Double {
        guard variance > 0 else { return 0 }
        let z = (potential - mean) / deviation
        return exp(-z * z / 2) / (deviation * (2 * Double.pi).squareRoot())
    }

    /// Largest density in θ ± ε, `p_sup`.
    public func largestDensity(within error: Double, of threshold: Double) -> Double {
        density(at: min(max(mean, threshold - error), threshold + error))
    }

    /// Probability that the potential lies between two, `Φ((high − μ)/σ) − Φ((low − μ)/σ)`, with its relative precision kept in
    /// the tails and near the mean.
    public func probability(from low: Double, to high: Double) -> Double {
        guard high > low else { return 0 }
        guard variance > 0 else { return low <= mean && mean <= high ? 1 : 0 }
        let a = (low - mean) / deviation, b = (high - mean) / deviation
        if a >= 0 { return Self.tail(a) - Self.tail(b) }
        if b <= 0 { return Self.tail(-b) - Self.tail(-a) }
        let root = 2.0.squareRoot()
        return (erf(b / root) - erf(a / root)) / 2
    }

    /// `1 − Φ(z)`.
    static func tail(_ z: Double) -> Double { erfc(z / 2.0.squareRoot()) / 2 }
}

import Foundation

/// The distributions that a weight may have. What data tell of a weight is a site exp(H w − G w²/2) on top of its prior; families
/// differ in how prior and site become mean and variance.
///
///     Gaussian:    s = 1/(1/s₀ + G),  m = s (m₀/s₀ + H)
///     binary ±1:   m = tanh(θ₀ + H),  s = sech²(θ₀ + H)         (w² = 1, so G says nothing)
///     categorical: logits π_k + H a_k − G a_k²/2, softmax;  ternary is {−1, 0, 1} with π = (0, ζ, 0)
public enum WeightFamily: Sendable, Hashable {
    /// Any number.
    case gaussian
    /// −1 or 1.
    case binary
    /// Some numbers, with the logarithm of their prior weights.
    case categorical(support: [Double], logPrior: [Double])

    /// −1, 0 or 1; ζ is the log prior weight of 0 relative to each of the others.
    public static func ternary(logPriorOfZero: Double = 0) -> WeightFamily {
        .categorical(support: [-1, 0, 1], logPrior: [0, logPriorOfZero, 0])
    }

    /// What is known of a weight beforehand: mean m₀ and variance s₀ of a Gaussian, θ₀ of a binary weight (`mean`); categorical
    /// weights have it in their family.
    public struct Prior: Sendable, Hashable {
        /// m₀, or θ₀.
        public var mean: Double
        /// s₀; not looked at but for Gaussians.
        public var variance: Double

        /// A prior.
        public init(mean: Double = 0, variance: Double = 1) {
            self.mean = mean
            self.variance = variance
        }
    }

    /// Mean and variance of a weight with a site.
    public func moments(
        prior: Prior, site: NaturalGaussian
    ) -> (mean: Double, variance: Double) {
        switch self {
        case .gaussian:
            let variance = 1 / (1 / prior.variance + site.precision)
            return (variance * (prior.mean / prior.variance + site.linear), variance)
        case .binary:
            let field = prior.mean + site.linear
            // 1 − tanh² would be 0 long before sech² is.
            let half = 1 / cosh(field)
            return (tanh(field), half * half)
        case .categorical(let support, _):
            let shares = probabilities(prior: prior, site: site)
            let mean = zip(shares, support).reduce(0) { $0 + $1.0 * $1.1 }
            let variance = zip(shares, support).reduce(0) {
                $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean)
            }
            return (mean, variance)
        }
    }

    /// Probability of each value of a discrete weight, in order of its values; empty for Gaussians.
    public func probabilities(prior: Prior, site: NaturalGaussian) -> [Double] {
        switch self {
        case .gaussian: return []
        case .binary:
            let field = 2 * (prior.mean + site.linear)
            return [1 / (1 + exp(field)), 1 / (1 + exp(-field))]
        case .categorical(let support, let logPrior):
            let logits = zip(support, logPrior).map {
                $1 + site.linear * $0 - site.precision * $0 * $0 / 2
            }
            let top = logits.max() ?? 0
            let masses = logits.map { exp($0 - top) }
            let sum = masses.reduce(0, +)
            return masses.map { $0 / sum }
        }
    }

    /// The values of a discrete weight in ascending order of the support as given; empty for Gaussians.
    public var values: [Double] {
        switch self {
        case .gaussian: []
        case .binary: [-1, 1]
        case .categorical(let support, _): support
        }
    }
}

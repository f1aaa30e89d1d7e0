import Foundation

/// A Gaussian, or a message of its form, by precision λ and linear term h: exp(h x − λ x²/2).
///
/// Products add, quotients (cavities) subtract. λ = 0 is the message that says nothing.
public struct NaturalGaussian: Sendable, Hashable {
    /// λ.
    public var precision: Double
    /// h.
    public var linear: Double

    /// By precision and linear term.
    public init(precision: Double, linear: Double) {
        self.precision = precision
        self.linear = linear
    }

    /// By mean and variance.
    public init(mean: Double, variance: Double) {
        self.init(precision: 1 / variance, linear: mean / variance)
    }

    /// The message that says nothing.
    public static let flat = NaturalGaussian(precision: 0, linear: 0)

    /// h/λ.
    public var mean: Double { linear / precision }
    /// 1/λ.
    public var variance: Double { 1 / precision }

    /// The product.
    public static func * (a: NaturalGaussian, b: NaturalGaussian) -> NaturalGaussian {
        NaturalGaussian(precision: a.precision + b.precision, linear: a.linear + b.linear)
    }

    /// The quotient: a cavity, where `b` is a factor of `a`.
    public static func / (a: NaturalGaussian, b: NaturalGaussian) -> NaturalGaussian {
        NaturalGaussian(precision: a.precision - b.precision, linear: a.linear - b.linear)
    }

    /// log ∫ N(x; a) N(x; b) dx of two proper Gaussians: log N(mean of a; mean of b, sum of variances).
    public static func logOverlap(_ a: NaturalGaussian, _ b: NaturalGaussian) -> Double {
        let spread = a.variance + b.variance, distance = a.mean - b.mean
        return -0.5 * (log(2 * Double.pi * spread) + distance * distance / spread)
    }
}

import Foundation

/// The standard normal distribution with tails that neither underflow nor cancel.
///
///     Φ(z) = ½ erfc(−z/√2),   h(z) = φ(z)/Φ(z) = √(2/π) / erfcx(−z/√2),   erfcx(x) = e^{x²} erfc(x)
///
/// All functions are finite for |z| up to 10⁴ and beyond; relative errors are below 10⁻¹³.
public enum NormalDistribution {
    private static let rootOfTwo = 2.0.squareRoot()
    private static let rootOfTwoPi = (2 * Double.pi).squareRoot()
    /// Where the closed form of h + z would cancel and its series takes over.
    private static let seriesBelow = -30.0

    /// φ(z).
    public static func density(_ z: Double) -> Double { exp(-z * z / 2) / rootOfTwoPi }

    /// Φ(z).
    public static func cumulative(_ z: Double) -> Double { erfc(-z / rootOfTwo) / 2 }

    /// log φ(z).
    public static func logDensity(_ z: Double) -> Double { -z * z / 2 - log(rootOfTwoPi) }

    /// log Φ(z).
    public static func logCumulative(_ z: Double) -> Double {
        if z > -1 { return log1p(-cumulative(-z)) }
        return log(scaledComplement(-z / rootOfTwo) / 2) - z * z / 2
    }

    /// h(z) = φ(z)/Φ(z), the slope of log Φ.
    public static func hazard(_ z: Double) -> Double {
        if z > -1 { return density(z) / cumulative(z) }
        return rootOfTwo / (Double.pi.squareRoot() * scaledComplement(-z / rootOfTwo))
    }

    /// h(z) + z without cancellation: for z < −30 by 1/t − 2/t³ + 10/t⁵ − 74/t⁷ with t = −z.
    public static func hazardPlusArgument(_ z: Double) -> Double {
        guard z < seriesBelow else { return hazard(z) + z }
        let r = -1 / z, square = r * r
        return r * (1 - square * (2 - square * (10 - 74 * square)))
    }

    /// h(z) (h(z) + z), minus the second derivative of log Φ; in 0…1.
    public static func curvature(_ z: Double) -> Double {
        if z < seriesBelow {
            // h = t + (h + z).
            let rest = hazardPlusArgument(z)
            return (rest - z) * rest
        }
        let h = hazard(z)
        return h * (h + z)
    }

    /// log(e^a + e^b).
    static func logSum(_ a: Double, _ b: Double) -> Double {
        let high = max(a, b), low = min(a, b)
        return high == -.infinity ? high : high + log1p(exp(low - high))
    }

    /// erfcx(x) for x ≥ 0.
    ///
    /// Up to 5 from the definition, whose error is that of e^{x²}; above by the continued fraction of Laplace, which then has
    /// converged after 40 terms.
    private static func scaledComplement(_ x: Double) -> Double {
        if x < 5 { return exp(x * x) * erfc(x) }
        var tail = 0.0
        for k in stride(from: 40, to: 0, by: -1) { tail = Double(k) / 2 / (x + tail) }
        return 1 / ((x + tail) * Double.pi.squareRoot())
    }
}

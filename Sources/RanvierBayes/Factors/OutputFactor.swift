import Foundation

/// How what comes out of a network is held against what is asked: the last factor of a sample.
public enum OutputFactor: String, Sendable, Hashable, CaseIterable, Codable {
    /// The class is that of the largest output; by Gauss–Hermite quadrature over the output of the class.
    case argmax
    /// The product over other outputs of Φ of the difference: cheapest, and safe where the class is many deviations away.
    case pairwise
    /// Each output alone is above 0 for its class and below for others.
    case oneVersusAll = "one-vs-all"
    /// y = u with the variance of the last layer.
    case gaussian

    /// Whether targets are classes.
    public var isForClasses: Bool { self != .gaussian }

    /// What the factor tells of each output, in the order of the outputs, and log Z of all together.
    ///
    /// - Parameters:
    ///   - means: ω of each output.
    ///   - variances: V of each, noise included.
    public func moments(
        means: [Double], variances: [Double], label: Int,
        rule: GaussHermiteRule = .standard
    ) -> OutputMoments {
        switch self {
        case .argmax: Self.largest(means, variances, label, rule)
        case .pairwise: Self.pairs(means, variances, label)
        case .oneVersusAll: Self.each(means, variances, label)
        case .gaussian:
            preconditionFailure("the Gaussian factor takes values, not a class")
        }
    }

    /// The Gaussian factor: g = (y − ω)/V, Γ = 1/V.
    public static func gaussian(
        means: [Double], variances: [Double], targets: [Double]
    ) -> OutputMoments {
        var result = OutputMoments(logNormalizer: 0, slopes: [], curvatures: [])
        for ((mean, variance), target) in zip(zip(means, variances), targets) {
            let error = target - mean
            result.logNormalizer -=
                0.5 * (log(2 * Double.pi * variance) + error * error / variance)
            result.slopes.append(error / variance)
            result.curvatures.append(1 / variance)
        }
        return result
    }

    /// Probability that each output is the largest, by quadrature, brought to a sum of one.
    public static func classProbabilities(
        means: [Double], variances: [Double], rule: GaussHermiteRule = .standard
    ) -> [Double] {
        let logs = means.indices.map { label in
            let terms = logTerms(means, variances, label, rule)
            let top = terms.max() ?? 0
            return top + log(terms.reduce(0) { $0 + exp($1 - top) })
        }
        let top = logs.max() ?? 0
        let sum = logs.reduce(0) { $0 + exp($1 - top) }
        return logs.map { exp($0 - top) / sum }
    }

    // MARK: - Classes

    /// log(w_t Π Φ(z_k)) at each node t.
    private static func logTerms(
        _ means: [Double], _ variances: [Double], _ label: Int, _ rule: GaussHermiteRule
    ) -> [Double] {
        let deviation = variances[label].squareRoot()
        return zip(rule.nodes, rule.weights).map { node, weight in
            let x = means[label] + deviation * node
            return means.indices.reduce(log(weight)) { sum, k in
                k == label
                    ? sum
                    : sum
                        + NormalDistribution.logCumulative(
                            (x - means[k]) / variances[k].squareRoot())
            }
        }
    }

    /// With h = φ/Φ, z_k = (x − ω_k)/√V_k, q_k = h(z_k)/√V_k and r_t the share of a node in P:
    ///
    ///     k ≠ c: d1 = −E_r[q_k],  d2 = −E_r[z_k q_k/√V_k]
    ///     k = c: d1 = E_r[S],  d2 = E_r[S² − Σ (z_k q_k/√V_k + q_k²)],  S = Σ q_k
    ///     g = d1,  Γ = d1² − d2
    private static func largest(
        _ means: [Double], _ variances: [Double], _ label: Int, _ rule: GaussHermiteRule
    ) -> OutputMoments {
        let terms = logTerms(means, variances, label, rule)
        let top = terms.max() ?? 0
        let shares = terms.map { exp($0 - top) }
        let total = shares.reduce(0, +)
        let deviation = variances[label].squareRoot()
        var first = [Double](repeating: 0, count: means.count), second = first
        for (node, share) in zip(rule.nodes, shares) {
            let x = means[label] + deviation * node, share = share / total
            var sum = 0.0, rest = 0.0
            for k in means.indices where k != label {
                let root = variances[k].squareRoot(), z = (x - means[k]) / root
                let q = NormalDistribution.hazard(z) / root
                // z q/√V + q² = h (h + z)/V, which cancels in the tail.
                let bend = NormalDistribution.curvature(z) / variances[k]
                first[k] -= share * q
                second[k] -= share * (bend - q * q)
                sum += q
                rest += bend
            }
            first[label] += share * sum
            second[label] += share * (sum * sum - rest)
        }
        return OutputMoments(
            logNormalizer: top + log(total), slopes: first,
            curvatures: zip(first, second).map { $0 * $0 - $1 })
    }

    /// log Z ≈ Σ log Φ((ω_c − ω_k)/√(V_c + V_k)).
    private static func pairs(
        _ means: [Double], _ variances: [Double], _ label: Int
    ) -> OutputMoments {
        let zeros = [Double](repeating: 0, count: means.count)
        var result = OutputMoments(logNormalizer: 0, slopes: zeros, curvatures: zeros)
        for k in means.indices where k != label {
            let factor = StepFactor.known(
                sign: 1, mean: means[label] - means[k], variance: variances[label],
                noise: variances[k])
            result.logNormalizer += factor.logNormalizer
            result.slopes[k] -= factor.slope
            result.slopes[label] += factor.slope
            result.curvatures[k] += factor.curvature
            result.curvatures[label] += factor.curvature
        }
        return result
    }

    private static func each(
        _ means: [Double], _ variances: [Double], _ label: Int
    ) -> OutputMoments {
        var result = OutputMoments(logNormalizer: 0, slopes: [], curvatures: [])
        for k in means.indices {
            let factor = StepFactor.known(
                sign: k == label ? 1 : -1, mean: means[k], variance: variances[k])
            result.logNormalizer += factor.logNormalizer
            result.slopes.append(factor.slope)
            result.curvatures.append(factor.curvature)
        }
        return result
    }
}

/// What an output factor tells of all outputs of a sample.
public struct OutputMoments: Sendable, Hashable {
    /// log Z.
    public var logNormalizer: Double
    /// g of each output.
    public var slopes: [Double]
    /// Γ of each output, which may be negative.
    public var curvatures: [Double]

    /// The moments of a sample.
    public init(logNormalizer: Double, slopes: [Double], curvatures: [Double]) {
        self.logNormalizer = logNormalizer
        self.slopes = slopes
        self.curvatures = curvatures
    }
}

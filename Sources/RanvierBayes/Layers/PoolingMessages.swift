import Foundation

/// Pooling of spikes in cells of K = size² neighbours, cell by cell.
public enum PoolingMessages {
    /// Mean and variance of the mean of independent spikes: Σ m_k/K, Σ s_k/K².
    public static func average(
        means: [Double], variances: [Double]
    ) -> (mean: Double, variance: Double) {
        let count = Double(means.count)
        return (means.reduce(0, +) / count, variances.reduce(0, +) / (count * count))
    }

    /// Messages to each spike of a cell, given one on the mean x; the others are a Gaussian of mean r = m_x − m_k/K and variance
    /// s_r = s_x − s_k/K².
    ///
    ///     A_k = A/(K² (1 + A s_r)),   B_k = (B − A r)/(K (1 + A s_r))
    public static func fromAverage(
        means: [Double], variances: [Double], message: NaturalGaussian
    ) -> [NaturalGaussian] {
        let count = Double(means.count)
        let pooled = average(means: means, variances: variances)
        return zip(means, variances).map { mean, variance in
            let rest = pooled.mean - mean / count
            let spread = pooled.variance - variance / (count * count)
            let divisor = 1 + message.precision * spread
            return NaturalGaussian(
                precision: message.precision / (count * count * divisor),
                linear: (message.linear - message.precision * rest) / (count * divisor))
        }
    }

    /// Probability that any of independent spikes of {0, 1} is there: 1 − Π (1 − m_k).
    public static func any(means: [Double]) -> (mean: Double, variance: Double) {
        let none = exp(means.reduce(0) { $0 + log1p(-$1) })
        return (-expm1(means.reduce(0) { $0 + log1p(-$1) }), none * (1 - none))
    }

    /// Log-odds of each spike of a cell, given those of any: η_k = η − log(q₋k + (1 − q₋k) e^η), q₋k = Π_{l≠k} (1 − m_l).
    public static func fromAny(means: [Double], logOdds: Double) -> [Double] {
        means.indices.map { k in
            let rest = means.indices.reduce(0.0) { $1 == k ? $0 : $0 + log1p(-means[$1]) }
            let others = rest == 0 ? -.infinity : log(-expm1(rest))
            return logOdds - NormalDistribution.logSum(rest, others + logOdds)
        }
    }
}

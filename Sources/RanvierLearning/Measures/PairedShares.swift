import Foundation

/// How two models differ in what they get right of the same samples.
///
///     difference = (b − c) / n,   b: only the first is right, c: only the second is right
///
/// Given how many samples tell the two apart (m = b + c), b is binomial; its interval of 95 % (Clopper & Pearson 1934, exact; above
/// 2000 such samples Wilson's) makes that of the difference, `m (2 p − 1) / n`. It holds 0 exactly where McNemar's exact test does
/// not tell the two apart.
public struct PairedShares: Hashable, Sendable {
    /// n.
    public var samples: Int
    /// b.
    public var onlyFirst = 0
    /// c.
    public var onlySecond = 0

    /// Counts of pairs.
    public init(samples: Int, onlyFirst: Int = 0, onlySecond: Int = 0) {
        self.samples = samples
        self.onlyFirst = onlyFirst
        self.onlySecond = onlySecond
    }

    /// (b − c) / n; no number without samples.
    public var difference: Double { Double(onlyFirst - onlySecond) / Double(samples) }

    /// Interval of 95 % of the difference; nil without samples.
    public var interval: ClosedRange<Double>? {
        guard samples > 0 else { return nil }
        let told = onlyFirst + onlySecond
        guard told > 0 else { return 0...0 }
        let scale = Double(told) / Double(samples)
        let low: Double, high: Double
        if told <= 2000 {
            low = Self.lowest(onlyFirst, of: told)
            high = 1 - Self.lowest(onlySecond, of: told)
        } else {
            let share = Measure.share("", onlyFirst, of: told).interval ?? [0, 1]
            (low, high) = (share[0], share[1])
        }
        return scale * (2 * low - 1)...scale * (2 * high - 1)
    }

    /// The p for which `count` or more of `trials` happen in 2.5 % of cases.
    private static func lowest(_ count: Int, of trials: Int) -> Double {
        guard count > 0 else { return 0 }
        var low = 0.0, high = 1.0
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if tail(count, of: trials, middle) < 0.025 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// P(X ≥ count) of a binomial.
    private static func tail(_ count: Int, of trials: Int, _ p: Double) -> Double {
        let n = Double(trials)
        var sum = 0.0
        for k in count...trials {
            let x = Double(k)
            let chosen = lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1)
            sum += exp(chosen + x * log(p) + (n - x) * log1p(-p))
        }
        return sum
    }
}

extension ClosedRange<Double> {
    /// Interval of the mean of independent numbers, from the interval of each.
    ///
    ///     mean ± √Σ (distance of value and limit)² / K     each side with its own limits
    ///
    /// Source: Zou & Donner 2008 (MOVER). Nil for no numbers.
    init?(meanOf parts: [(value: Double, interval: ClosedRange<Double>)]) {
        guard !parts.isEmpty else { return nil }
        let count = Double(parts.count)
        let mean = parts.reduce(0) { $0 + $1.value } / count
        var below = 0.0, above = 0.0
        for part in parts {
            let down = part.value - part.interval.lowerBound
            let up = part.interval.upperBound - part.value
            below += down * down
            above += up * up
        }
        self = mean - below.squareRoot() / count...mean + above.squareRoot() / count
    }
}

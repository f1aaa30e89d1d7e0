import RanvierTensors

/// Intervals by drawing the samples of one test set again, with replacement.
///
///     θ*_r = θ(weights of draw r),   interval = 2.5 % and 97.5 % of θ*
///
/// Source: Efron & Tibshirani 1993, percentile interval. Up to ``unitLimit`` samples are drawn one by one; above, consecutive
/// samples are drawn together in so many blocks of equal length, which also respects neighbours that resemble each other. There
/// are 1000 draws, fewer for many units (2 million in all, at least 400). The same numbers give the same interval: the seed is
/// fixed.
public struct Bootstrap: Sendable {
    /// Units that are drawn at most.
    public static let unitLimit = 5000

    /// Samples of the test set.
    public let samples: Int
    /// How often is drawn.
    public let resamples: Int
    private let units: Int
    private let stream = RandomStream(seed: 0, name: "bootstrap")

    /// Draws for a number of samples.
    public init(samples: Int) {
        self.samples = samples
        units = min(samples, Self.unitLimit)
        resamples = max(400, min(1000, 2_000_000 / max(units, 1)))
    }

    /// The interval of 95 % of a number; nil for fewer than two samples, or where the number is undefined for most draws.
    ///
    /// - Parameter statistic: the number, of how often each sample counts.
    public func interval(_ statistic: ([Int]) -> Double) -> ClosedRange<Double>? {
        guard samples > 1 else { return nil }
        var values: [Double] = []
        values.reserveCapacity(resamples)
        for draw in 0..<resamples {
            let value = statistic(weights(ofDraw: draw))
            if value.isFinite { values.append(value) }
        }
        guard 2 * values.count > resamples else { return nil }
        values.sort()
        return Self.quantile(0.025, of: values)...Self.quantile(0.975, of: values)
    }

    /// How often each sample counts in a draw.
    private func weights(ofDraw draw: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: units)
        for word in stream.words(count: units, from: draw * units) {
            counts[Int((UInt64(word) * UInt64(units)) >> 32)] += 1
        }
        guard units < samples else { return counts }
        return (0..<samples).map { counts[$0 * units / samples] }
    }

    /// Of sorted numbers, with linear interpolation.
    private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place), part = place - Double(below)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + part * (sorted[above] - sorted[below])
    }
}

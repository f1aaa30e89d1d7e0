/// How far two lists of numbers have the same order: −1 … 1.
///
///     ρ = cov(rank a, rank b) / (σ(rank a) σ(rank b))        equal numbers share the mean of their ranks
///
/// The test of a prediction: between predicted change and measured loss over rates and bits. Source: Spearman 1904.
public enum RankCorrelation {
    /// ρ; nil for lists of other lengths, fewer than two numbers, or where all of a list are equal.
    public static func spearman(_ a: [Double], _ b: [Double]) -> Double? {
        guard a.count == b.count, a.count > 1 else { return nil }
        let x = ranks(of: a), y = ranks(of: b)
        let mean = Double(a.count - 1) / 2
        var joint = 0.0, own = 0.0, other = 0.0
        for (x, y) in zip(x, y) {
            joint += (x - mean) * (y - mean)
            own += (x - mean) * (x - mean)
            other += (y - mean) * (y - mean)
        }
        guard own > 0, other > 0 else { return nil }
        return joint / (own * other).squareRoot()
    }

    /// Ranks from 0, equal numbers at the mean of theirs.
    static func ranks(of values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 }
            start = end
        }
        return ranks
    }
}

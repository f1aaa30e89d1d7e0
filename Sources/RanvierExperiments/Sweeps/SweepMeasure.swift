import RanvierLearning
import RanvierReports

/// A number of a setting over its seeds.
struct SweepMeasure: Encodable, Sendable {
    /// What it was measured on.
    enum Part: String, Encodable, Sendable { case test, validation, baseline, cost }

    let name: String
    let part: Part
    let unit: String
    let higherIsBetter: Bool?
    /// One number for each seed that has one, with the seed.
    let samples: [(seed: UInt64, value: Double)]

    var values: [Double] { samples.map(\.value) }
    var mean: Double { SeedStatistics.mean(values) }
    /// Sample standard deviation over the seeds; nil for a single one.
    var deviation: Double? { SeedStatistics.deviation(values) }

    private enum Key: CodingKey {
        case name, part, unit, higherIsBetter, mean, deviation, values, seeds
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(part, forKey: .part)
        try container.encode(unit, forKey: .unit)
        try container.encode(higherIsBetter, forKey: .higherIsBetter)
        try container.encode(mean, forKey: .mean)
        try container.encode(deviation, forKey: .deviation)
        try container.encode(values, forKey: .values)
        try container.encode(samples.map(\.seed), forKey: .seeds)
    }

    /// What is multiplied for people: shares are told in per cent.
    var scale: Double { unit == Measure.share ? 100 : 1 }
    /// The unit for people.
    var shownUnit: String { unit == Measure.share ? "%" : unit }
    /// The name for people: `validation accuracy`.
    var words: String { name.split(separator: "-").joined(separator: " ") }
    /// The same with its unit: `validation accuracy (%)`.
    var title: String {
        shownUnit.isEmpty ? words : "\(words) (\(shownUnit))"
    }
}

/// How much a setting differs from another over the seeds that both have.
struct SweepDifference: Sendable {
    let measure: SweepMeasure
    /// One difference for each common seed.
    let values: [Double]

    init?(_ measure: SweepMeasure, from other: SweepMeasure?) {
        guard let other else { return nil }
        self.measure = measure
        values = measure.samples.compactMap { sample in
            other.samples.first { $0.seed == sample.seed }.map { sample.value - $0.value }
        }
        guard !values.isEmpty else { return nil }
    }

    var mean: Double { SeedStatistics.mean(values) }
    /// Student's interval of 95 % of the paired differences; nil for a single seed.
    var interval: ClosedRange<Double>? { SeedStatistics.interval(values) }
    /// Whether chance alone may be behind it; nil where that cannot be told: of one seed, or where all seeds differ by exactly
    /// the same, which coarse measures do by accident.
    var isWithinChance: Bool? {
        guard let interval else { return nil }
        let width = interval.upperBound - interval.lowerBound
        if mean != 0, width <= 1e-9 * abs(mean) { return nil }
        return interval.contains(0)
    }
}

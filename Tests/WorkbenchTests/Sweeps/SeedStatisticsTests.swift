import RanvierReports
import Testing

@testable import RanvierExperiments

@Suite("Statistics of seeds")
struct SeedStatisticsTests {
    @Test(
        "quantiles of Student's t are those of the tables",
        arguments: [
            (1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (5, 2.5706), (9, 2.2622),
            (10, 2.2281), (30, 2.0423), (99, 1.9842), (1000, 1.9623),
        ])
    func quantiles(_ degrees: Int, _ value: Double) {
        #expect(abs(SeedStatistics.quantile(degreesOfFreedom: degrees) - value) < 6e-5)
    }

    @Test("mean, sample deviation and interval of a few numbers")
    func moments() throws {
        #expect(SeedStatistics.mean([2, 4, 9]) == 5)
        #expect(SeedStatistics.deviation([2, 4, 9]) == 13.0.squareRoot())
        #expect(SeedStatistics.deviation([2]) == nil && SeedStatistics.interval([2]) == nil)
        let interval = try #require(SeedStatistics.interval([2, 4, 9]))
        let reach = 4.302_652_73 * (13.0 / 3).squareRoot()
        #expect(abs(interval.lowerBound - (5 - reach)) < 1e-6)
        #expect(abs(interval.upperBound - (5 + reach)) < 1e-6)
    }

    @Test("paired differences keep to common seeds; equal differences of all seeds prove nothing")
    func differences() throws {
        func measure(_ samples: [(UInt64, Double)]) -> SweepMeasure {
            SweepMeasure(
                name: "accuracy", part: .test, unit: "share", higherIsBetter: true,
                samples: samples.map { (seed: $0.0, value: $0.1) })
        }
        let a = measure([(0, 0.5), (1, 0.6), (2, 0.7)])
        let b = try #require(SweepDifference(measure([(2, 0.9), (1, 0.7), (5, 0)]), from: a))
        #expect(b.values.count == 2 && abs(b.mean - 0.15) < 1e-12)
        let alike = try #require(SweepDifference(measure([(0, 0.75), (1, 0.85)]), from: a))
        #expect(abs(alike.mean - 0.25) < 1e-12 && alike.isWithinChance == nil)
        #expect(SweepDifference(measure([(7, 1)]), from: a) == nil)
        #expect(SweepDifference(a, from: a)?.isWithinChance == true)
    }

    @Test("the interval of paired shares is that of Agresti and Min")
    func pairedShares() {
        // n = 100, 12 gained, 5 lost, by hand: centre 7/102, reach 1.96 √(18 − 49/102)/102.
        let interval = PairedComparison.interval(gained: 12, lost: 5, of: 100)
        let center = 7.0 / 102, reach = 1.959_964 * (18 - 49.0 / 102).squareRoot() / 102
        #expect(abs(interval[0] - (center - reach)) < 1e-6)
        #expect(abs(interval[1] - (center + reach)) < 1e-6)
    }
}

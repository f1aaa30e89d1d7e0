import Foundation

/// How well predicted means and standard deviations match real targets.
public struct RegressionScores: Codable, Equatable, Sendable {
    /// Root of the mean squared error.
    public var rootMeanSquaredError: Double
    /// Mean negative log-density of the targets under the predicted normal distributions, in nats.
    public var negativeLogLikelihood: Double
    /// Share of targets within one standard deviation; 0.683 is expected.
    public var coverageOfOneDeviation: Double
    /// Share of targets within two standard deviations; 0.954 is expected.
    public var coverageOfTwoDeviations: Double

    /// Measures predictions `N(mean, deviation²)` against targets, all `[n]`.
    ///
    ///     NLL = (1/n) Σ ½ ln(2π σ²) + (y − μ)² / (2 σ²)
    ///
    /// - Throws: `AnalysisError` for no samples, differing lengths or a deviation that is not
    ///   positive and finite.
    public init(means: [Double], deviations: [Double], targets: [Double]) throws {
        guard !targets.isEmpty else { throw AnalysisError.empty(what: "targets") }
        for (what, list) in [("means", means), ("deviations", deviations)] {
            guard list.count == targets.count else {
                throw AnalysisError.countMismatch(
                    what: what, expected: targets.count, found: list.count)
            }
        }
        if let bad = deviations.first(where: { !($0 > 0 && $0.isFinite) }) {
            throw AnalysisError.impossibleValue(
                what: "standard deviation", expected: "a positive number", found: "\(bad)")
        }
        var squares = 0.0
        var likelihood = 0.0
        var within = (one: 0, two: 0)
        for index in targets.indices {
            let error = targets[index] - means[index]
            let deviation = deviations[index]
            squares += error * error
            let scaled = error / deviation
            likelihood += 0.5 * log(2 * Double.pi * deviation * deviation) + 0.5 * scaled * scaled
            within.one += abs(scaled) <= 1 ? 1 : 0
            within.two += abs(scaled) <= 2 ? 1 : 0
        }
        let count = Double(targets.count)
        rootMeanSquaredError = (squares / count).squareRoot()
        negativeLogLikelihood = likelihood / count
        coverageOfOneDeviation = Double(within.one) / count
        coverageOfTwoDeviations = Double(within.two) / count
    }
}

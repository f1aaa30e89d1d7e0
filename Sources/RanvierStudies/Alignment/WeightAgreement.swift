import Foundation
import RanvierConfiguration

/// How feedback weights agree with the forward ones.
struct WeightAgreement: Codable, Sendable {
    /// `acos(⟨W, B⟩ / |W||B|)`, in degrees; 90 where one of them is 0.
    let angle: Double
    /// Of the straight line through 0 that is nearest to B over W: `⟨W, B⟩ / |W|²`.
    let slope: Double
    /// `|B| / |W|`.
    let size: Double

    init(forward: [Double], feedback: [Double]) {
        var product = 0.0, first = 0.0, second = 0.0
        for (w, b) in zip(forward, feedback) {
            product += w * b
            first += w * w
            second += b * b
        }
        let cosine = first > 0 && second > 0 ? product / (first * second).squareRoot() : 0
        angle = acos(min(max(cosine, -1), 1)) * 180 / .pi
        slope = product / first
        size = (second / first).squareRoot()
    }
}

extension StudyClaim {
    /// A claim that a quantity lies in a range: the mean over seeds with twice its standard error on both sides.
    static func inside(
        _ range: ClosedRange<Double>, _ values: [Double], claim: String, source: String,
        what: String
    ) -> StudyClaim {
        let summary = SeedSummary(values)
        let low = summary.mean - 2 * summary.standardError
        let high = summary.mean + 2 * summary.standardError
        let verdict: Verdict =
            low >= range.lowerBound && high <= range.upperBound
            ? .held : high < range.lowerBound || low > range.upperBound ? .failed : .undecided
        return StudyClaim(
            claim: claim, source: source, verdict: verdict,
            evidence: "\(what) \(summary.text), range \(NumberText.significant(range.lowerBound)) "
                + "to \(NumberText.significant(range.upperBound))",
            measured: summary.mean,
            limit: summary.mean < (range.lowerBound + range.upperBound) / 2
                ? range.lowerBound : range.upperBound)
    }
}

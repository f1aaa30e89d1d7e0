import Foundation
import RanvierTensors

/// How much feedback weights are what they stand for.
///
///     cos φ = ⟨W, B⟩ / (|W| |B|)
///
/// taken of numbers in double precision, element by element: the feedback weights of a forward matrix have its shape here.
public struct FeedbackAgreement: Hashable, Sendable {
    /// `cos φ`; 0 where one side is 0.
    public let cosine: Double
    /// φ in degrees; 90 where one side is 0.
    public let angle: Double
    /// Pearson's correlation; 0 where one side does not vary.
    public let correlation: Double
    /// Variance of `W − B`, with n − 1.
    public let differenceVariance: Double
    /// Mean of `sign(W) sign(B)`.
    public let signConcordance: Double
    /// Slope of `B` over `W`, a line with an intercept; 0 where `W` does not vary.
    public let slope: Double

    /// The agreement of as many numbers on both sides.
    public init(_ forward: [Double], _ feedback: [Double]) {
        precondition(
            forward.count == feedback.count && !forward.isEmpty,
            "\(forward.count) weights and \(feedback.count) feedback weights")
        let n = Double(forward.count)
        var (product, first, second, signs) = (0.0, 0.0, 0.0, 0.0)
        for (w, b) in zip(forward, feedback) {
            product += w * b
            first += w * w
            second += b * b
            signs += Self.sign(w) * Self.sign(b)
        }
        signConcordance = signs / n
        let size = (first * second).squareRoot()
        cosine = size > 0 ? min(max(product / size, -1), 1) : 0
        angle = acos(cosine) * 180 / .pi
        let means = (forward.reduce(0, +) / n, feedback.reduce(0, +) / n)
        var (covariance, variances, difference) = (0.0, (0.0, 0.0), 0.0)
        for (w, b) in zip(forward, feedback) {
            let (w, b) = (w - means.0, b - means.1)
            covariance += w * b
            variances.0 += w * w
            variances.1 += b * b
            difference += (w - b) * (w - b)
        }
        let spread = (variances.0 * variances.1).squareRoot()
        correlation = spread > 0 ? covariance / spread : 0
        slope = variances.0 > 0 ? covariance / variances.0 : 0
        differenceVariance = n > 1 ? difference / (n - 1) : 0
    }

    private static func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }
}

extension FeedbackLayer {
    /// How much the feedback weights are the forward ones.
    public var agreement: FeedbackAgreement {
        FeedbackAgreement(weights.scalars.map { Double($0) }, feedback.scalars.map { Double($0) })
    }
}

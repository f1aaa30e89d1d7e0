/// How far a classifier's stated probabilities can be believed.
public struct Calibration: Codable, Equatable, Sendable {
    /// Mean distance between confidence and accuracy over equal bins, 0…1.
    public var expectedCalibrationError: Double
    /// Mean negative log-likelihood of the labels, in nats.
    public var negativeLogLikelihood: Double
    /// Squared error summed over classes, averaged over samples, 0…2.
    public var brier: Double

    /// Takes the three numbers.
    public init(expectedCalibrationError: Double, negativeLogLikelihood: Double, brier: Double) {
        self.expectedCalibrationError = expectedCalibrationError
        self.negativeLogLikelihood = negativeLogLikelihood
        self.brier = brier
    }

    /// Measures probabilities `[n][classes]` against labels `[n]`.
    /// - Throws: `AnalysisError` where the rows are no probabilities or do not match the labels.
    public init(probabilities: [[Double]], labels: [Int], bins: Int = 15) throws {
        self = try LabeledPredictions(probabilities: probabilities, labels: labels)
            .calibration(bins: bins)
    }
}

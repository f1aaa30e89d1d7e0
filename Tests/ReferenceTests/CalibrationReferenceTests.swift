import Foundation
import RanvierAnalysis
import RanvierLearning
import Testing

@Suite(
    "Reference: calibration",
    .reference(.calibration))
struct CalibrationReferenceTests {
    private struct File: Decodable {
        struct Bin: Decodable {
            let bin: Int
            let count: Int
            let accuracy: Double
            let confidence: Double
        }
        struct Regression: Decodable {
            let mean: [Double]
            let std: [Double]
            let target: [Double]
            let coverage1: Double
            let coverage2: Double
            let rmse: Double
            let nll: Double
        }
        let probabilities: [[Double]]
        let labels: [Int]
        let bins: Int
        let binTable: [Bin]
        let ece: Double
        let nll: Double
        let brier: Double
        let entropy: [Double]
        let accuracy: Double
        let regression: Regression
    }

    private let file: File

    init() throws {
        file = try ReferenceFile.calibration.decoded(as: File.self)
    }

    private func close(_ found: Double, _ expected: Double) -> Bool {
        abs(found - expected) <= 1e-12 * (1 + abs(expected))
    }

    @Test("ECE, NLL, Brier score, entropy and accuracy")
    func classification() throws {
        let scores = try LabeledPredictions(
            probabilities: file.probabilities, labels: file.labels)
        let calibration = scores.calibration(bins: file.bins)
        #expect(close(calibration.expectedCalibrationError, file.ece))
        #expect(close(calibration.negativeLogLikelihood, file.nll))
        #expect(close(calibration.brier, file.brier))
        #expect(close(scores.accuracy, file.accuracy))
        #expect(scores.entropies.count == file.entropy.count)
        for (found, expected) in zip(scores.entropies, file.entropy) {
            #expect(close(found, expected))
        }
    }

    @Test("Every bin of the reliability diagram")
    func bins() throws {
        let scores = try LabeledPredictions(
            probabilities: file.probabilities, labels: file.labels)
        let found = scores.reliabilityBins(count: file.bins)
        #expect(found.total == file.binTable.reduce(0) { $0 + $1.count })
        for expected in file.binTable {
            let bin = found.bins[expected.bin]
            #expect(bin.count == expected.count)
            #expect(close(bin.accuracy, expected.accuracy))
            #expect(close(bin.confidence, expected.confidence))
        }
    }

    @Test("Coverage, RMSE and NLL of a regression")
    func regression() throws {
        let vector = file.regression
        let found = try RegressionScores(
            means: vector.mean, deviations: vector.std, targets: vector.target)
        #expect(close(found.coverageOfOneDeviation, vector.coverage1))
        #expect(close(found.coverageOfTwoDeviations, vector.coverage2))
        #expect(close(found.rootMeanSquaredError, vector.rmse))
        #expect(close(found.negativeLogLikelihood, vector.nll))
    }
}

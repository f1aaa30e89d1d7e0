import Foundation
import RanvierAnalysis
import RanvierLearning
import Testing

@Suite("Calibration")
struct CalibrationTests {
    @Test("A certain and right classifier has no error of any kind")
    func perfect() throws {
        let scores = try LabeledPredictions(probabilities: [[1, 0], [0, 1]], labels: [0, 1])
        #expect(scores.accuracy == 1)
        #expect(scores.negativeLogLikelihood == 0)
        #expect(scores.brierScore == 0)
        #expect(scores.entropies == [0, 0])
        #expect(scores.reliabilityBins().expectedCalibrationError == 0)
    }

    @Test("A certain and wrong classifier costs a finite amount")
    func certainAndWrong() throws {
        let scores = try LabeledPredictions(probabilities: [[1, 0]], labels: [1])
        #expect(abs(scores.negativeLogLikelihood - 708.396) < 1e-3)
        #expect(scores.brierScore == 2)
        #expect(scores.reliabilityBins().expectedCalibrationError == 1)
        #expect(scores.reliabilityBins().maximumCalibrationError == 1)
    }

    @Test("Confidence 1 falls in the last bin, a bin's lower edge belongs to it")
    func edges() {
        let bins = ReliabilityBins(
            confidences: [1, 0.75, 0.7499], correct: [true, true, false], count: 4)
        #expect(bins.bins.map(\.count) == [0, 0, 1, 2])
        #expect(bins.bins[2].lower == 0.5 && bins.bins[2].upper == 0.75)
    }

    @Test("Uniform probabilities: NLL and entropy are ln k, ties go to the lowest class")
    func uniform() throws {
        let row = [Double](repeating: 0.25, count: 4)
        let scores = try LabeledPredictions(probabilities: [row, row], labels: [0, 3])
        #expect(abs(scores.negativeLogLikelihood - log(4)) < 1e-15)
        #expect(abs(scores.entropies[1] - log(4)) < 1e-15)
        #expect(scores.predictions == [0, 0])
    }

    @Test("Rows of Float in one list give the same as nested rows")
    func flat() throws {
        let flat = try LabeledPredictions(
            probabilities: [0.25, 0.75, 0.5, 0.5] as [Float], classes: 2, labels: [1, 0])
        let nested = try LabeledPredictions(
            probabilities: [[0.25, 0.75], [0.5, 0.5]], labels: [1, 0])
        #expect(flat == nested)
    }

    @Test("What is no probability is refused with the sample and a hint")
    func refusals() throws {
        #expect(throws: AnalysisError.notAProbability(sample: 1, found: "nan")) {
            try LabeledPredictions(probabilities: [[1, 0], [.nan, 1]], labels: [0, 0])
        }
        #expect(throws: AnalysisError.notAProbability(sample: 0, found: "a sum of 3.0")) {
            try LabeledPredictions(probabilities: [[1, 2]], labels: [0])
        }
        let outside = AnalysisError.labelOutsideClasses(sample: 0, label: 2, classes: 2)
        #expect(throws: outside) {
            try LabeledPredictions(probabilities: [[1, 0]], labels: [2])
        }
        #expect(outside.description.contains("label 2 is outside the classes 0 to 1"))
        #expect(throws: AnalysisError.empty(what: "probabilities")) {
            try LabeledPredictions(probabilities: [], labels: [])
        }
        #expect(throws: AnalysisError.self) {
            try LabeledPredictions(probabilities: [[1, 0], [1]], labels: [0, 0])
        }
    }

    @Test("Confusion matrix: rows are true classes, columns predictions")
    func confusion() throws {
        let matrix = try ConfusionMatrix(
            labels: [0, 0, 0, 1, 2], predictions: [0, 0, 1, 1, 0], classes: 3)
        #expect(matrix.counts == [[2, 1, 0], [0, 1, 0], [1, 0, 0]])
        #expect(matrix.accuracy == 0.6)
        #expect(matrix.recalls == [2.0 / 3, 1, 0])
        #expect(matrix.precisions[0] == 2.0 / 3 && matrix.precisions[1] == 0.5)
        #expect(matrix.precisions[2].isNaN)
        #expect(matrix.total == 5)
        #expect(throws: AnalysisError.self) { try ConfusionMatrix(counts: [[1, 0], [1]]) }
        #expect(throws: AnalysisError.self) { try ConfusionMatrix(counts: [[-1]]) }
    }

    @Test("Regression: a target one deviation away is covered, two and a half is not")
    func regression() throws {
        let scores = try RegressionScores(
            means: [0, 0], deviations: [1, 1], targets: [1, 2.5])
        #expect(scores.coverageOfOneDeviation == 0.5)
        #expect(scores.coverageOfTwoDeviations == 0.5)
        #expect(scores.rootMeanSquaredError == (7.25 / 2).squareRoot())
        #expect(throws: AnalysisError.self) {
            try RegressionScores(means: [0], deviations: [0], targets: [1])
        }
    }
}

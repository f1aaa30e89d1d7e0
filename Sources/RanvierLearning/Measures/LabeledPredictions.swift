import Foundation

/// Class probabilities of a test set with the true labels, and what can be read from them.
///
/// Shapes: probabilities `[n][classes]`, labels `[n]`. The prediction is the class of the highest
/// probability, the lowest index where several are equal.
public struct LabeledPredictions: Equatable, Sendable {
    /// Probabilities, `[n][classes]`.
    public let probabilities: [[Double]]
    /// True classes, `[n]`.
    public let labels: [Int]

    /// How far the sum of a row may be from 1; float32 softmax stays well below it.
    static let sumTolerance = 1e-3

    /// Probabilities below this count as this in the logarithm: the smallest normal double, so that
    /// a certain and wrong prediction costs 708 nats and not infinity.
    public static let smallestProbability = Double.leastNormalMagnitude

    /// Takes probabilities and labels after checking them.
    /// - Throws: `AnalysisError` for no samples, differing lengths, a row that is negative, not
    ///   finite or does not sum to 1 (± 1e-3), or a label outside the classes.
    public init(probabilities: [[Double]], labels: [Int]) throws {
        guard let classes = probabilities.first?.count, classes > 0 else {
            throw AnalysisError.empty(what: "probabilities")
        }
        guard probabilities.count == labels.count else {
            throw AnalysisError.countMismatch(
                what: "labels", expected: probabilities.count, found: labels.count)
        }
        for (sample, row) in probabilities.enumerated() {
            guard row.count == classes else {
                throw AnalysisError.countMismatch(
                    what: "probabilities of sample \(sample)", expected: classes, found: row.count)
            }
            if let bad = row.first(where: { !$0.isFinite || $0 < 0 }) {
                throw AnalysisError.notAProbability(sample: sample, found: "\(bad)")
            }
            let sum = row.reduce(0, +)
            guard abs(sum - 1) <= Self.sumTolerance else {
                throw AnalysisError.notAProbability(sample: sample, found: "a sum of \(sum)")
            }
            guard (0..<classes).contains(labels[sample]) else {
                throw AnalysisError.labelOutsideClasses(
                    sample: sample, label: labels[sample], classes: classes)
            }
        }
        self.probabilities = probabilities
        self.labels = labels
    }

    /// Takes probabilities that lie in one row-major list, `[n · classes]`.
    public init(probabilities: [Float], classes: Int, labels: [Int]) throws {
        guard classes > 0 else { throw AnalysisError.empty(what: "classes") }
        guard probabilities.count == classes * labels.count else {
            throw AnalysisError.countMismatch(
                what: "probabilities", expected: classes * labels.count,
                found: probabilities.count)
        }
        let rows = labels.indices.map { sample in
            probabilities[sample * classes..<(sample + 1) * classes].map(Double.init)
        }
        try self.init(probabilities: rows, labels: labels)
    }

    /// Number of classes.
    public var classes: Int { probabilities[0].count }

    /// Predicted classes, `[n]`.
    public var predictions: [Int] {
        probabilities.map { row in
            row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
        }
    }

    /// Share of samples whose prediction is the label.
    public var accuracy: Double {
        let right = zip(predictions, labels).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
        return Double(right) / Double(labels.count)
    }

    /// Mean negative log-likelihood of the labels, in nats.
    ///
    ///     NLL = −(1/n) Σ ln max(P[i, y_i], smallestProbability)
    public var negativeLogLikelihood: Double {
        let sum = zip(probabilities, labels).reduce(0) {
            $0 - log(max($1.0[$1.1], Self.smallestProbability))
        }
        return sum / Double(labels.count)
    }

    /// Brier score: squared error summed over classes, averaged over samples; 0 to 2.
    ///
    ///     Brier = (1/n) Σ_i Σ_c (P[i, c] − [c = y_i])²
    public var brierScore: Double {
        let sum = zip(probabilities, labels).reduce(0.0) { total, sample in
            sample.0.enumerated().reduce(total) { partial, entry in
                let error = entry.element - (entry.offset == sample.1 ? 1 : 0)
                return partial + error * error
            }
        }
        return sum / Double(labels.count)
    }

    /// Entropy of each sample's distribution in nats, `[n]`; 0 ln 0 counts as 0.
    ///
    ///     H = −Σ_c P ln P
    public var entropies: [Double] {
        probabilities.map { row in row.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 } }
    }

    /// Confidence against accuracy in equal bins of the highest probability.
    public func reliabilityBins(count: Int = 15) -> ReliabilityBins {
        let confidences = probabilities.map { $0.reduce(0, max) }
        let correct = zip(predictions, labels).map { $0 == $1 }
        return ReliabilityBins(confidences: confidences, correct: correct, count: count)
    }

    /// True against predicted classes.
    public var confusionMatrix: ConfusionMatrix {
        get throws {
            try ConfusionMatrix(labels: labels, predictions: predictions, classes: classes)
        }
    }

    /// Expected calibration error, negative log-likelihood and Brier score together.
    public func calibration(bins: Int = 15) -> Calibration {
        Calibration(
            expectedCalibrationError: reliabilityBins(count: bins).expectedCalibrationError,
            negativeLogLikelihood: negativeLogLikelihood,
            brier: brierScore)
    }
}

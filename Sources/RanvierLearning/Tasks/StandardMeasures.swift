import RanvierConfiguration
import RanvierData

/// Share of samples whose class is named rightly.
struct Accuracy: EvaluationMeasure {
    static let kind = "accuracy"
    static let schema = Schema<Accuracy>()

    func measure(_ evaluation: Evaluation) -> Measure? {
        guard !evaluation.labels.isEmpty else { return nil }
        let right = zip(evaluation.predictions, evaluation.labels).count { $0 == $1 }
        return .share(Self.kind, right, of: evaluation.labels.count)
    }
}

/// Mean distance between confidence and accuracy.
struct ExpectedCalibrationError: EvaluationMeasure {
    static let kind = "expected-calibration-error"
    static let schema = Schema<ExpectedCalibrationError>()

    func measure(_ evaluation: Evaluation) throws -> Measure? {
        try evaluation.labeledPredictions.map {
            Measure(
                Self.kind, $0.reliabilityBins().expectedCalibrationError, unit: Measure.share,
                higherIsBetter: false)
        }
    }
}

/// Mean negative log-likelihood of the labels.
struct NegativeLogLikelihood: EvaluationMeasure {
    static let kind = "negative-log-likelihood"
    static let schema = Schema<NegativeLogLikelihood>()

    func measure(_ evaluation: Evaluation) throws -> Measure? {
        try evaluation.labeledPredictions.map {
            Measure(Self.kind, $0.negativeLogLikelihood, unit: "nats", higherIsBetter: false)
        }
    }
}

/// Squared error of the probabilities, summed over classes.
struct BrierScore: EvaluationMeasure {
    static let kind = "brier-score"
    static let schema = Schema<BrierScore>()

    func measure(_ evaluation: Evaluation) throws -> Measure? {
        try evaluation.labeledPredictions.map {
            Measure(Self.kind, $0.brierScore, higherIsBetter: false)
        }
    }
}

/// Root of the mean squared error, over all values.
struct RootMeanSquaredError: ResampledMeasure {
    static let kind = "root-mean-squared-error"
    static let schema = Schema<RootMeanSquaredError>()

    var higherIsBetter: Bool { false }
    func unit(in evaluation: Evaluation) -> String { evaluation.errors?.unit ?? "" }

    func statistic(of evaluation: Evaluation) -> (([Int]) -> Double)? {
        evaluation.errors(ofSample: { $0 * $0 }).map { squares in
            { weights in weightedMean(squares, weights).squareRoot() }
        }
    }
}

/// Mean size of the error, over all values.
struct MeanAbsoluteError: ResampledMeasure {
    static let kind = "mean-absolute-error"
    static let schema = Schema<MeanAbsoluteError>()

    var higherIsBetter: Bool { false }
    func unit(in evaluation: Evaluation) -> String { evaluation.errors?.unit ?? "" }

    func statistic(of evaluation: Evaluation) -> (([Int]) -> Double)? {
        evaluation.errors(ofSample: { abs($0) }).map { sizes in
            { weights in weightedMean(sizes, weights) }
        }
    }
}

/// Share of the variance of the targets that is explained: 1 for all, 0 for no more than their mean does.
///
///     R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)²,   over the values of each name, then averaged
///
/// Undefined where the targets of a name are all equal.
struct ExplainedVariance: ResampledMeasure {
    static let kind = "explained-variance"
    static let schema = Schema<ExplainedVariance>()

    var higherIsBetter: Bool { true }
    func unit(in evaluation: Evaluation) -> String { "" }

    func statistic(of evaluation: Evaluation) -> (([Int]) -> Double)? {
        guard case .values(let values, let names, _) = evaluation.targets,
            let errors = evaluation.errors?.values
        else { return nil }
        let width = names.count
        let columns = (0..<width).map { column in
            stride(from: column, to: values.count, by: width).map {
                (target: Double(values[$0]), square: errors[$0] * errors[$0])
            }
        }
        return { weights in
            let shares = columns.map { column -> Double in
                let count = Double(weights.reduce(0, +))
                let mean =
                    zip(column, weights).reduce(0) { $0 + $1.0.target * Double($1.1) } / count
                var spread = 0.0, missed = 0.0
                for (entry, weight) in zip(column, weights) where weight > 0 {
                    let distance = entry.target - mean
                    spread += Double(weight) * distance * distance
                    missed += Double(weight) * entry.square
                }
                return spread > 0 ? 1 - missed / spread : .nan
            }
            return shares.reduce(0, +) / Double(max(width, 1))
        }
    }
}

extension Evaluation {
    /// Mean over the values of each sample of a function of the error; nil where samples have no values.
    fileprivate func errors(ofSample function: (Double) -> Double) -> [Double]? {
        guard case .values(_, let names, _) = targets, let errors = errors?.values else {
            return nil
        }
        let width = names.count
        return stride(from: 0, to: errors.count, by: width).map { first in
            errors[first..<first + width].reduce(0) { $0 + function($1) } / Double(width)
        }
    }
}

private func weightedMean(_ values: [Double], _ weights: [Int]) -> Double {
    var sum = 0.0, count = 0
    for (value, weight) in zip(values, weights) {
        sum += value * Double(weight)
        count += weight
    }
    return sum / Double(count)
}

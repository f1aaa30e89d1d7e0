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
struct RootMeanSquaredError: EvaluationMeasure {
    static let kind = "root-mean-squared-error"
    static let schema = Schema<RootMeanSquaredError>()

    func measure(_ evaluation: Evaluation) -> Measure? {
        evaluation.errors.map { errors, unit in
            let squares = errors.reduce(0) { $0 + $1 * $1 }
            return Measure(
                Self.kind, (squares / Double(errors.count)).squareRoot(), unit: unit,
                higherIsBetter: false)
        }
    }
}

/// Mean size of the error, over all values.
struct MeanAbsoluteError: EvaluationMeasure {
    static let kind = "mean-absolute-error"
    static let schema = Schema<MeanAbsoluteError>()

    func measure(_ evaluation: Evaluation) -> Measure? {
        evaluation.errors.map { errors, unit in
            Measure(
                Self.kind, errors.reduce(0) { $0 + abs($1) } / Double(errors.count), unit: unit,
                higherIsBetter: false)
        }
    }
}

/// Share of the variance of the targets that is explained: 1 for all, 0 for no more than their mean does.
///
///     R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)²,   over the values of each name, then averaged
struct ExplainedVariance: EvaluationMeasure {
    static let kind = "explained-variance"
    static let schema = Schema<ExplainedVariance>()

    func measure(_ evaluation: Evaluation) -> Measure? {
        guard case .values(let values, let names, _) = evaluation.targets,
            let errors = evaluation.errors?.values
        else { return nil }
        let width = names.count
        let shares = (0..<width).map { column in
            let own = stride(from: column, to: values.count, by: width)
            let targets = own.map { Double(values[$0]) }
            let mean = targets.reduce(0, +) / Double(max(targets.count, 1))
            let spread = targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return 1 - own.reduce(0) { $0 + errors[$1] * errors[$1] } / spread
        }
        return Measure(
            Self.kind, shares.reduce(0, +) / Double(max(width, 1)), higherIsBetter: true)
    }
}

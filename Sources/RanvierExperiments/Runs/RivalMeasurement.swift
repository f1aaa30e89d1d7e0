import RanvierAnalysis
import RanvierBaselines
import RanvierData
import RanvierLearning

/// Fits what a network must beat and measures it on the network's test samples.
struct RivalMeasurement {
    let measurement: ModelMeasurement
    let measures: [any EvaluationMeasure]

    /// Majority or mean, and unless only those are wanted the last value, a linear model, neighbours.
    ///
    /// - Parameters:
    ///   - test: the samples that the network was measured on.
    ///   - training: samples prepared as those are.
    func rivals(
        on test: Dataset, training: Dataset, validation: Dataset?, choice: Baselines.Choice,
        seed: UInt64
    ) throws -> [RivalResult] {
        let own = measurement.evaluation
        // Tasks of other packages may ask for other answers than probabilities and values.
        guard own.task is Classification || own.task is Regression,
            training.targets.names == own.targets.names,
            training.featureShape == test.featureShape
        else { return [] }
        return try Baselines.fitted(
            to: training, validation: validation, questions: test.count, choice: choice, seed: seed
        ).map { baseline in
            try measurement.rival(
                baseline.name, detail: baseline.detail,
                answering: Evaluation(
                    task: own.task, targets: own.targets, answers: baseline.answers(to: test),
                    measures: measures))
        }
    }
}

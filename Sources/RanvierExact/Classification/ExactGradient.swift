import RanvierData
import RanvierLearning
import RanvierTensors

/// Learning by the exact gradient of spike times: layered theta networks, classes named by the first
/// spike, AdaBelief.
///
/// Source: Klos & Memmesheimer, arXiv:2309.14523.
public struct ExactGradient: LearningMethod {
    /// `exact`.
    public static let name = "exact"
    /// The model that is trained.
    public let classifier: ExactClassifier
    /// Epochs, batches, learning rate.
    public var schedule: ThetaSchedule
    private var trainer: ThetaTrainer<Float>

    /// A run of a schedule.
    public init(_ classifier: ExactClassifier, schedule: ThetaSchedule) throws {
        self.classifier = classifier
        self.schedule = schedule
        trainer = try ThetaTrainer(classifier.network, learningRate: schedule.learningRate)
    }

    /// The model that is trained.
    public var model: any SpikingModel { classifier }

    /// Trains, or goes on training.
    public mutating func train(
        on data: Dataset, validation: Dataset?, from state: TrainingState?,
        observer: any TrainingObserver
    ) throws -> TrainingState {
        var current = state ?? TrainingState()
        trainer = try ThetaTrainer(classifier.network, learningRate: schedule.learningRate)
        if let state { try trainer.restore(state.optimizerState, stepCount: state.stepCount) }
        let samples = try classifier.batch(of: data)
        let followed = data.subset([0])
        while current.completedEpochs < schedule.epochs {
            let epoch = current.completedEpochs
            var spikeTimes: [SpikeTimeRecord] = []
            if epoch == 0 {
                spikeTimes.append(try classifier.firstSpikes(of: followed, afterEpoch: 0))
            }
            let start = ContinuousClock.now
            let steps = (samples.count + schedule.batchSize - 1) / schedule.batchSize
            let summary = try trainer.trainEpoch(epoch, on: samples, schedule: schedule) { step in
                observer.didFinishStep(
                    step, of: steps, epoch: epoch + 1, of: schedule.epochs)
                if observer.shouldStop {
                    throw TrainingError.interrupted(epoch: epoch + 1, lastCompletedEpoch: epoch)
                }
            }
            classifier.network = trainer.network
            var report = EpochReport(
                epoch: epoch + 1, trainingLoss: summary.loss, trainingAccuracy: summary.accuracy,
                seconds: (ContinuousClock.now - start) / .seconds(1),
                learningRate: schedule.learningRate(atEpoch: Double(epoch)), warnings: [])
            spikeTimes.append(try classifier.firstSpikes(of: followed, afterEpoch: epoch + 1))
            report.spikeTimes = spikeTimes
            if let validation {
                let measured = try classifier.evaluate(on: validation, observer: observer)
                report.validationLoss = measured.loss
                report.validationAccuracy = measured.accuracy
            }
            current.reports.append(report)
            (current.optimizerState, current.stepCount) = trainer.optimizerState
            try observer.didFinish(report, state: current, parameters: classifier.parameters)
        }
        return current
    }
}

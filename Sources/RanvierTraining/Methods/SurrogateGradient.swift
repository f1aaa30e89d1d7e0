import RanvierData
import RanvierTensors

/// Backpropagation through time with a surrogate derivative for the spike.
public struct SurrogateGradient: LearningMethod {
    /// `surrogate`.
    public static let name = "surrogate"
    /// The training loop.
    public var trainer: Trainer
    /// Network, encoding and loss.
    public let clockedModel: ClockedModel
    /// Passes over the data.
    public var epochs: Int
    /// Samples per step.
    public var batchSize: Int
    /// When to stop before the last epoch.
    public var earlyStop: EarlyStop?

    /// A run of `epochs` epochs.
    public init(
        trainer: Trainer, model: ClockedModel, epochs: Int, batchSize: Int,
        earlyStop: EarlyStop? = nil
    ) {
        self.trainer = trainer
        clockedModel = model
        self.epochs = epochs
        self.batchSize = batchSize
        self.earlyStop = earlyStop
    }

    /// Network, encoding and loss.
    public var model: any SpikingModel { clockedModel }

    /// Trains, or goes on training.
    public mutating func train(
        on data: Dataset, validation: Dataset?, from state: TrainingState?,
        observer: any TrainingObserver
    ) throws -> TrainingState {
        trainer.observer = observer
        return try trainer.fit(
            data, encoding: clockedModel.encoder, epochs: epochs, batchSize: batchSize,
            validation: validation, earlyStop: earlyStop, from: state)
    }
}

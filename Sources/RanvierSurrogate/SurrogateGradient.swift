import Foundation
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
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
    public var batchSizes: BatchSizes
    /// When to stop before the last epoch.
    public var earlyStop: EarlyStop?
    /// Bytes that training may use; the memory of the machine unless set.
    public var memoryLimit = Int(ProcessInfo.processInfo.physicalMemory)

    /// A run of `epochs` epochs.
    public init(
        trainer: Trainer, model: ClockedModel, epochs: Int, batchSizes: BatchSizes,
        earlyStop: EarlyStop? = nil
    ) {
        self.trainer = trainer
        clockedModel = model
        self.epochs = epochs
        self.batchSizes = batchSizes
        self.earlyStop = earlyStop
    }

    /// Network, encoding and loss.
    public var model: any SpikingModel { clockedModel }

    /// From two small steps of training; the samples are not counted.
    public func predictPeakMemory() throws -> Int? {
        let encoder = clockedModel.encoder
        let prediction = trainer.network.predictedMemory(
            steps: min(encoder.steps, trainer.truncation ?? encoder.steps),
            isConstantInput: encoder is DirectEncoder,
            optimizerSlots: trainer.optimizer.valuesPerWeight)
        try prediction.check(batch: batchSizes.largest, available: memoryLimit)
        return prediction.peakBytes(batch: batchSizes.largest)
    }

    /// Trains, or goes on training.
    public mutating func train(
        on data: Dataset, validation: Dataset?, from state: TrainingState?,
        observer: any TrainingObserver
    ) throws -> TrainingState {
        trainer.observer = observer
        return try trainer.fit(
            data, encoding: clockedModel.encoder, epochs: epochs, batchSizes: batchSizes,
            validation: validation, earlyStop: earlyStop, from: state)
    }
}

import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Backpropagation through time with a surrogate derivative for the spike.
///
///     var method = SurrogateGradient(model, optimizer: Adam(learningRate: 2e-3))
///     try Course(epochs: 30).run(&method, on: digits.train)
///
/// The network of the model is trained in place. The result depends on the seed alone. Optimiser, schedule, batches and all
/// else are those of its ``ClockedTraining``, and are read and set as if they were its own.
@dynamicMemberLookup
public struct SurrogateGradient {
    /// `surrogate`.
    public static let name = "surrogate"

    /// Samples, batches, optimiser.
    public var training: ClockedTraining

    /// Trains as a training says.
    public init(_ training: ClockedTraining) { self.training = training }

    /// Trains a model.
    public init(
        _ model: ClockedModel, optimizer: any Optimizer = Adam(),
        schedule: LearningRateSchedule = .constant, clipping: GradientClipping = .none,
        batchSizes: BatchSizes = 32, seed: UInt64 = 0, augmentation: Augmentation? = nil
    ) {
        training = ClockedTraining(
            model, optimizer: optimizer, schedule: schedule, clipping: clipping,
            batchSizes: batchSizes, seed: seed, augmentation: augmentation)
    }

    /// What the training has.
    public subscript<Value>(dynamicMember path: KeyPath<ClockedTraining, Value>) -> Value {
        training[keyPath: path]
    }

    /// What can be set of the training.
    public subscript<Value>(dynamicMember path: WritableKeyPath<ClockedTraining, Value>) -> Value {
        get { training[keyPath: path] }
        set { training[keyPath: path] = newValue }
    }

    /// One step of the optimiser on one batch: the unit that `bench` times.
    ///
    /// - Returns: the loss before the step, and the scores `[B, outputs]` that it was taken of.
    public mutating func takeStep(
        _ sequence: Tensor, targets: Targets, epoch: Int = 0, step: Int = 0, rateFactor: Float = 1,
        hooks: Hooks = Hooks()
    ) throws -> (loss: Float, scores: Tensor) {
        try Self.takeStep(
            TrainingBatch(
                sequence, targets: targets, epoch: epoch, step: step, rateFactor: rateFactor,
                hooks: hooks), of: &training)
    }

    private static func takeStep(
        _ batch: TrainingBatch, of training: inout ClockedTraining
    ) throws -> (loss: Float, scores: Tensor) {
        let pass = training
        return try training.takeStep(batch) { pass.gradientsThroughTime($0) }
    }
}

extension SurrogateGradient: ClockedMethod {
    /// One pass over the samples in an order of its own.
    public mutating func epoch(
        _ epoch: Int, in part: Range<Int>, on data: Dataset, hooks: Hooks
    ) throws -> EpochReport {
        try training.epoch(epoch, in: part, on: data, hooks: hooks) { training, batch in
            try Self.takeStep(batch, of: &training)
        }
    }
}

import RanvierData
import RanvierLearning

/// How a clocked model is trained, in one value.
///
///     try model.fit(digits.train, Recipe(epochs: 30, optimizer: Adam(learningRate: 2e-3)))
public struct Recipe: Sendable {
    /// Passes over the data.
    public var epochs: Int
    /// Samples per step.
    public var batchSizes: BatchSizes
    /// How weights move.
    public var optimizer: any Optimizer
    /// How the learning rate changes.
    public var schedule: LearningRateSchedule
    /// Limits on gradients.
    public var clipping: GradientClipping
    /// When to stop before the last epoch; nil for never.
    public var earlyStop: EarlyStop?
    /// Random numbers of shuffling and encoding.
    public var seed: UInt64

    /// A recipe; Adam at 10⁻³ unless chosen.
    public init(
        epochs: Int, batchSizes: BatchSizes = 32, optimizer: any Optimizer = Adam(),
        schedule: LearningRateSchedule = .constant, clipping: GradientClipping = .none,
        earlyStop: EarlyStop? = nil, seed: UInt64 = 0
    ) {
        self.epochs = epochs
        self.batchSizes = batchSizes
        self.optimizer = optimizer
        self.schedule = schedule
        self.clipping = clipping
        self.earlyStop = earlyStop
        self.seed = seed
    }
}

extension ClockedModel {
    /// Trains the model by surrogate gradients through time.
    ///
    /// - Parameter validation: samples that are only watched.
    /// - Returns: the state after the last epoch, with a report of each.
    /// - Throws: `TrainingError`, or the encoder's error.
    @discardableResult
    public mutating func fit(
        _ data: Dataset, _ recipe: Recipe, validation: Dataset? = nil,
        observer: any TrainingObserver = SilentObserver()
    ) throws -> TrainingState {
        var method = SurrogateGradient(
            self, optimizer: recipe.optimizer, schedule: recipe.schedule,
            clipping: recipe.clipping, batchSizes: recipe.batchSizes, seed: recipe.seed)
        let state = try Course(epochs: recipe.epochs, earlyStop: recipe.earlyStop).run(
            &method, on: data, validation: validation, observer: observer)
        self = method.clockedModel
        return state
    }
}

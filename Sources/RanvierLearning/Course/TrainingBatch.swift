import RanvierData
import RanvierTensors

/// Samples of one step of a training, as the network sees them.
public struct TrainingBatch {
    /// `[T, B, features…]`.
    public var sequence: Tensor
    /// One per sample; values as the task trains on them.
    public var targets: Targets
    /// From 0.
    public var epoch: Int
    /// From 0, in the epoch.
    public var step: Int
    /// What the schedule leaves of the learning rate.
    public var rateFactor: Float
    /// Called around the update.
    public var hooks: Hooks

    /// A batch; epoch and step say which random numbers layers draw.
    public init(
        _ sequence: Tensor, targets: Targets, epoch: Int = 0, step: Int = 0, rateFactor: Float = 1,
        hooks: Hooks = Hooks()
    ) {
        self.sequence = sequence
        self.targets = targets
        self.epoch = epoch
        self.step = step
        self.rateFactor = rateFactor
        self.hooks = hooks
    }
}

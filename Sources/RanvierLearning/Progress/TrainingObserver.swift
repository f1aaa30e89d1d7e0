import RanvierTensors

/// Follows a training run: progress, checkpoints, a request to stop.
public protocol TrainingObserver {
    /// Asked between batches; true ends the run with ``TrainingError/interrupted(epoch:lastCompletedEpoch:)``.
    var shouldStop: Bool { get }

    /// After each step, counted from 1.
    func didFinishStep(_ step: Int, of steps: Int, epoch: Int, of epochs: Int)

    /// After each epoch; the place to write a checkpoint.
    ///
    /// - Parameter parameters: the model's parameters by name.
    func didFinish(
        _ report: EpochReport, state: TrainingState, parameters: [String: Tensor]
    ) throws
}

extension TrainingObserver {
    /// Never stops.
    public var shouldStop: Bool { false }
    /// Nothing.
    public func didFinishStep(_ step: Int, of steps: Int, epoch: Int, of epochs: Int) {}
    /// Nothing.
    public func didFinish(
        _ report: EpochReport, state: TrainingState, parameters: [String: Tensor]
    ) throws {}
}

/// Follows nothing.
public struct SilentObserver: TrainingObserver {
    /// An observer that does nothing.
    public init() {}
}

import RanvierTensors

/// Where others take part in the steps of a method: to stop, to follow, to add up gradients of several machines, to bring
/// weights back to where they may be.
public struct Hooks {
    /// Asked between steps; true ends the epoch with ``TrainingError/interrupted(epoch:lastCompletedEpoch:)``.
    public var shouldStop: () -> Bool
    /// Called after each step, counted from 1.
    public var didFinishStep: (_ step: Int, _ steps: Int) -> Void
    /// Gradients before the update, in the order of the method's parameters, as they come back: a sum over machines; nil for as
    /// they are.
    public var reduce: ((_ gradients: [Tensor]) throws -> [Tensor])?
    /// Called after each update; nil for nothing.
    public var project: (() throws -> Void)?

    /// Hooks that do nothing unless told.
    public init(
        shouldStop: @escaping () -> Bool = { false },
        didFinishStep: @escaping (_ step: Int, _ steps: Int) -> Void = { _, _ in },
        reduce: ((_ gradients: [Tensor]) throws -> [Tensor])? = nil,
        project: (() throws -> Void)? = nil
    ) {
        self.shouldStop = shouldStop
        self.didFinishStep = didFinishStep
        self.reduce = reduce
        self.project = project
    }
}

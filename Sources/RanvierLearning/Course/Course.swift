import RanvierData
import RanvierTensors

/// The training loop of all methods: validation, early stop, best weights, checkpoints, exact resuming, interrupts.
///
///     var method = try SurrogateGradient(model, optimizer: Adam())
///     try Course(epochs: 30).run(&method, on: digits.train)
///
/// The result depends on the seed alone: not on the number of threads, and not on whether the course was stopped after an
/// epoch and resumed from its ``TrainingState``.
public struct Course: Sendable {
    /// Passes over the data, counted from the beginning of the course, resumed or not; 0 where nothing is trained.
    public var epochs: Int
    /// When to stop before the last epoch; nil for never.
    public var earlyStop: EarlyStop?

    /// A course of some epochs.
    public init(epochs: Int, earlyStop: EarlyStop? = nil) {
        precondition(epochs >= 0, "a course of \(epochs) epochs cannot be")
        self.epochs = epochs
        self.earlyStop = earlyStop
    }

    /// Trains, or goes on training.
    ///
    /// - Parameters:
    ///   - method: changed in place.
    ///   - data: training samples.
    ///   - validation: samples that are only watched.
    ///   - state: where to go on from, the method's model having its parameters already; nil to begin.
    ///   - observer: hears of steps and epochs, and is asked whether to stop.
    ///   - hooks: what others do around updates; its `shouldStop` and `didFinishStep` come before the observer's.
    /// - Returns: the state after the last epoch, with a report of each.
    /// - Throws: ``TrainingError``; `DataError` for a value that the model's code has no meaning for, before the first
    ///   epoch; what the method throws.
    @discardableResult
    public func run(
        _ method: inout some LearningMethod, on data: Dataset, validation: Dataset? = nil,
        from state: TrainingState? = nil, observer: any TrainingObserver = SilentObserver(),
        hooks: Hooks = Hooks()
    ) throws -> TrainingState {
        // First of all, because a method may code the samples when it prepares.
        try method.model.requireAccepted(data, as: "training part")
        try method.prepare(for: data)
        if let validation {
            try method.model.requireAccepted(
                method.model.signature.prepared(validation), as: "validation part")
        }
        var current = state ?? TrainingState()
        if let state { try state.restore(into: &method, earlyStop: earlyStop) }
        var stopper = EarlyStop.Progress(rule: earlyStop, history: current.reports)
        while current.completedEpochs < epochs, !stopper.isDone, !method.isFinished {
            let epoch = current.completedEpochs
            var report = try method.epoch(
                epoch, of: epochs, on: data, hooks: self.hooks(hooks, observer, epoch: epoch))
            if let validation {
                let measured = try method.model.evaluate(
                    on: validation, counts: false, intervals: false, observer: observer)
                report.validation["loss"] = measured.loss
                for measure in measured.measures { report.validation[measure.name] = measure.value }
            }
            current.reports.append(report)
            if stopper.take(report), earlyStop?.restoresBest == true {
                current.best = method.model.parameters
            }
            (current.optimizerState, current.stepCount) = method.state
            try observer.didFinish(report, state: current, parameters: method.model.parameters)
        }
        if earlyStop?.restoresBest == true, let best = current.best {
            try method.restoreModel(best)
        }
        try method.finish(on: data)
        return current
    }

    /// Whether no epoch is left after a state: all are done, or the early stop or the method has ended them.
    public func isDone(after state: TrainingState, of method: some LearningMethod) -> Bool {
        state.completedEpochs >= epochs || method.isFinished
            || EarlyStop.Progress(rule: earlyStop, history: state.reports).isDone
    }

    /// Checks that a method can go on from a stored state, and hands it over; ``run(_:on:validation:from:observer:hooks:)`` does
    /// so itself, and this serves those who want to know before.
    ///
    /// - Throws: ``TrainingStateError``, or what the method throws.
    public func restore(_ state: TrainingState, into method: inout some LearningMethod) throws {
        try state.restore(into: &method, earlyStop: earlyStop)
    }

    private func hooks(
        _ given: Hooks, _ observer: any TrainingObserver, epoch: Int
    ) -> Hooks {
        var hooks = given
        let epochs = epochs
        hooks.shouldStop = { given.shouldStop() || observer.shouldStop }
        hooks.didFinishStep = { step, steps in
            given.didFinishStep(step, steps)
            observer.didFinishStep(step, of: steps, epoch: epoch + 1, of: epochs)
        }
        return hooks
    }
}

import RanvierConfiguration
import RanvierData
import RanvierTensors

/// A way to learn: it holds a model and improves it on data, an epoch at a time.
///
/// It says how one epoch goes; ``Course`` does all else for all methods: validation, early stop, best weights, checkpoints,
/// resuming, interrupts.
public protocol LearningMethod {
    /// The word for the method in configurations and results: `surrogate`, `exact`, ….
    static var name: String { get }

    /// The model that is trained.
    var model: any SpikingModel { get }

    /// Takes over stored parameters of the model.
    mutating func restoreModel(_ parameters: [String: Tensor]) throws

    /// Brings the model to where a stored course stopped: its parameters, and what epochs before have changed of the model
    /// itself, such as masks.
    ///
    /// - Throws: ``TrainingStateError`` where parameters or reports are not those of this method, or what the method throws.
    mutating func goOn(from parameters: [String: Tensor], after reports: [EpochReport]) throws

    /// Gets ready for samples, once before the first epoch of a course.
    ///
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)`` where model and samples do not fit.
    mutating func prepare(for data: Dataset) throws

    /// Trains for one epoch; what it does depends on the seed and the epoch alone, so that a run that was stopped goes on as
    /// if it had not been.
    ///
    /// - Parameters:
    ///   - epoch: from 0.
    ///   - epochs: length of the course.
    ///   - hooks: asked between steps, and called around updates.
    /// - Returns: what the epoch gave, without validation.
    /// - Throws: ``TrainingError``, or what model and encoder throw.
    mutating func epoch(
        _ epoch: Int, of epochs: Int, on data: Dataset, hooks: Hooks
    ) throws -> EpochReport

    /// Whether nothing is left to do although the course has more epochs: a search that found early what it looks for.
    var isFinished: Bool { get }

    /// What may be wrong with what ``finish(on:)`` did, a sentence each.
    var closingWarnings: [String] { get }

    /// Does what is left after the last epoch, without training: rounding, folding. Called once in a course, also in one that was
    /// gone on with after its last epoch.
    mutating func finish(on data: Dataset) throws

    /// Tensors besides the model's parameters that the next step depends on, and the steps that were taken.
    var state: (tensors: [String: Tensor], steps: Int) { get }

    /// Takes over a stored state, which may be any: names, shapes and ranges are checked before anything is used.
    ///
    /// - Throws: ``TrainingStateError``, or an error of the method's own that says what does not fit.
    mutating func restore(state: [String: Tensor], steps: Int) throws

    /// Checks what only this method keeps in reports that a run goes on from.
    ///
    /// - Throws: ``TrainingStateError``.
    func requireFit(of reports: [EpochReport]) throws

    /// Predicts the memory of training before it starts.
    ///
    /// - Returns: bytes at the peak; nil where the method has no prediction.
    /// - Throws: `MemoryError` where it exceeds what may be used.
    func predictPeakMemory() throws -> Int?

    /// What of model and settings can hardly be meant for some samples, a sentence each, said before the training.
    func doubts(about data: Dataset) -> [String]

    /// What only this method can show of a course, as parts of a report.
    func diagnostics(of reports: [EpochReport], on data: Dataset) -> [Diagnostic]

    /// The model that this one came from and is to be held against, with a word for it: the dense network of one that was pruned.
    var origin: (name: String, model: any SpikingModel)? { get throws }
}

extension LearningMethod {
    /// Checks shape and task.
    public mutating func prepare(for data: Dataset) throws {
        try model.signature.task.requireFit(of: data)
    }

    /// The parameters of the model as it is.
    public mutating func goOn(
        from parameters: [String: Tensor], after reports: [EpochReport]
    ) throws {
        // Tensors of views that the model does not have would be passed over.
        try TrainingStateError.require(
            parameters.mapValues(\.shape), as: model.parameters.mapValues(\.shape),
            what: "parameter")
        try restoreModel(parameters)
    }

    /// False: the epochs decide.
    public var isFinished: Bool { false }

    /// None.
    public var closingWarnings: [String] { [] }

    /// Nothing.
    public mutating func finish(on data: Dataset) throws {}

    /// None.
    public var origin: (name: String, model: any SpikingModel)? { nil }

    /// Nothing is kept.
    public func requireFit(of reports: [EpochReport]) throws {}

    /// Nil.
    public func predictPeakMemory() throws -> Int? { nil }

    /// None.
    public func doubts(about data: Dataset) -> [String] { [] }

    /// None.
    public func diagnostics(of reports: [EpochReport], on data: Dataset) -> [Diagnostic] { [] }
}

import RanvierConfiguration
import RanvierData
import RanvierTensors

/// What a model is for: naming classes, predicting values.
///
/// It says what comes out of a network for each sample, how scores become answers, and by which measures a model is
/// judged. Stored with the model.
public protocol LearningTask: Configurable {
    /// Word for the task in configurations and stored models.
    static var kind: String { get }

    /// Names of what comes out: classes, or values.
    var outputNames: [String] { get }

    /// Answers of scores `[B, outputs]`: probabilities of classes, or values in their own units.
    func answers(of scores: Tensor) -> Tensor

    /// Targets as a network is trained on them.
    func trainingTargets(_ targets: Targets) -> Targets

    /// The measures by which a model is judged, the most important one first.
    var measures: [any EvaluationMeasure] { get }

    /// The loss unless the configuration names one.
    var usualLoss: any Loss { get }

    /// How good scores `[B, outputs]` of a batch are, as a mean over the batch that training can follow; nil for nothing.
    func progress(of scores: Tensor, against targets: Targets) -> (name: String, value: Double)?

    /// One sample's answer for people and programs.
    ///
    /// - Parameters:
    ///   - answer: `[outputs]`.
    ///   - deviation: standard deviation of each, where it is known.
    func prediction(of answer: [Float], deviation: [Float]?) -> Prediction

    /// What was reached, as the end of a sentence that begins with the network: "classified 97 % of …".
    func headline(_ measures: [Measure], samples: Int) -> String

    /// Checks that samples have targets of this task.
    ///
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)``.
    func requireFit(of data: Dataset) throws(TrainingError)
}

extension LearningTask {
    /// As they are.
    public func trainingTargets(_ targets: Targets) -> Targets { targets }

    /// Nothing.
    public func progress(
        of scores: Tensor, against targets: Targets
    ) -> (name: String, value: Double)? { nil }

    /// The task's kind and keys.
    public var element: Element { Element(Self.kind, configurationValue) }
}

/// One sample's answer.
public struct Prediction: Hashable, Sendable {
    /// The class, or the value.
    public var text: String
    /// Probability of the class; nil where the task has none.
    public var confidence: Double?
    /// Standard deviation of the value; nil where none is known.
    public var deviation: Double?

    /// An answer.
    public init(text: String, confidence: Double? = nil, deviation: Double? = nil) {
        self.text = text
        self.confidence = confidence
        self.deviation = deviation
    }
}

/// What a model is for.
public enum TaskRole: Role {
    /// A task.
    public typealias Value = any LearningTask
    /// How the task of a data set is found.
    public struct Payload: Sendable {
        /// The task for samples; nil where their targets are of another one.
        public let task: @Sendable (Dataset) -> (any LearningTask)?
    }
    /// `task`.
    public static let name = "task"
    /// The task's kind and keys.
    public static func element(of value: any LearningTask) -> Element { value.element }
}

/// A kind of task.
public typealias TaskKind = Kind<TaskRole>

extension Kind where R == TaskRole {
    /// The kind of a type.
    ///
    /// - Parameter task: the task for samples; nil where their targets are of another one.
    public init<T: LearningTask>(_ type: T.Type, task: @escaping @Sendable (Dataset) -> T?) {
        self.init(T.kind, payload: .init(task: task)) { section, base throws(ConfigurationError) in
            try T(section, from: base as? T)
        } sample: { random in
            T.random(using: &random)
        }
    }

    /// The tasks that are built in.
    public static let standard: [TaskKind] = [
        TaskKind(Classification.self) { Classification(of: $0) },
        TaskKind(Regression.self) { Regression(of: $0) },
    ]
}

extension Registry {
    /// The task of samples.
    ///
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)`` where no task is theirs.
    public func task(of data: Dataset) throws(TrainingError) -> any LearningTask {
        for kind in all(TaskRole.self) {
            if let task = kind.payload.task(data) { return task }
        }
        throw .mismatch(
            what: "targets of \(data.name)",
            expected: "targets of one of the tasks \(names(TaskRole.self).joined(separator: ", "))",
            found: data.targets.names.isEmpty ? "none" : "\(data.targets.names)")
    }
}

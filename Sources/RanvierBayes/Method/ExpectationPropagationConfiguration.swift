import Foundation
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// A network trained by expectation propagation.
///
///     method: expectation-propagation
///     network:
///       - linear: {outputs: 100}
///       - spike: {noise: 0.01}
///       - linear: {outputs: 10}
///     output: {argmax: {noise: 0.1}}
///     training: {epochs: 20, batch-size: 32, memory: 10}
public struct ExpectationPropagationConfiguration: MethodConfiguration {
    /// `expectation-propagation`.
    public static let method = ExpectationPropagation.name
    /// `start`: a run whose posterior is gone on with.
    public static let pathKeys = [["start"]]

    /// Layers and priors.
    public let plan: BayesianPlan
    /// How values come in.
    public let input: BayesianInput
    /// The output factor; nil for what is usual for the task.
    public let output: OutputFactor?
    /// σ² of the outputs.
    public let outputNoise: Float
    /// How answers are read.
    public let answers: BayesianAnswers
    /// How batches are visited.
    public let rule: VisitRule
    /// How long it learns.
    public let course: Course
    /// The folder of a run whose posterior is gone on with; nil to begin.
    public let start: URL?

    private enum OutputWord: String, CaseIterable {
        case automatic = "auto"
        case argmax, pairwise, gaussian
        case oneVersusAll = "one-vs-all"
    }

    /// Reads the method's keys.
    public init(_ root: ConfigurationSection) throws(ConfigurationError) {
        _ = try root.choice(
            "model", of: [NetworkFamily.spiking.rawValue], default: NetworkFamily.spiking.rawValue)
        start = try root.optionalPath("start")
        input = try BayesianInput(root, key: "encoding")
        plan = try BayesianPlan(root, key: "network")
        let (word, options) = try root.choiceWithOptions("output", default: OutputWord.automatic)
        output = OutputFactor(rawValue: word.rawValue)
        outputNoise = Float(try options.float("noise", default: 0.1, in: 0...))
        answers = try root.choice("answers", default: BayesianAnswers.analytic)
        let training = try root.section("training")
        let epochs = try training.integer("epochs", default: 20, in: 1...)
        let rule = try VisitRule(training)
        course = Course(epochs: epochs, earlyStop: try EarlyStop.read(training))
        self.rule = rule
        guard rule.messages == .exact else { return }
        guard plan.synapses.allSatisfy({ $0.weights == .gaussian }) else {
            throw training.invalid(
                "messages",
                "exact divides by a Gaussian cavity, which discrete weights do not have; use "
                    + "messages: relaxed")
        }
        guard plan.synapses.allSatisfy({ $0.varianceDiscount == 1 }) else {
            throw training.invalid(
                "messages",
                "exact divides by variances as they are, which 'variance-discount' takes for "
                    + "smaller ones; use messages: relaxed")
        }
    }

    /// It spikes.
    public var family: NetworkFamily { .spiking }

    /// Rates lie in 0…1.
    public var acceptedRange: ClosedRange<Float>? { input.isKnown ? nil : 0...1 }

    /// The method with a new model, or one that goes on from a stored posterior.
    public func makeMethod(
        for data: DatasetConfiguration.Splits, seed: UInt64, registry: Registry
    ) throws -> any LearningMethod {
        let task = try registry.task(of: data.training)
        let isForClasses = task is Classification
        guard isForClasses || task is Regression else {
            throw TrainingError.mismatch(
                what: "method '\(Self.method)'", expected: "classes or values as targets",
                found: "targets for the task '\(task.element.kind)'")
        }
        let factor = output ?? (isForClasses ? .argmax : .gaussian)
        guard factor.isForClasses == isForClasses else {
            throw TrainingError.mismatch(
                what: "output",
                expected: isForClasses
                    ? "a factor of classes: argmax, pairwise or one-vs-all"
                    : "the factor of values: gaussian", found: "'\(factor.rawValue)'")
        }
        let count = task.outputNames.count
        guard plan.outputs == count else {
            throw TrainingError.mismatch(
                what: "the last layer of the network",
                expected: "\(count) outputs, one per class or value of \(data.training.name)",
                found: "\(plan.outputs)")
        }
        if !isForClasses, outputNoise == 0 {
            throw TrainingError.mismatch(
                what: "output",
                expected: "a noise above 0 where values are predicted (a share of the targets' "
                    + "variance)", found: "0")
        }
        let signature = ModelSignature(of: data.training, task: task)
        var model = BayesianModel(
            plan: plan,
            posterior: plan.posterior(
                inputs: signature.inputShape.elementCount, output: factor, noise: outputNoise,
                isExact: rule.messages == .exact, seed: seed),
            input: input, answers: answers, outputNoise: outputNoise, signature: signature)
        if let start { try goOn(&model, from: start, registry) }
        return ExpectationPropagation(model, rule: rule, seed: seed)
    }

    /// Takes over priors and totals of a stored posterior of the same network, task and scaling.
    private func goOn(
        _ model: inout BayesianModel, from folder: URL, _ registry: Registry
    ) throws {
        let stored = try Model.load(folder, registry: registry)
        let place = folder.relativePath
        guard let stored = stored as? BayesianModel else {
            throw BayesError.start(
                place: place, expected: "a run of the method '\(Self.method)'",
                found: "a model of the kind '\(type(of: stored).kind)'")
        }
        guard stored.plan == plan, stored.input == input,
            stored.posterior.output == model.posterior.output, stored.outputNoise == outputNoise
        else {
            throw BayesError.start(
                place: place,
                expected: "the same 'network', 'encoding' and 'output' as the configuration's",
                found: "others")
        }
        guard stored.signature.task.outputNames == model.signature.task.outputNames else {
            throw BayesError.start(
                place: place, expected: "\(model.signature.task.outputNames) as outputs",
                found: "\(stored.signature.task.outputNames)")
        }
        try model.restore(stored.parameters)
        // Values and targets keep the scale that the posterior has learned in.
        model.seen = stored.seen
        guard stored.signature.scaling == model.signature.scaling else {
            throw BayesError.start(
                place: place, expected: "samples scaled as those that the posterior has seen",
                found: "another scaling, fitted on these; use scaling: none, or scale beforehand")
        }
        model.signature.task = stored.signature.task
    }

    /// Rectified linear units of the same shape with a usual recipe: Adam, cosine, as many epochs.
    public var artificialTwin: ArtificialTwin? {
        ArtificialTwin(
            encoder: DirectEncoder(steps: 1, timeStep: 1e-3),
            plan: NetworkPlan(layerSizes: plan.synapses.map(\.outputs)),
            training: TrainingConfiguration(
                epochs: course.epochs, batchSize: min(rule.batchSize, 128)))
    }
}

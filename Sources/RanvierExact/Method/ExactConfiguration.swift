import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes

/// A layered theta network trained by exact gradients.
///
///     method: exact
///     encoding: {first-spike: {bins: 1, trial: 2}}
///     network:
///       - theta: {outputs: 100}
///       - theta: {outputs: 10}
///     training: {epochs: 100, batch-size: 1000, learning-rate: 4e-3}
public struct ExactConfiguration: MethodConfiguration {
    /// `exact`.
    public static let method = ExactGradient.name

    /// Neurons of each layer, the last one per class.
    public let outputs: [Int]
    /// How samples become input spikes.
    public let encoding: ThetaEncoding
    /// The neurons.
    public let neuron: ThetaOptions
    /// Range of the first weights, times 1/√inputs to both sides.
    public let initialScale: Double
    /// Mean of the first weights, times 1/inputs.
    public let initialShift: Double
    /// Weight γ of the term of the loss that pulls the right output's spike to the start.
    public let earliness: Double
    /// Temperature ξ of the loss's softmax over −t/ξ.
    public let temperature: Double
    /// Whether spikes after the trial count when a network is measured.
    public let countsPseudospikes: Bool
    /// Whether they count in training.
    public let trainsPseudospikes: Bool
    /// Batches, learning rate, changes of presentations.
    public let schedule: ThetaSchedule
    /// When to stop before the last epoch.
    public let earlyStop: EarlyStop?

    private enum ScheduleKind: String, CaseIterable { case exponential, cosine }

    /// Reads the method's keys.
    public init(_ root: ConfigurationSection) throws(ConfigurationError) {
        // Exact gradients are those of spikes.
        _ = try root.choice(
            "model", of: [NetworkFamily.spiking.rawValue], default: NetworkFamily.spiking.rawValue)
        encoding = try ThetaEncoding(root)
        var outputs: [Int] = []
        for element in try root.elements("network", kinds: ["theta"]) {
            outputs.append(try element.options.integer("outputs", in: 1...))
        }
        self.outputs = outputs
        neuron = try ThetaOptions(root.section("neuron"))
        let training = try root.section("training")
        var schedule = ThetaSchedule()
        schedule.epochs = try training.integer("epochs", default: 100, in: 1...)
        schedule.batchSize = try training.integer("batch-size", default: 1000, in: 1...)
        schedule.learningRate = try training.float("learning-rate", default: 4e-3, in: .positive)
        let usualDecay = 100.0
        let decay = try training.float("decay-epochs", default: usualDecay, in: .positive)
        switch try training.choice("schedule", default: ScheduleKind.exponential) {
        case .exponential: schedule.rates = .decay(epochs: decay)
        case .cosine:
            guard decay == usualDecay else {
                throw training.invalid(
                    "decay-epochs",
                    "has no effect with schedule 'cosine', which ends with the last epoch; use "
                        + "schedule: exponential, or leave the key out")
            }
            schedule.rates = .cosine()
        }
        schedule.flipProbability = try training.float(
            "flip-probability", default: 0.02, in: 0...1)
        schedule.jitter = try training.integer("jitter", default: 0, in: 0...254)
        guard schedule.jitter == 0 || encoding.bins != 1 else {
            throw training.invalid(
                "jitter", "has no effect with one bin, which no spike can leave; use more bins")
        }
        schedule.shift = try training.section("augmentation").integer("shift", default: 0, in: 0...)
        earliness = try training.float("earliness", default: 0.01, in: 0...)
        temperature = try training.float("temperature", default: 1, in: .positive)
        initialScale = try training.float("initial-scale", default: 0.5, in: 0...)
        initialShift = try training.float("initial-shift", default: 0)
        trainsPseudospikes = try training.boolean("pseudospikes", default: true)
        countsPseudospikes = try root.boolean("count-pseudospikes", default: false)
        earlyStop = try EarlyStop.read(training)
        self.schedule = schedule
    }

    /// It spikes.
    public var family: NetworkFamily { .spiking }

    /// How long it learns.
    public var course: Course { Course(epochs: schedule.epochs, earlyStop: earlyStop) }

    /// The method with a new model.
    public func makeMethod(
        for data: DatasetConfiguration.Splits, seed: UInt64, registry: Registry
    ) throws -> any LearningMethod {
        let task = try registry.task(of: data.training)
        guard case .classes(_, let names) = data.training.targets else {
            throw TrainingError.mismatch(
                what: "method '\(Self.method)'",
                expected: "classes, which are named by the first spike",
                found: "targets for the task '\(task.element.kind)'")
        }
        guard outputs.last == names.count else {
            throw TrainingError.mismatch(
                what: "the last layer of the network",
                expected: "\(names.count) outputs, one per class of \(data.training.name)",
                found: "outputs of shape [\(outputs.last ?? 0)]")
        }
        let model = try makeModel(
            signature: ModelSignature(of: data.training, task: task), seed: seed)
        var schedule = schedule
        if schedule.shift > 0 { schedule.imageShape = try data.training.shiftedShape }
        schedule.seed = seed &+ 1
        return try ExactGradient(model, schedule: schedule)
    }

    /// The model with its first weights.
    ///
    /// - Throws: `ExactError` where the parameters do not fit.
    package func makeModel(signature: ModelSignature, seed: UInt64) throws -> ThetaModel {
        let shape = signature.inputShape
        var network = try FastThetaNetwork<Float>(
            neuron: ThetaNeuron(timeConstant: neuron.timeConstant, drive: neuron.drive),
            sizes: [encoding.inputs(ofSample: shape)] + outputs, trial: encoding.trial,
            code: encoding.code(forSample: shape))
        network.earliness = earliness
        network.temperature = temperature
        network.pseudospikes = trainsPseudospikes
        network.randomize(seed: seed &+ 1, scale: initialScale, shift: initialShift)
        return ThetaModel(
            network: network, countsPseudospikes: countsPseudospikes,
            spikesPerChannel: encoding.spikesPerChannel,
            firstWeights: (initialScale, initialShift), signature: signature)
    }

    /// Rectified linear units of the same shape with a usual recipe: Adam, cosine, as many epochs.
    public var artificialTwin: ArtificialTwin? {
        ArtificialTwin(
            encoder: DirectEncoder(steps: 1, timeStep: 1e-3),
            plan: NetworkPlan(layerSizes: outputs),
            training: TrainingConfiguration(
                epochs: schedule.epochs, batchSize: min(schedule.batchSize, 128)))
    }
}

extension Registry {
    /// Adds exact gradients, and their kind of network.
    public mutating func addExactGradients() {
        add(MethodKind(ExactConfiguration.self))
        add(ModelKind.eventDriven)
    }
}

import Ranvier

/// Learning without gradients: each step moves all weights a little at once, to both sides, and goes where the loss is lower.
///
///     g = (L(w + c δ) − L(w − c δ)) / 2c · δ,   m ← μ m + g,   w ← w − η m,   δ = ±1 by chance
///
/// Source: Spall 1992 (simultaneous perturbation stochastic approximation).
struct Perturbation: LearningMethod {
    static let name = "perturbation"

    /// What can be chosen.
    struct Settings: Configurable {
        var epochs = 10
        var batchSize = 32
        /// c.
        var size: Float = 0.05
        /// η.
        var learningRate: Float = 0.01
        /// μ.
        var momentum: Float = 0.9

        static let schema = Schema<Settings> {
            Field.integer("epochs", \.epochs, in: 1...)
            Field.integer("batch-size", \.batchSize, in: 1...)
            Field.number("size", \.size, in: .positive)
            Field.number("learning-rate", \.learningRate, in: .positive)
            Field.number("momentum", \.momentum, in: 0...0.99)
        }
    }

    private var clockedModel: ClockedModel
    private let settings: Settings
    private let seed: UInt64
    private var velocity: [String: Tensor] = [:]
    private var steps = 0

    init(_ model: ClockedModel, settings: Settings, seed: UInt64) {
        clockedModel = model
        self.settings = settings
        self.seed = seed
    }

    var model: any SpikingModel { clockedModel }

    mutating func restoreModel(_ parameters: [String: Tensor]) throws {
        try clockedModel.restore(parameters)
    }

    var state: (tensors: [String: Tensor], steps: Int) { (velocity, steps) }

    mutating func restore(state: [String: Tensor], steps: Int) {
        velocity = state
        self.steps = steps
    }

    mutating func epoch(
        _ epoch: Int, of epochs: Int, on data: Dataset, hooks: Hooks
    ) throws -> EpochReport {
        let start = ContinuousClock.now
        let batches = Batches(data, size: settings.batchSize, seed: seed, epoch: epoch)
        var loss = 0.0, slope = 0.0
        for (step, batch) in batches.enumerated() {
            if hooks.shouldStop() {
                throw TrainingError.interrupted(epoch: epoch + 1, lastCompletedEpoch: epoch)
            }
            let result = try takeStep(batch, epoch: epoch, step: step, hooks: hooks)
            loss += Double(result.loss) * Double(batch.count) / Double(data.count)
            slope += Double(abs(result.slope)) / Double(batches.count)
            hooks.didFinishStep(step + 1, batches.count)
        }
        var report = EpochReport(
            epoch: epoch + 1, training: ["loss": loss],
            seconds: (ContinuousClock.now - start) / .seconds(1),
            learningRate: Double(settings.learningRate))
        report.records["slope"] = .float(slope)
        return report
    }

    private mutating func takeStep(
        _ batch: Batch, epoch: Int, step: Int, hooks: Hooks
    ) throws -> (loss: Float, slope: Float) {
        let network = clockedModel.network, loss = clockedModel.loss
        let sequence = try clockedModel.encoder.encode(
            batch.features,
            at: EncodingPosition(
                stream: RandomStream(seed: seed, name: "encoder"), epoch: epoch,
                samples: batch.indices))
        let targets = clockedModel.signature.task.trainingTargets(batch.targets)
        let parameters = network.trainableParameters
        let centre = parameters.map(\.value)
        let directions = directions(of: parameters, epoch: epoch, step: step)
        func value(at distance: Float) -> Float {
            for (index, parameter) in parameters.enumerated() {
                parameter.value = centre[index] + directions[index] * distance
            }
            return loss.value(of: network(sequence), targets: targets).scalar
        }
        let above = value(at: settings.size), below = value(at: -settings.size)
        for (parameter, value) in zip(parameters, centre) { parameter.value = value }
        guard above.isFinite, below.isFinite else {
            throw TrainingError.nonFinite(
                epoch: epoch + 1, step: step + 1, loss: above + below, layer: nil)
        }
        let slope = (above - below) / (2 * settings.size)
        let gradients = directions.map { $0 * slope }
        let reduced = try hooks.reduce?(gradients) ?? gradients
        for (parameter, gradient) in zip(parameters, reduced) {
            let before = velocity[parameter.name] ?? .zeros(parameter.shape)
            let after = before * settings.momentum + gradient
            velocity[parameter.name] = after
            parameter.value = parameter.value - after * settings.learningRate
        }
        steps += 1
        try hooks.project?()
        return ((above + below) / 2, slope)
    }

    /// ±1 for each number: the same for the same seed, epoch and step.
    private func directions(of parameters: [Parameter], epoch: Int, step: Int) -> [Tensor] {
        let stream = RandomStream(seed: seed, name: "perturbation").substream(epoch)
            .substream(step)
        return parameters.enumerated().map { index, parameter in
            let words = stream.substream(index).words(count: parameter.shape.elementCount)
            return Tensor(words.map { $0 & 1 == 0 ? 1 : -1 }, shape: parameter.shape)
        }
    }

    func diagnostics(of reports: [EpochReport], on data: Dataset) -> [Diagnostic] {
        let slopes = reports.map { report -> Double? in
            if case .float(let slope)? = report.records["slope"] { slope } else { nil }
        }
        return [
            Diagnostic(
                title: "How steep the loss was",
                summary: "The mean change of the loss along a random direction.",
                measures: [
                    Measure("last-slope", (slopes.last ?? nil) ?? .nan, higherIsBetter: nil)
                ],
                figures: [
                    Figure(
                        name: "slope", title: "Slope", xName: "epoch", yName: "loss per weight",
                        curves: [
                            .init(name: "slope", x: reports.map { Double($0.epoch) }, y: slopes)
                        ], hasWholeSteps: true)
                ])
        ]
    }
}

/// What a configuration with `method: perturbation` says.
struct PerturbationConfiguration: MethodConfiguration {
    static let method = Perturbation.name

    private let encoder: any SpikeEncoder
    private let plan: NetworkPlan
    private let loss: (any Loss)?
    private let settings: Perturbation.Settings

    init(_ root: ConfigurationSection) throws(ConfigurationError) {
        encoder = try root.value("encoding", of: EncoderRole.self)
        plan = try NetworkPlan(root)
        let section = try root.section("perturbation")
        loss = try section.optionalValue("loss", of: LossRole.self)
        settings = try Perturbation.Settings(section)
    }

    var family: NetworkFamily { .spiking }
    var course: Course { Course(epochs: settings.epochs) }

    func makeMethod(
        for data: DatasetConfiguration.Splits, seed: UInt64, registry: Registry
    ) throws -> any LearningMethod {
        let task = try registry.task(of: data.training)
        let site = LayerSite(
            shape: try encoder.featureShape(ofSample: data.training.featureShape),
            steps: encoder.steps, timeStep: encoder.timeStep, outputs: task.outputNames.count,
            registry: registry)
        let model = ClockedModel(
            network: try plan.network(at: site, seed: seed), encoder: encoder,
            loss: loss ?? task.usualLoss, signature: ModelSignature(of: data.training, task: task))
        return Perturbation(model, settings: settings, seed: seed)
    }
}

import RanvierConfiguration
import RanvierData
import RanvierNetworks
import RanvierSpikes

/// What configurations of methods that move clocked networks share: kind of network, encoding, layers, training.
public struct ClockedConfiguration: Sendable {
    /// Whether the network spikes.
    public var family: NetworkFamily
    /// How values become sequences.
    public var encoder: any SpikeEncoder
    /// The layers.
    public var plan: NetworkPlan
    /// How it is trained.
    public var training: TrainingConfiguration

    /// Reads the keys `model`, `encoding`, `network` and `training`.
    public init(_ root: ConfigurationSection) throws(ConfigurationError) {
        family = try root.choice("model", default: .spiking)
        let usual = DirectEncoder()
        encoder = try root.value("encoding", of: EncoderRole.self, default: usual)
        plan = try NetworkPlan(root)
        let section = try root.section("training")
        training = try TrainingConfiguration(section)
        try refuseIdle(section)
    }

    /// Refuses keys of `training` that can have no effect on the network that is asked for.
    private func refuseIdle(_ section: ConfigurationSection) throws(ConfigurationError) {
        if family == .artificial, let loss = training.loss {
            let own = loss.forArtificialNetwork
            guard type(of: own).kind == type(of: loss).kind else {
                throw section.invalid(
                    "loss",
                    "'\(type(of: loss).kind)' has no effect on an artificial network, which learns "
                        + "by '\(type(of: own).kind)'; use that, or leave the key out")
            }
        }
        guard let truncation = training.truncation else { return }
        guard family == .spiking else {
            throw section.invalid(
                "truncation", "has no effect on an artificial network, which has one step")
        }
        guard truncation < encoder.steps else {
            throw section.invalid(
                "truncation",
                "has no effect at \(truncation): a sequence has \(encoder.steps) steps; take fewer, "
                    + "or leave the key out")
        }
    }

    /// The artificial network beside another one.
    public init(_ twin: ArtificialTwin) {
        family = .artificial
        (encoder, plan, training) = (twin.encoder, twin.plan, twin.training)
    }

    /// How long it learns.
    public var course: Course { training.course }

    /// What the encoding takes.
    public var acceptedRange: ClosedRange<Float>? {
        encoder.accepts == .all || encoder.accepts.areWhole ? nil : encoder.accepts.range
    }

    /// Recordings ask for an encoding that takes them as they are.
    public func check(
        _ dataset: DatasetConfiguration, _ root: ConfigurationSection
    ) throws(ConfigurationError) {
        try dataset.eventCamera?.require(encoder, root)
    }

    /// The same layers with rectified linear units.
    public var artificialTwin: ArtificialTwin? {
        guard family == .spiking else { return nil }
        return ArtificialTwin(encoder: encoder, plan: plan, training: training)
    }

    /// The training of a new network.
    ///
    /// - Throws: `NetworkError`, `SpikeError`, ``TrainingError`` where data, encoding and network do not fit.
    public func makeTraining(
        for data: DatasetConfiguration.Splits, seed: UInt64, registry: Registry
    ) throws -> ClockedTraining {
        let isSpiking = family == .spiking
        // Also where the artificial network has no time: its twin does.
        try self.encoder.requireTimeStep(of: data.training)
        let encoder = encoder(for: data.training)
        let task = try registry.task(of: data.training)
        let given = training.loss ?? task.usualLoss
        let loss = isSpiking ? given : given.forArtificialNetwork
        let network = try plan.network(
            at: LayerSite(
                shape: encoder.featureShape(ofSample: data.training.featureShape), family: family,
                steps: encoder.steps, timeStep: encoder.timeStep, outputs: task.outputNames.count,
                registry: registry), seed: seed)
        guard network.outputShape == [task.outputNames.count] else {
            throw TrainingError.mismatch(
                what: "the last layer of the network",
                expected: "\(task.outputNames.count) outputs, one per class or value of "
                    + data.training.name,
                found: "outputs of shape \(network.outputShape)")
        }
        try network.requireSteps(encoder.steps)
        try network.requireMemory(
            // As many at least are looked at when the memory is measured.
            samples: min(training.batchSizes.largest, 4),
            steps: min(encoder.steps, (isSpiking ? training.truncation : nil) ?? encoder.steps),
            optimizerSlots: training.optimizer.optimizer.valuesPerWeight,
            available: training.memoryLimit ?? MemoryNeed.available)
        network.recomputesStates = training.recomputesStates
        guard !training.freezesNormalization || network.normalizesByBatches else {
            throw TrainingError.mismatch(
                what: "training.freeze-normalization",
                expected: "a network with batch normalisation", found: "none in its layers")
        }
        network.freezesNormalization = training.freezesNormalization
        var made = ClockedTraining(
            ClockedModel(
                network: network, encoder: encoder, loss: loss,
                signature: ModelSignature(of: data.training, task: task), family: family,
                batchSize: max(training.batchSizes.largest, 128)),
            optimizer: training.optimizer.optimizer, schedule: training.schedule,
            clipping: training.clipping, batchSizes: training.batchSizes, seed: seed,
            augmentation: try training.augmentation(of: data.training))
        made.classWeights = training.classWeights
        made.truncation = isSpiking ? training.truncation : nil
        if let limit = training.memoryLimit { made.memoryLimit = limit }
        try made.requireBatches(of: data.training.count)
        return made
    }

    /// An artificial network sees the values once, and of recordings of images the mean frame.
    private func encoder(for data: Dataset) -> any SpikeEncoder {
        guard family == .artificial else { return encoder }
        return encoder.form == .rows && data.featureShape.count == 4
            ? MeanEncoder(timeStep: encoder.timeStep)
            : DirectEncoder(steps: 1, timeStep: encoder.timeStep)
    }
}

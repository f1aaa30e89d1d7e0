import RanvierConfiguration
import RanvierData
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// A clocked network together with how values enter it and how answers leave it.
///
///     var model = try ClockedModel(encoder: .direct(steps: 25, timeStep: 1e-3), inputShape: [64]) {
///         Linear(64, 128)
///         LIF(membraneTimeConstant: 20e-3)
///         Linear(128, 10)
///         LeakyIntegrator(membraneTimeConstant: 20e-3)
///     }
///
/// Parameters live in the network, which copies of the model share.
public struct ClockedModel: SpikingModel, ParameterHolder {
    /// `clocked`.
    public static let kind = ClockedDescription.kind

    /// The layers with their parameters.
    public let network: Network
    /// How values become sequences.
    public let encoder: any SpikeEncoder
    /// The loss, which also says how scores are read.
    public let loss: any Loss
    /// What goes in and what comes out.
    public var signature: ModelSignature { didSet { hasSeenData = true } }
    /// Whether the signature is that of data; else training takes over theirs.
    package private(set) var hasSeenData: Bool
    /// Whether the network spikes.
    public let family: NetworkFamily
    /// Samples at once in evaluation.
    public let batchSize: Int

    /// A model of a network.
    ///
    /// - Parameter signature: vectors or images as the network takes them, and classes without names, if left out.
    public init(
        network: Network, encoder: any SpikeEncoder, loss: any Loss,
        signature: ModelSignature? = nil, family: NetworkFamily = .spiking, batchSize: Int = 128
    ) {
        self.network = network
        self.encoder = encoder
        self.loss = loss
        hasSeenData = signature != nil
        self.signature =
            signature
            ?? ModelSignature(
                inputShape: encoder.form == .rows
                    ? [encoder.steps] + network.inputShape : network.inputShape,
                classes: network.outputShape.reduce(1, *))
        self.family = family
        self.batchSize = batchSize
    }

    /// A model of layers, with steps as long as the encoder's.
    ///
    /// - Throws: `NetworkError` that names the layer that does not fit the one before it.
    public init(
        encoder: any SpikeEncoder, readout: SpikeDecoder = .meanMembrane, inputShape: [Int],
        seed: UInt64 = 0, @LayerBuilder layers: () -> [any Layer]
    ) throws(NetworkError) {
        self.init(
            network: try Network(
                inputShape: inputShape, timeStep: encoder.timeStep, seed: seed, layers: layers()),
            encoder: encoder, loss: CrossEntropy(of: readout))
    }

    /// Answers, the loss of the batch, and what the layers report.
    public func respond(to batch: Batch, listener: Listener?) throws -> Responses {
        try respond(to: batch, listener: listener) { $0 }
    }

    /// The same where the sequence is changed before the network sees it.
    public func respond(
        to batch: Batch, listener: Listener?, changing change: (Tensor) -> Tensor
    ) throws -> Responses {
        try network.requireSharedSteps()
        let sequence = change(try shown(batch.features, samples: batch.indices))
        var context = ForwardContext(timeStep: network.timeStep, observer: listener?.hears)
        context.signal = signal(showsSpikes: listener?.showsSpikes)
        let output = network(sequence, in: context)
        let answers = signature.task.answers(of: loss.decoder.scores(of: output))
        let values = answers.scalars, width = answers.shape[answers.rank - 1]
        var responses = Responses(
            answers: (0..<batch.count).map { Array(values[$0 * width..<($0 + 1) * width]) },
            loss: .nan)
        let targets = signature.task.trainingTargets(batch.targets)
        if loss.accepts(targets) {
            responses.loss = Double(loss.value(of: output, targets: targets).scalar)
        }
        return responses
    }

    /// What is known of the sequences that the network is shown.
    ///
    /// - Parameter showsSpikes: whether samples that are sequences already hold events; nil for what their storage says.
    package func signal(showsSpikes: Bool? = nil) -> Signal {
        switch encoder.form {
        case .constant: Signal(.values, isConstant: true)
        case .coded: Signal(.spikes)
        case .rows: Signal(showsSpikes.map { $0 ? .spikes : .values } ?? .unsaid)
        }
    }

    /// What the network is shown of samples `[B, shape…]`: a stochastic encoder shows a sample the same spikes each time.
    public func shown(_ features: Tensor, samples: [Int]) throws(SpikeError) -> Tensor {
        try encoder.encode(
            features,
            at: EncodingPosition(
                stream: .evaluation, epoch: 0, samples: samples))
    }

    /// By backpropagation through time, added up over the steps.
    public func inputGradient(
        _ features: Tensor, labels: [Int], isTraining: Bool
    ) throws -> Tensor {
        // Plain cross-entropy: a loss with smoothed labels also grows where the network becomes surer of the right class.
        try inputGradient(features, isTraining: isTraining) {
            loss.decoder.scores(of: $0).crossEntropy(labels: labels)
        }
    }

    /// The same; of values, that of the loss the model learns by.
    public func inputGradient(
        _ features: Tensor, targets: Targets, isTraining: Bool
    ) throws -> Tensor {
        if case .classes(let labels, _) = targets {
            return try inputGradient(features, labels: labels, isTraining: isTraining)
        }
        let wanted = signature.task.trainingTargets(targets)
        guard loss.accepts(wanted) else {
            throw ModelError.noInputGradient(
                model: "a model with the loss '\(type(of: loss).kind)'",
                reason: "its samples have no targets of that kind")
        }
        return try inputGradient(features, isTraining: isTraining) {
            loss.value(of: $0, targets: wanted)
        }
    }

    private func inputGradient(
        _ features: Tensor, isTraining: Bool, of value: (_ output: Tensor) -> Tensor
    ) throws -> Tensor {
        guard encoder.form != .coded else {
            throw ModelError.noInputGradient(
                model: "a network with the encoding '\(encoderDescription.kind)'",
                reason: "it is not shown the values themselves")
        }
        if let stage = network.stages.first(where: { !$0.layer.hasInputGradient }) {
            throw ModelError.noInputGradient(
                model: "a network of whole numbers",
                reason:
                    "behind '\(stage.name)' surrogates are far narrower than thresholds, so that attacks by "
                    + "gradient would seem to fail; attack the run that it came from")
        }
        guard encoder.form == .constant || !features.isBinary else {
            throw ModelError.noInputGradient(
                model: "a network that is shown spikes",
                reason: "a spike is there or not, and cannot be moved a little")
        }
        let variable = features.detached.tracked(as: "values")
        let context = ForwardContext(timeStep: network.timeStep, isTraining: isTraining)
        let sequence = try shown(variable, samples: Array(0..<features.shape[0]))
        return value(network(sequence, in: context)).gradients(for: [variable])[0]
    }

    // MARK: - The model as a value

    /// All layers with their options.
    public var networkDescription: NetworkDescription {
        get throws { try network.clockedDescription.network }
    }

    /// How values become sequences.
    public var encoderDescription: Element { encoder.element }

    /// The loss, and samples at once.
    public var readoutDescription: ConfigurationValue {
        .section([
            .init("loss", loss.element.configurationValue),
            .init("batch-size", .integer(batchSize)),
        ])
    }

    /// The parameters of the network's layers.
    public var layerParameters: [Parameter] { network.layerParameters }

    /// The network's parameters, and what they are seen through.
    public var parameters: [String: Tensor] { network.storedTensors }

    /// Takes over stored parameters; views stay as they are.
    public mutating func restore(_ parameters: [String: Tensor]) throws {
        try network.restore(parameters.filter { !$0.key.contains("/") })
    }

    /// The same layers with weights drawn anew.
    public func untrained(seed: UInt64, registry: Registry) throws -> any SpikingModel {
        ClockedModel(
            network: try Network(
                ClockedDescription(networkDescription, in: registry, at: "network").with {
                    $0.views = [:]
                },
                seed: seed, in: registry),
            encoder: encoder, loss: loss, signature: signature, family: family,
            batchSize: batchSize)
    }

    /// Parameters through their views.
    public var storage: [StoredNumbers] { storedNumbers }

    /// What the encoder takes.
    public var accepts: AcceptedValues { encoder.accepts }

    /// That of the encoder.
    public var resolution: EncodingResolution? { encoder.resolution }

    /// Steps and their length.
    public var presentation: String {
        encoder.steps == 1
            ? "one step" : "\(encoder.steps) steps of \(encoder.timeStep * 1000) ms"
    }

    /// All steps together.
    public var duration: Double { encoder.duration }

    /// Membranes of the network.
    public var stateCount: Int { network.stateCount }
}

import Ranvier
import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierSpikes

/// A network of the representation studies: all that decides what it is after training, so that a trained one can be
/// found again by its description.
///
/// The pre-activation residual network of Li et al. 2023 with its recipe, or a network of the VGG family; defaults are those
/// of the published code.
struct StudyNetwork: Codable, Hashable, Sendable {
    /// How layers follow one another.
    enum Architecture: String, Codable, Sendable, CaseIterable {
        /// Residual blocks in three stages.
        case resNet = "resnet"
        /// Stages of convolutions, each ended by a pool, without shortcuts.
        case vgg
    }

    /// Spiking, or its rectified twin.
    var isSpiking = true
    /// How layers follow one another.
    var architecture = Architecture.resNet
    /// Blocks of each of three stages, so that the depth is 6 n + 2; in the VGG family convolutions of a stage, in the first
    /// two at most 2.
    var blocks = 3
    /// Channels of the first stage.
    var channels = 16
    /// Whether blocks add their input.
    var isResidual = true
    /// First stages of a ResNet that run at the first step alone.
    var staticStages = 0
    /// Whether it was trained with them; else it has the weights of the network whose stages all run at every step.
    var isTrainedStatic = true
    /// Steps for which an image is shown.
    var steps = 4
    /// Leak factor.
    var leak = 0.5
    /// Whether the reset subtracts the threshold, else it goes to 0.
    var resetsSoftly = false
    /// Whether gradients pass by the reset.
    var detachesReset = false
    /// The surrogate derivative.
    var surrogate = Element("dspike")
    /// The normalisation.
    var normalization = Element("shared")
    /// How images become sequences; steps and their length are filled in.
    var encoding = Element(DirectEncoder.kind)
    /// Name of the data set.
    var data = StudyData.Name.digits
    /// Training samples at most; 0 for all.
    var trainingSamples = 0
    /// Passes over the training data.
    var epochs = 30
    /// Samples of a step of training.
    var batchSize = 64
    /// Learning rate at the start; falls to 0 along a cosine.
    var learningRate: Float = 0.1
    /// Momentum of gradient descent.
    var momentum: Float = 0.9
    /// Weight decay.
    var weightDecay: Float = 1e-4
    /// Largest shift of training images in pixels.
    var shift = 1
    /// Whether half of the training images are mirrored.
    var flips = false
    /// Seed of weights and order.
    var seed: UInt64 = 0

    /// A ResNet-20 of 16 channels as published, trained for 30 passes over the digits.
    init() {}

    /// The network that a study starts from: the published one on CIFAR-10 or, quick, one of 8 channels on 8 × 8 digits. It
    /// is the same in all studies, which therefore share networks.
    init(_ context: StudyContext) {
        if context.isQuick {
            channels = 8
        } else {
            data = .cifar10
            epochs = 300
            batchSize = 256
            shift = 4
            flips = true
        }
        if let chosen = context.epochs { epochs = chosen }
    }

    /// The seeds of a study.
    static func seeds(_ context: StudyContext) -> [UInt64] {
        if !context.seeds.isEmpty { return context.seeds }
        return context.isQuick ? [0, 1, 2] : [1000, 1001, 1002]
    }

    /// Layers with weights, projections left out.
    var depth: Int { architecture == .vgg ? convolutions + 1 : 6 * blocks + 2 }

    /// Channels of the convolutions of a VGG, stage by stage: of 64 channels and images of 32 × 32 those of VGG-13, 16 and 19
    /// for 2, 3 and 4 blocks. There are as many stages as the image can be halved, at most five.
    var stages: [[Int]] {
        (0..<stageCount).map { stage in
            Array(repeating: channels << min(stage, 3), count: stage < 2 ? min(blocks, 2) : blocks)
        }
    }

    /// Number of stages.
    var stageCount: Int { architecture == .vgg ? min(data.side.trailingZeroBitCount, 5) : 3 }

    private var convolutions: Int { stages.reduce(0) { $0 + $1.count } }

    /// The network whose weights this one has; nil where it is trained itself.
    var original: StudyNetwork? {
        guard staticStages > 0, !isTrainedStatic else { return nil }
        var other = self
        other.staticStages = 0
        other.isTrainedStatic = true
        return other
    }

    /// Steps at which a layer runs.
    func steps(ofLayer name: String) -> Int {
        let isBefore = staticStages > 0 && name == "conv1"
        let isStatic = (0..<staticStages).contains { name.hasPrefix("stage\($0 + 1).") }
        return isBefore || isStatic ? 1 : steps
    }

    /// The same network from another seed.
    func seeded(_ seed: UInt64) -> StudyNetwork {
        var other = self
        other.seed = seed
        return other
    }

    /// The rectified network of the same shape: what only concerns spikes has its default, so that all cells of a study
    /// that differ in such things share it.
    var twin: StudyNetwork {
        var other = StudyNetwork()
        other.isSpiking = false
        other.architecture = architecture
        other.blocks = blocks
        other.channels = channels
        other.isResidual = isResidual
        // The frames of recordings that it sees the mean of.
        other.steps = data.isRecorded ? steps : 1
        other.data = data
        other.trainingSamples = trainingSamples
        other.epochs = epochs
        other.batchSize = batchSize
        other.learningRate = learningRate
        other.momentum = momentum
        other.weightDecay = weightDecay
        other.shift = shift
        other.flips = flips
        other.seed = seed
        return other
    }

    /// A few words.
    var summary: String {
        let kind = isSpiking ? "SNN" : "ANN"
        let shape =
            architecture == .vgg
            ? "VGG of \(convolutions) convolutions"
            : "ResNet-\(depth)\(isResidual ? "" : " without residuals")"
        return
            "\(kind) \(shape), \(channels) channels" + (isSpiking ? ", T = \(steps)" : "")
            + (staticStages > 0 ? ", \(staticStages) static" : "") + ", seed \(seed)"
    }

    /// Arithmetic of its training relative to others.
    var cost: Double {
        guard original == nil else { return 0 }
        let layers = architecture == .vgg ? Double(convolutions) / 3 : Double(2 * blocks + 1)
        return layers * Double(channels * (channels + 8) * epochs)
            * (isSpiking ? 1.5 * Double(steps) : 1)
    }

    // MARK: - The parts

    /// Seconds of a step, where the data have none.
    static let standardTimeStep = 1e-3

    /// All surrogate derivatives of the method.
    static let surrogates = [
        "dspike", "triangular", "rectangular", "arctangent", "fast-sigmoid", "super-spike",
        "sigmoid", "gaussian", "multi-gaussian", "piecewise-exponential", "soft-sign",
        "straight-through",
    ].map { Element($0) }

    /// Names of the normalisations in tables.
    static let normalizations: [(label: String, element: Element)] = [
        ("shared", Element("shared")), ("tdBN", Element("tdbn")), ("TEBN", Element("tebn")),
        ("BNTT", Element("bntt")),
    ]

    /// The layers as a value, in the words of configurations.
    ///
    /// - Throws: `UnknownNameError` for a surrogate derivative that there is not.
    func plan() throws -> NetworkPlan {
        var options = LIF.Options()
        options.leak = .factor(leak)
        options.dynamics = LIFDynamics(
            reset: resetsSoftly ? .soft : .hard, detachesReset: detachesReset,
            surrogate: try surrogate.value(
                of: SurrogateRole.self, in: .standard, at: "surrogate"))
        let units = LayerDescription(Element(LIF.kind, options.configurationValue))
        return NetworkPlan(
            architecture == .resNet ? [residual(units)] : pooledConvolutions(units))
    }

    private func residual(_ units: LayerDescription) -> LayerDescription {
        LayerDescription(
            Element(
                "resnet",
                .section([
                    .init("depth", .integer(depth)), .init("channels", .integer(channels)),
                    .init("normalization", normalization.configurationValue),
                    .init("units", units.configurationValue),
                    .init("residual", .boolean(isResidual)),
                    .init("static-stages", .integer(staticStages)),
                ])))
    }

    /// Stages under names that are the same in the twin.
    private func pooledConvolutions(_ units: LayerDescription) -> [LayerDescription] {
        func layer(
            _ name: String, _ kind: String, _ options: [ConfigurationValue.Entry] = []
        ) -> LayerDescription {
            LayerDescription(name: name, Element(kind, .section(options)))
        }
        var layers: [LayerDescription] = []
        for (index, stage) in stages.enumerated() {
            let place = "stage\(index + 1)"
            for (unit, channels) in stage.enumerated() {
                layers += [
                    layer(
                        "\(place).conv\(unit + 1)", Convolution2D.kind,
                        [
                            .init("channels", .integer(channels)), .init("size", .integer(3)),
                            .init("padding", .integer(1)), .init("bias", .boolean(false)),
                            .init("initialization", .string("he-fan-out")),
                        ]),
                    layer(
                        "\(place).bn\(unit + 1)", BatchNormalization.kind,
                        [.init("variant", normalization.configurationValue)]),
                    LayerDescription(name: "\(place).act\(unit + 1)", units.element),
                ]
            }
            layers.append(
                layer("\(place).pool", AveragePool2D.kind, [.init("size", .integer(2))]))
        }
        return layers + [layer("flatten", Flatten.kind)]
    }

    /// The network with its first weights.
    func network(
        inputShape: [Int], classes: Int, timeStep: Double = standardTimeStep
    ) throws -> Network {
        var plan = try plan()
        if architecture == .vgg {
            plan.elements.append(
                LayerDescription(
                    name: "fc",
                    Element(Linear.kind, .section([.init("outputs", .integer(classes))]))))
        }
        return try plan.network(
            at: LayerSite(
                shape: inputShape, family: family, steps: isSpiking ? steps : 1,
                timeStep: timeStep, outputs: classes, registry: .standard), seed: seed)
    }

    /// Spiking, or its rectified twin.
    var family: NetworkFamily { isSpiking ? .spiking : .artificial }

    /// How samples enter.
    ///
    /// - Throws: `UnknownNameError` for an encoding that there is not.
    func encoder(timeStep: Double = standardTimeStep) throws -> any SpikeEncoder {
        guard isSpiking else { return DirectEncoder(steps: 1, timeStep: timeStep) }
        var keys: [ConfigurationValue.Entry] = [
            .init("steps", .integer(steps)), .init("time-step", .float(timeStep)),
        ]
        if encoding.kind == PhaseEncoder.kind { keys.append(.init("digits", .integer(steps))) }
        return try Element(encoding.kind, .section(keys)).value(
            of: EncoderRole.self, in: .standard, at: "encoding")
    }

    /// Whether values are standardised; spikes are made from values in 0…1.
    var isStandardized: Bool { !isSpiking || encoding.kind == DirectEncoder.kind }

    /// Cross-entropy of the mean output over the steps.
    var loss: any Loss { CrossEntropy() }
}

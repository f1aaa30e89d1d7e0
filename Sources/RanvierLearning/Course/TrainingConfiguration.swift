import RanvierConfiguration
import RanvierData
import RanvierNetworks
import RanvierSpikes

/// How a network is trained.
public struct TrainingConfiguration: Sendable {
    /// Passes over the data.
    public let epochs: Int
    /// Samples per step.
    public let batchSizes: BatchSizes
    /// What is minimised.
    public let loss: Loss
    /// Learning rate before the schedule.
    public let optimizer: any Optimizer & Sendable
    /// How the learning rate changes.
    public let schedule: LearningRateSchedule
    /// Limits on gradients.
    public let clipping: GradientClipping
    /// When to stop before the last epoch.
    public let earlyStop: EarlyStop?
    /// Largest random shift of training images in pixels; 0 for none.
    public let shift: Int
    /// Whether training images are mirrored by chance.
    public let flips: Bool
    /// Steps through which gradients flow back; nil for all.
    public let truncation: Int?
    /// Whether states of layers are computed again in the backward pass instead of being kept.
    public let recomputesStates: Bool
    /// Bytes that training may use; nil for the memory of the machine.
    public let memoryLimit: Int?

    /// A usual recipe for an artificial network: Adam at 10⁻³, cosine.
    package init(epochs: Int, batchSize: Int) {
        self.epochs = epochs
        batchSizes = BatchSizes([batchSize])
        loss = .crossEntropy(of: .meanMembrane)
        optimizer = Adam(learningRate: 1e-3)
        schedule = .cosine()
        clipping = .none
        earlyStop = nil
        shift = 0
        flips = false
        truncation = nil
        recomputesStates = false
        memoryLimit = nil
    }

    package init(_ section: ConfigurationSection) throws(ConfigurationError) {
        epochs = try section.integer("epochs", default: 20, in: 1...)
        batchSizes = try Self.batchSizes(section)
        loss = try Self.loss(section)
        optimizer = try Self.optimizer(section)
        schedule = try Self.schedule(section)
        clipping = try Self.clipping(section)
        let patience = try section.optionalInteger("early-stop", in: 1...)
        earlyStop = patience.map { EarlyStop(patience: $0) }
        let augmentation = try section.section("augmentation")
        shift = try augmentation.integer("shift", default: 0, in: 0...)
        flips = try augmentation.boolean("flip", default: false)
        truncation = try section.optionalInteger("truncation", in: 1...)
        recomputesStates = try section.boolean("recompute", default: false)
        memoryLimit = try section.optionalInteger("memory-limit", in: 1...).map { $0 << 20 }
        if truncation != nil, recomputesStates {
            throw section.invalid(
                "recompute", "does nothing with 'truncation', whose parts are kept; use one of them"
            )
        }
    }

    /// One size, or a list for consecutive equal parts of the run.
    private static func batchSizes(
        _ section: ConfigurationSection
    ) throws(ConfigurationError) -> BatchSizes {
        guard case .list(let nodes) = section.node("batch-size")?.content, !nodes.isEmpty else {
            return BatchSizes([try section.integer("batch-size", default: 32, in: 1...)])
        }
        return BatchSizes(try section.integers("batch-size", in: 1...))
    }

    private static func loss(_ section: ConfigurationSection) throws(ConfigurationError) -> Loss {
        let kinds = [
            "cross-entropy", "cross-entropy-of-each-step", "temporal-efficient-training",
            "mean-squared-error",
        ]
        let element = try section.element("loss", kinds: kinds, default: "cross-entropy")
        let options = element.options
        func smoothing() throws(ConfigurationError) -> Float {
            Float(try options.float("label-smoothing", default: 0, in: 0...0.9))
        }
        switch element.kind {
        case "cross-entropy-of-each-step":
            return Loss(.crossEntropyOfEachStep, labelSmoothing: try smoothing())
        case "temporal-efficient-training":
            let lambda = Float(try options.float("lambda", default: 1e-3, in: 0...1))
            let potential = Float(try options.float("potential", default: 1))
            return Loss(
                .temporalEfficientTraining(lambda: lambda, potential: potential),
                labelSmoothing: try smoothing())
        case "mean-squared-error":
            let correct = Float(try options.float("correct-rate", default: 1))
            let other = Float(try options.float("other-rate", default: 0))
            return .meanSquaredError(correctRate: correct, otherRate: other)
        default:
            let decoders: [(String, SpikeDecoder)] = [
                ("mean-membrane", .meanMembrane), ("summed-membrane", .summedMembrane),
                ("maximum-membrane", .maximumMembrane), ("last-membrane", .lastMembrane),
                ("spike-count", .spikeCount),
            ]
            let word = try options.choice(
                "of", of: decoders.map(\.0), default: "mean-membrane")
            let decoder = decoders.first { $0.0 == word }?.1 ?? .meanMembrane
            return Loss(.crossEntropy(of: decoder), labelSmoothing: try smoothing())
        }
    }

    private static func optimizer(
        _ section: ConfigurationSection
    ) throws(ConfigurationError) -> any Optimizer & Sendable {
        let element = try section.element(
            "optimizer", kinds: ["adam", "adamw", "sgd"], default: "adam")
        let options = element.options
        func rate(_ standard: Double) throws(ConfigurationError) -> Float {
            Float(try options.float("learning-rate", default: standard, in: .positive))
        }
        func decay(_ standard: Double) throws(ConfigurationError) -> Float {
            Float(try options.float("weight-decay", default: standard, in: 0...))
        }
        if element.kind == "sgd" {
            return SGD(
                learningRate: try rate(0.1),
                momentum: Float(try options.float("momentum", default: 0.9, in: 0...1)),
                weightDecay: try decay(0),
                isNesterov: try options.boolean("nesterov", default: false))
        }
        let learningRate = try rate(1e-3)
        let beta1 = Float(try options.float("beta1", default: 0.9, in: 0...1))
        let beta2 = Float(try options.float("beta2", default: 0.999, in: 0...1))
        let epsilon = Float(try options.float("epsilon", default: 1e-8, in: .positive))
        return Adam(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
            decay: element.kind == "adamw" ? .decoupled(try decay(1e-2)) : .coupled(try decay(0)))
    }

    private static func schedule(
        _ section: ConfigurationSection
    ) throws(ConfigurationError) -> LearningRateSchedule {
        let element = try section.element(
            "schedule", kinds: ["constant", "cosine", "exponential"], default: "constant")
        switch element.kind {
        case "cosine":
            return .cosine(
                floor: try element.options.float("floor", default: 0, in: 0...1),
                warmUp: try element.options.float("warm-up", default: 0, in: 0...0.99))
        case "exponential":
            return .exponential(
                factor: try element.options.float("factor", default: 0.9, in: 0...1))
        default: return .constant
        }
    }

    private static func clipping(
        _ section: ConfigurationSection
    ) throws(ConfigurationError) -> GradientClipping {
        let element = try section.element(
            "clipping", kinds: ["none", "norm", "value"], default: "none")
        guard element.kind != "none" else { return .none }
        let limit = Float(try element.options.float("limit", default: 1, in: .positive))
        return element.kind == "norm" ? .norm(limit) : .value(limit)
    }
}

import RanvierConfiguration
import RanvierData
import RanvierNetworks
import RanvierSpikes

/// How a network is trained by gradients of a loss, as the section `training` says it.
public struct TrainingConfiguration: Sendable {
    /// Passes over the data.
    public var epochs: Int
    /// Samples per step.
    public var batchSizes: BatchSizes
    /// What is minimised; nil for what is usual for the task.
    public var loss: (any Loss)?
    /// By how much the loss of a sample counts, according to its class.
    public var classWeights: ClassWeights
    /// The optimiser, with its learning rate before the schedule.
    public var optimizer: any OptimizerChoice
    /// How the learning rate changes.
    public var schedule: LearningRateSchedule
    /// Limits on gradients.
    public var clipping: GradientClipping
    /// When to stop before the last epoch.
    public var earlyStop: EarlyStop?
    /// Random changes of training images.
    public var augmentation: AugmentationChoice
    /// Steps through which gradients flow back; nil for all.
    public var truncation: Int?
    /// Whether states of layers are computed again in the backward pass instead of being kept.
    public var recomputesStates: Bool
    /// Whether normalisations keep their statistics and normalise by them.
    public var freezesNormalization: Bool
    /// Bytes that training may use; nil for the memory of the machine.
    public var memoryLimit: Int?

    /// A usual recipe for an artificial network: Adam at 10⁻³, cosine.
    public init(epochs: Int, batchSize: Int) {
        self.epochs = epochs
        batchSizes = BatchSizes([batchSize])
        loss = nil
        classWeights = .none
        optimizer = AdamChoice()
        schedule = .cosine()
        clipping = .none
        earlyStop = nil
        augmentation = AugmentationChoice()
        truncation = nil
        recomputesStates = false
        freezesNormalization = false
        memoryLimit = nil
    }

    /// Reads a section, with the losses and optimisers of its registry.
    public init(_ section: ConfigurationSection) throws(ConfigurationError) {
        epochs = try section.integer("epochs", default: 20, in: 1...)
        batchSizes = try Self.batchSizes(section)
        loss = try section.optionalValue("loss", of: LossRole.self)
        classWeights = try ClassWeights.read(section)
        let usual = AdamChoice()
        optimizer = try section.value("optimizer", of: OptimizerRole.self, default: usual)
        schedule = try Self.schedule(section)
        clipping = try Self.clipping(section)
        earlyStop = try EarlyStop.read(section)
        augmentation = AugmentationChoice()
        try AugmentationChoice.schema.read(section.section("augmentation"), onto: &augmentation)
        truncation = try section.optionalInteger("truncation", in: 1...)
        recomputesStates = try section.boolean("recompute", default: false)
        freezesNormalization = try section.boolean("freeze-normalization", default: false)
        memoryLimit = try section.optionalInteger("memory-limit", in: 1...).map { $0 << 20 }
        if batchSizes.sizes.count > epochs {
            throw section.invalid(
                "batch-size",
                "expected at most one size per epoch, found \(batchSizes.sizes.count) sizes for "
                    + "\(epochs) epochs, of which some would never be used")
        }
        if truncation != nil, recomputesStates {
            throw section.invalid(
                "recompute", "does nothing with 'truncation', whose parts are kept; use one of them"
            )
        }
    }

    /// The course that the section asks for.
    public var course: Course { Course(epochs: epochs, earlyStop: earlyStop) }

    /// One size, or a list for consecutive equal parts of the run.
    private static func batchSizes(
        _ section: ConfigurationSection
    ) throws(ConfigurationError) -> BatchSizes {
        guard section.isList("batch-size") else {
            return BatchSizes([try section.integer("batch-size", default: 32, in: 1...)])
        }
        let sizes = try section.integers("batch-size", in: 1...)
        guard !sizes.isEmpty else {
            throw section.wrong("batch-size", expected: "at least one size", found: "an empty list")
        }
        return BatchSizes(sizes)
    }

    private static let idleSchedule =
        "at 1 the schedule has no effect; use a smaller number, or schedule: constant"

    private enum ScheduleKind: String, CaseIterable { case constant, cosine, exponential }

    private static func schedule(
        _ section: ConfigurationSection
    ) throws(ConfigurationError) -> LearningRateSchedule {
        let (kind, options) = try section.choiceWithOptions(
            "schedule", default: ScheduleKind.constant)
        switch kind {
        case .constant: return .constant
        case .cosine:
            let floor = try options.float("floor", default: 0, in: 0...1)
            guard floor < 1 else { throw options.invalid("floor", Self.idleSchedule) }
            return .cosine(
                floor: floor, warmUp: try options.float("warm-up", default: 0, in: 0...0.99))
        case .exponential:
            let factor = try options.float("factor", default: 0.9, in: 0...1)
            guard factor < 1 else { throw options.invalid("factor", Self.idleSchedule) }
            return .exponential(factor: factor)
        }
    }

    private enum ClippingKind: String, CaseIterable { case none, norm, value }

    private static func clipping(
        _ section: ConfigurationSection
    ) throws(ConfigurationError) -> GradientClipping {
        let (kind, options) = try section.choiceWithOptions("clipping", default: ClippingKind.none)
        func limit() throws(ConfigurationError) -> Float {
            Float(try options.float("limit", default: 1, in: .positive))
        }
        return switch kind {
        case .none: .none
        case .norm: .norm(try limit())
        case .value: .value(try limit())
        }
    }
}

extension EarlyStop {
    /// Reads the key `early-stop`: epochs without progress, or nothing.
    public static func read(
        _ section: ConfigurationSection
    ) throws(ConfigurationError) -> EarlyStop? {
        try section.optionalInteger("early-stop", in: 1...).map { EarlyStop(patience: $0) }
    }
}

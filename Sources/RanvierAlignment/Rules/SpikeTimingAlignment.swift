import RanvierConfiguration
import RanvierLearning

/// `sal`: feedback weights find the forward ones from the timing of spikes.
///
/// Before each epoch the dense layers at the top of the network run as spiking neurons on their own noise, and pairs of spikes move
/// feedback weights, see ``SpikeTimingKernel``. In between errors go down through feedback weights as they are. Source: Gierlich et
/// al. 2026, Nature Communications 17:8699.
public struct SpikeTimingAlignment: LocalRule {
    /// `sal`.
    public static let kind = "sal"

    /// The spiking neurons.
    public var substrate: any AlignmentSubstrate = SamplingSubstrate()
    /// Updates of the feedback weights before each epoch but the first.
    public var updates = 2
    /// Updates before the first epoch, when feedback is random.
    public var firstUpdates = 8

    /// Two updates per epoch, eight before the first.
    public init() {}

    /// As published for deep networks: five updates per epoch on 32 replicas for 200 τ each.
    public static var published: SpikeTimingAlignment {
        var rule = SpikeTimingAlignment()
        (rule.substrate, rule.updates, rule.firstUpdates) = (SamplingSubstrate.published, 5, 5)
        return rule
    }

    /// The keys of a configuration.
    public static let schema = Schema<SpikeTimingAlignment> {
        Field.element("substrate", \.substrate, of: AlignmentSubstrateRole.self)
        Field.integer("updates", \.updates, in: 0...1_000_000, drawn: 0...4)
        Field.integer("first-updates", \.firstUpdates, in: 0...1_000_000, drawn: 0...4)
    }

    /// Feedback weights that are aligned before each epoch.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        try FeedbackLearner(
            for: model, seed: seed, rule: Self.kind,
            aligner: SpikeTimingAligner(rule: self, seed: seed))
    }
}

extension SpikeTimingAlignment: Hashable {
    /// Whether both have the same kinds and options.
    public static func == (a: SpikeTimingAlignment, b: SpikeTimingAlignment) -> Bool {
        a.configurationValue == b.configurationValue
    }

    /// Takes in kinds and options.
    public func hash(into hasher: inout Hasher) { hasher.combine(configurationValue) }
}

extension Kind where R == LocalRuleRole {
    /// Rules whose feedback weights find the forward ones.
    static let alignment: [LocalRuleKind] = [LocalRuleKind(SpikeTimingAlignment.self)]
}

import RanvierConfiguration

/// Aligns feedback weights on a substrate of spiking neurons before each epoch.
///
/// What it does depends on the epoch and the seed alone, so a training that was interrupted goes on as it would have.
public struct SpikeTimingAligner: FeedbackAligner {
    /// Substrate and numbers of updates.
    public let rule: SpikeTimingAlignment
    /// Of noise and imperfections.
    public let seed: UInt64

    /// An aligner.
    public init(rule: SpikeTimingAlignment, seed: UInt64) {
        self.rule = rule
        self.seed = seed
    }

    /// The updates of an epoch.
    public mutating func align(
        _ stack: inout [FeedbackLayer], epoch: Int
    ) throws -> [String: ConfigurationValue] {
        let isFirst = epoch == 0
        let updates = isFirst ? rule.firstUpdates : rule.updates
        guard updates > 0, !stack.isEmpty else { return [:] }
        let first = isFirst ? 0 : rule.firstUpdates + (epoch - 1) * rule.updates
        var told: [String: ConfigurationValue] = [:]
        if let sampling = rule.substrate as? SamplingSubstrate, let angle = sampling.targetAngle {
            let plan = try sampling.plan(
                angle, for: stack, isFirst: isFirst, updates: updates, seed: seed)
            // Updates of an epoch are as many as its plan says, so that each epoch has numbers of its own.
            for update in 0..<plan.updates {
                told = try plan.substrate.align(
                    &stack, update: 1_000_000 * epoch + update, seed: seed,
                    pairSteps: plan.pairSteps)
            }
            told["schedule"] = plan.told
        } else {
            for update in first..<first + updates {
                told = try rule.substrate.align(&stack, update: update, seed: seed)
            }
        }
        return ["alignment": .section(records(told, stack))]
            .merging(told.filter { $0.key == "notes" }) { $1 }
    }

    private func records(
        _ told: [String: ConfigurationValue], _ stack: [FeedbackLayer]
    ) -> [ConfigurationValue.Entry] {
        [.init("angles", .section(stack.map { .init($0.name, .float($0.angle)) }))]
            + told.filter { $0.key != "notes" }.sorted { $0.key < $1.key }.map {
                .init($0.key, $0.value)
            }
    }
}

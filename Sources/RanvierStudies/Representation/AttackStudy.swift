import RanvierAnalysis
import RanvierNetworks

/// `cka/attack`: spiking and artificial networks under attack and damage.
struct AttackStudy: Study {
    let choices: StudyChoices = .epochs
    let name = "cka/attack"
    let title = "Representations under attack"
    let source = "Li, Kim, Park & Panda 2023, arXiv:2304.13098, section 6"

    /// What was measured of one network.
    struct Row: Sendable {
        let seed: UInt64
        let isSpiking: Bool
        /// Its word in tables.
        var family: NetworkFamily { isSpiking ? .spiking : .artificial }
        let clean: Double
        let outcomes: [RobustnessAnalysis.Outcome]

        func outcome(_ change: RobustnessAnalysis.Change) -> RobustnessAnalysis.Outcome? {
            outcomes.first { $0.change == change }
        }
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        let seeds = StudyNetwork.seeds(context)
        let network = StudyNetwork(context)
        let store = StudyNetworkStore(context)
        let pairs = seeds.map { (network.seeded($0), network.twin.seeded($0)) }
        try store.prepare(pairs.flatMap { [$0.1, $0.0] }, share: 0.6)
        let changes = Self.changes
        var rows: [Row] = []
        for (index, (spiking, artificial)) in pairs.enumerated() {
            for (part, (own, other)) in [(spiking, artificial), (artificial, spiking)].enumerated()
            {
                let trained = try store.trained(own)
                let data = try store.data(of: own)
                var analysis = RobustnessAnalysis(
                    model: trained.model, data: data.samples(for: own).test)
                analysis.other = try store.trained(other).model
                analysis.isPublished = context.usesPublishedAttack
                var outcomes: [RobustnessAnalysis.Outcome] = []
                for (place, change) in changes.enumerated() {
                    let done = Double(2 * index + part) + Double(place) / Double(changes.count)
                    try context.advance(
                        to: 0.6 + 0.4 * done / Double(2 * pairs.count),
                        "\(own.summary): \(change.label.kind) \(change.label.size)")
                    outcomes.append(try analysis.outcome(of: change))
                }
                rows.append(
                    Row(
                        seed: own.seed, isSpiking: own.isSpiking, clean: trained.accuracy,
                        outcomes: outcomes))
            }
        }
        return AttackReport(rows, isPublished: context.usesPublishedAttack).studyResult
    }

    /// Sizes in 255ths of the range of pixels.
    static let sizes: [Double] = [4, 8, 16, 32]

    static let changes: [RobustnessAnalysis.Change] =
        sizes.flatMap { [.fastGradientSign($0), .projectedGradient($0)] }
        + sizes.suffix(2).map { .transferred($0) } + [.noise(16), .noise(64), .dropout(0.1)]
        + [.dropout(0.3)]
}

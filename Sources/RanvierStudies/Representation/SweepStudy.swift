import RanvierAnalysis
import RanvierConfiguration
import RanvierTensors

/// A study that trains spiking and artificial networks under several settings and compares their layers.
///
/// Every cell of the sweep has several seeds, two networks each. All networks of a cell answer to the same test samples; besides
/// spiking against artificial, artificial networks of different seeds give the ceiling, untrained ones the floor.
struct SweepStudy: Study {
    /// How much is done.
    struct Plan: Sendable {
        /// The network all cells start from.
        var base: StudyNetwork
        /// Whether less is done than was published.
        var isQuick: Bool
    }

    let choices: StudyChoices = [.epochs, .settings]
    let name: String
    let title: String
    let source: String
    /// The settings.
    let cells: @Sendable (Plan) -> [SweepCell]
    /// What the outcome says about the claims.
    let claims: @Sendable ([SweepOutcome]) -> [StudyClaim]

    func run(_ context: StudyContext) throws -> StudyResult {
        let seeds = StudyNetwork.seeds(context)
        let cells = try chosen(context)
        let store = StudyNetworkStore(context)
        try store.prepare(cells.flatMap { $0.networks(seeds) }, share: 0.85)
        var outcomes: [SweepOutcome] = []
        let failed = cells.filter { cell in
            cell.networks(seeds).contains { store.failures[$0] != nil }
        }
        for (index, cell) in cells.enumerated()
        where !failed.contains(where: { $0.label == cell.label }) {
            let part = 0.85 + 0.15 * Double(index) / Double(cells.count)
            try context.advance(to: part, "\(cell.label): comparing layers", isMilestone: true)
            outcomes.append(
                try outcome(of: cell, seeds, store, isQuick: context.isQuick) { fraction, line in
                    try context.advance(
                        to: part + 0.15 * fraction / Double(cells.count), "\(cell.label), \(line)")
                })
        }
        var result = SweepReport(outcomes, claims: claims(outcomes), seeds: seeds).studyResult
        result.findings += failed.map { cell in
            "\(cell.label) is left out: training broke down, "
                + (cell.networks(seeds).lazy.compactMap { store.failures[$0] }.first ?? "")
        }
        return result
    }

    /// The settings that are asked for, in the order of the study.
    private func chosen(_ context: StudyContext) throws(UnknownNameError) -> [SweepCell] {
        let all = cells(Plan(base: StudyNetwork(context), isQuick: context.isQuick))
        try context.requireSettings(among: all.map(\.label))
        return all.filter { context.settings.isEmpty || context.settings.contains($0.label) }
    }

    private func outcome(
        of cell: SweepCell, _ seeds: [UInt64], _ store: StudyNetworkStore, isQuick: Bool,
        advance: (Double, String) throws -> Void
    ) throws -> SweepOutcome {
        var comparison = RepresentationComparison()
        comparison.settings.keptSamples = isQuick ? 96 : 256
        if isQuick { (comparison.batchSize, comparison.batches) = (512, 1) }
        func party(_ network: StudyNetwork, isTrained: Bool) throws
            -> RepresentationComparison.Party
        {
            let model =
                isTrained ? try store.trained(network).model : try store.untrained(network)
            return RepresentationComparison.Party(
                name: network.summary, model: model,
                data: try store.data(of: network).samples(for: network).test,
                comparesSteps: isTrained && network.isSpiking)
        }
        // In order: artificial and spiking of each seed, then an untrained artificial one.
        var parties = try cell.networks(seeds).map { try party($0, isTrained: true) }
        parties.append(try party(cell.artificial.seeded(seeds[0]), isTrained: false))
        let result = try comparison.run(parties, advance: advance)
        return SweepOutcome(
            cell: cell,
            seeds: try seeds.enumerated().map { index, seed in
                try self.seed(seed, at: 2 * index, of: result, cell, store)
            },
            artificialCeilings: curves(result, from: 0, count: seeds.count),
            spikingCeilings: curves(result, from: 1, count: seeds.count),
            procrustes: result.procrustes(0, 1), spikingProbe: try result.probe(1),
            artificialProbe: try result.probe(0))
    }

    private func seed(
        _ seed: UInt64, at place: Int, of result: RepresentationOutcome, _ cell: SweepCell,
        _ store: StudyNetworkStore
    ) throws -> SweepOutcome.Seed {
        let names = result.names(place + 1)
        return SweepOutcome.Seed(
            seed: seed, spikingAccuracy: try store.trained(cell.spiking.seeded(seed)).accuracy,
            artificialAccuracy: try store.trained(cell.artificial.seeded(seed)).accuracy,
            curve: result.curve(place, place + 1), map: result.map(place, place + 1),
            spikingMap: result.map(place + 1, place + 1), artificialMap: result.map(place, place),
            timeMaps: result.timeMaps(place + 1),
            rates: zip(names, result.parties[place + 1].rates).compactMap { name, rate in
                rate.map { (name, $0) }
            },
            floor: result.curve(result.parties.count - 1, place + 1),
            energy: SweepEnergy(
                cell.spiking, spiking: result.parties[place + 1].operations.perSample,
                artificial: result.parties[place].operations.perSample))
    }

    /// Matched layers of networks of one kind, for all pairs of seeds.
    private func curves(
        _ result: RepresentationOutcome, from first: Int, count: Int
    ) -> [LayerCurve] {
        (0..<count).flatMap { i in
            (i + 1..<max(count, i + 1)).map { result.curve(first + 2 * i, first + 2 * $0) }
        }
    }
}

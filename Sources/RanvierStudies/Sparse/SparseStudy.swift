import Foundation
import Ranvier
import RanvierConfiguration

/// `sparse/<setting>`: tickets and what they are held against, early tickets, subnetworks without training, weights of few bits.
///
/// Every choice is made on validation samples or beforehand; test samples are seen once by each network. Networks are stored one by
/// one, so that a study that was stopped goes on.
struct SparseStudy: Study {
    let setting: SparseSetting
    let registry = Registry.standard

    var name: String { "sparse/\(setting.name)" }
    var title: String { "Sparse, binary and rounded: \(setting.title)" }
    let source =
        "Kim et al. 2022 (arXiv:2207.01382), Cheng et al. 2023 (arXiv:2311.12060), Frankle & Carbin 2019; other "
        + "networks and data than published"

    func run(_ context: StudyContext) throws -> StudyResult {
        let setting = context.isQuick ? setting.quick : setting
        let seeds = context.seeds.isEmpty ? setting.seeds : context.seeds
        let grids = try seeds.map {
            try SparseGrid(setting, seed: $0, registry: registry, context: context)
        }
        let work = SparseWork(setting)
        let all = work.epochs * grids.count
        context.events.note(
            "\(name): \(seeds.count) seeds, \(NumberText.count(all)) epochs in all; what is done already is kept"
        )
        var done = 0
        var outcomes: [[String: [SparseOutcome]]] = []
        for grid in grids {
            outcomes.append(
                try work.run(grid) { epochs, text in
                    try context.advance(
                        to: Double(done) / Double(max(all, 1)), "seed \(grid.seed): \(text)",
                        isMilestone: true)
                    done += epochs
                })
        }
        var result = SparseReport(setting, outcomes).studyResult
        result.seeds = seeds
        return result
    }
}

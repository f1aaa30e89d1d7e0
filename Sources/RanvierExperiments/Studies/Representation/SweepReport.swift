import Foundation
import RanvierAnalysis

/// A sweep's outcome as tables, figures and sentences.
struct SweepReport {
    let outcomes: [SweepOutcome]
    let claims: [StudyClaim]
    let seeds: [UInt64]

    init(_ outcomes: [SweepOutcome], claims: [StudyClaim], seeds: [UInt64]) {
        self.outcomes = outcomes
        self.claims = claims
        self.seeds = seeds
    }

    var studyResult: StudyResult {
        var result = StudyResult(
            findings: claims.map { "\($0.claim): \($0.verdict.rawValue) (\($0.evidence))." },
            comparisons: [])
        result.tables =
            [StudyClaim.table(of: claims), summary, blocks, curveTable]
            + RepresentationTables.heatmaps(maps) + [timeTable]
        result.figures = figures
        result.files = ["accuracy.json": accuracyJSON]
        result.seeds = seeds
        return result
    }

    // MARK: - Tables

    private var summary: StudyTable {
        StudyTable(
            name: "summary",
            caption: "Mean similarity of matched layers, by setting (mean ± deviation over seeds)",
            columns: [
                "Setting", "SNN accuracy", "ANN accuracy", "SNN–ANN", "conv", "act", "out",
                "ANN–ANN", "SNN–SNN", "Untrained", "J", "Amplitude", "D of blocks", "Rate",
            ],
            rows: outcomes.map { outcome in
                func value(_ quantity: (SweepOutcome.Seed) -> Double) -> StudyValue {
                    SeedSummary(outcome.each(quantity)).value
                }
                return [
                    .text(outcome.cell.label), value(\.spikingAccuracy),
                    value(\.artificialAccuracy),
                    value(\.curve.mean), value { $0.curve.mean(of: .convolution) },
                    value { $0.curve.mean(of: .activation) }, value { $0.curve.mean(of: .out) },
                    outcome.artificialCeiling.value, outcome.spikingCeiling.value,
                    outcome.floor.value, value(\.curve.jaggedness), value(\.curve.periodAmplitude),
                    value { $0.dynamics.mean(of: .out) }, value(\.rate),
                ]
            })
    }

    /// Stages, and the second opinions.
    private var blocks: StudyTable {
        StudyTable(
            name: "stages",
            caption:
                "By stage, and the second opinions (first seed): Procrustes similarity, linear readouts",
            columns: [
                "Setting", "Stage 1", "Stage 2", "Stage 3", "D stage 1", "D stage 2", "D stage 3",
                "Procrustes", "Readout SNN, last", "Readout ANN, last",
            ],
            rows: outcomes.map { outcome in
                [.text(outcome.cell.label)]
                    + (1...3).map { stage in
                        SeedSummary(outcome.each { $0.curve.mean(ofLayersIn: "stage\(stage)") })
                            .value
                    }
                    + (1...3).map { stage in
                        SeedSummary(outcome.each { $0.blockDynamics(stage: stage) }).value
                    } + [
                        .number(outcome.procrustes.mean),
                        StudyValue(outcome.spikingProbe.values.last),
                        StudyValue(outcome.artificialProbe.values.last),
                    ]
            })
    }

    private var curveTable: StudyTable {
        var table = StudyTable(
            name: "curve", caption: "Matched layers",
            columns: ["setting", "comparison", "seed", "index", "layer", "kind", "value"],
            rows: outcomes.flatMap { outcome in curveRows(of: outcome) })
        table.isShown = false
        return table
    }

    private func curveRows(of outcome: SweepOutcome) -> [[StudyValue]] {
        var curves: [(String, StudyValue, LayerCurve)] = []
        for seed in outcome.seeds {
            let number = StudyValue.count(Int(seed.seed))
            curves += [
                ("SNN–ANN", number, seed.curve), ("SNN–untrained ANN", number, seed.floor),
                ("SNN dynamics", number, seed.dynamics),
                (
                    "SNN rate", number,
                    LayerCurve(layers: seed.rates.map(\.layer), values: seed.rates.map(\.rate))
                ),
            ]
        }
        curves += outcome.artificialCeilings.map { ("ANN–ANN", .missing, $0) }
        curves += outcome.spikingCeilings.map { ("SNN–SNN", .missing, $0) }
        curves += [
            ("SNN–ANN Procrustes", .missing, outcome.procrustes),
            ("SNN readout", .missing, outcome.spikingProbe),
            ("ANN readout", .missing, outcome.artificialProbe),
        ]
        return curves.flatMap { comparison, seed, curve in
            zip(curve.layers, curve.values).enumerated().map { index, point in
                [
                    .text(outcome.cell.label), .text(comparison), seed, .count(index),
                    .text(point.0), .text(LayerCurve.kind(of: point.0).rawValue), .number(point.1),
                ]
            }
        }
    }

    private var maps: [(name: String, map: SimilarityMap)] {
        outcomes.flatMap { outcome in
            outcome.seeds.prefix(1).flatMap { seed in
                [
                    ("\(outcome.cell.label), ANN–SNN", seed.map),
                    ("\(outcome.cell.label), SNN–SNN", seed.spikingMap),
                    ("\(outcome.cell.label), ANN–ANN", seed.artificialMap),
                ]
            }
        }
    }

    private var timeTable: StudyTable {
        RepresentationTables.time(
            outcomes.flatMap { outcome in
                outcome.seeds.map { ("\(outcome.cell.label), seed \($0.seed)", $0.timeMaps) }
            })
    }

    /// Accuracies of all networks, with how they were trained.
    private var accuracyJSON: String {
        struct Entry: Encodable {
            let setting: String
            let seed: UInt64
            let spiking: Double
            let artificial: Double
            let spikingNetwork: StudyNetwork
            let artificialNetwork: StudyNetwork
        }
        let entries = outcomes.flatMap { outcome in
            outcome.seeds.map { seed in
                Entry(
                    setting: outcome.cell.label, seed: seed.seed, spiking: seed.spikingAccuracy,
                    artificial: seed.artificialAccuracy,
                    spikingNetwork: outcome.cell.spiking.seeded(seed.seed),
                    artificialNetwork: outcome.cell.artificial.seeded(seed.seed))
            }
        }
        let json = try? CommandOutcome(text: "", value: entries).json()
        return (json ?? "[]") + "\n"
    }
}

extension SweepOutcome.Seed {
    /// Mean dynamics of the sums of a stage's blocks.
    func blockDynamics(stage: Int) -> Double {
        let outs = timeMaps.filter {
            $0.layer.hasPrefix("stage\(stage).") && LayerCurve.kind(of: $0.layer) == .out
        }
        let summary = SeedSummary(outs.map(\.dynamics))
        return summary.mean
    }
}

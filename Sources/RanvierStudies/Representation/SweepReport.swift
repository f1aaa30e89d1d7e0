import Foundation
import RanvierAnalysis
import RanvierReports

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
        result.claims = claims
        result.tables =
            [summary, blocks, energyTable, curveTable]
            + RepresentationTables.heatmaps(maps) + [timeTable, operationTable]
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
                    value { $0.dynamics.mean(of: $0.blockEnd) }, value(\.rate),
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
                "Setting"
            ] + stages.map { "Stage \($0)" } + stages.map { "D stage \($0)" } + [
                "Procrustes", "Readout SNN, last", "Readout ANN, last",
            ],
            rows: outcomes.map { outcome in
                [.text(outcome.cell.label)]
                    + stages.map { stage in
                        SeedSummary(outcome.each { $0.curve.mean(ofLayersIn: "stage\(stage)") })
                            .value
                    }
                    + stages.map { stage in
                        SeedSummary(outcome.each { $0.blockDynamics(stage: stage) }).value
                    } + [
                        .number(outcome.procrustes.mean),
                        StudyValue(outcome.spikingProbe.values.last),
                        StudyValue(outcome.artificialProbe.values.last),
                    ]
            })
    }

    /// As many stages as the network with most of them has.
    private var stages: ClosedRange<Int> {
        1...(outcomes.map(\.cell.spiking.stageCount).max() ?? 3)
    }

    /// What a sample costs.
    private var energyTable: StudyTable {
        StudyTable(
            name: "energy",
            caption:
                "Spikes, operations and energy of a sample: additions 0.9 pJ, "
                + "multiply-accumulates 4.6 pJ (45 nm); the first layer at every step, as "
                + "publications count, and as done, once",
            columns: [
                "Setting", "Rate", "Spikes (10³)", "Synaptic operations (10³)",
                "Multiply-accumulates done (10³)", "SNN energy (µJ)", "As done (µJ)",
                "ANN energy (µJ)", "SNN / ANN",
            ],
            rows: outcomes.map { outcome in
                func value(_ quantity: (SweepOutcome.Seed) -> Double) -> StudyValue {
                    SeedSummary(outcome.each(quantity)).value
                }
                func total(_ seed: SweepOutcome.Seed) -> SampleOperations {
                    SweepEnergy.total(seed.energy.spiking)
                }
                return [
                    .text(outcome.cell.label), value(\.rate), value { $0.energy.spikes / 1e3 },
                    value { total($0).synaptic / 1e3 },
                    value { total($0).multiplyAccumulate / 1e3 },
                    value { $0.energy.published / 1e6 }, value { $0.energy.done / 1e6 },
                    value { $0.energy.twin / 1e6 }, value(\.energy.share),
                ]
            })
    }

    /// What each layer does for a sample.
    private var operationTable: StudyTable {
        var table = StudyTable(
            name: "operations", caption: "What each layer does for a sample",
            columns: [
                "setting", "seed", "network", "layer", "spikes", "synaptic operations",
                "multiply-accumulates", "neuron updates",
            ],
            rows: outcomes.flatMap { outcome in
                outcome.seeds.flatMap { seed in
                    [("SNN", seed.energy.spiking), ("ANN", seed.energy.artificial)].flatMap {
                        name, layers in
                        layers.map { layer in
                            [
                                .text(outcome.cell.label), .count(Int(seed.seed)), .text(name),
                                .text(layer.layer), .number(layer.spikes),
                                .number(layer.counts.synaptic),
                                .number(layer.counts.multiplyAccumulate),
                                .number(layer.counts.neuronUpdates),
                            ]
                        }
                    }
                }
            })
        table.isShown = false
        return table
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
                ("SNN rate", number, seed.rateCurve),
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
            zip(curve.layers.indices, curve.kinds).map { index, kind in
                [
                    .text(outcome.cell.label), .text(comparison), seed, .count(index),
                    .text(curve.layers[index]), .text(kind.rawValue), .number(curve.values[index]),
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
    /// Mean dynamics at the ends of a stage's blocks.
    func blockDynamics(stage: Int) -> Double {
        let outs = timeMaps.filter {
            $0.layer.hasPrefix("stage\(stage).") && LayerCurve.kind(of: $0.layer) == blockEnd
        }
        let summary = SeedSummary(outs.map(\.dynamics))
        return summary.mean
    }
}

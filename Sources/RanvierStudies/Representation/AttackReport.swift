import Foundation
import RanvierAnalysis
import RanvierNetworks
import RanvierReports

/// What the networks of ``AttackStudy`` lost, as tables, figures and sentences.
struct AttackReport {
    let rows: [AttackStudy.Row]
    let isPublished: Bool

    init(_ rows: [AttackStudy.Row], isPublished: Bool) {
        self.rows = rows
        self.isPublished = isPublished
    }

    private var spiking: [AttackStudy.Row] { rows.filter(\.isSpiking) }
    private var artificial: [AttackStudy.Row] { rows.filter { !$0.isSpiking } }

    var studyResult: StudyResult {
        var result = StudyResult(
            findings: claims.map { "\($0.claim): \($0.verdict.rawValue) (\($0.evidence))." },
            comparisons: [])
        result.claims = claims
        result.tables = [summary, curveTable]
        result.figures = figures
        result.files = ["accuracy.json": accuracyJSON]
        result.seeds = spiking.map(\.seed)
        return result
    }

    // MARK: - Claims

    private var claims: [StudyClaim] {
        guard let largest = AttackStudy.sizes.last, let smallest = AttackStudy.sizes.first else {
            return []
        }
        let strong = RobustnessAnalysis.Change.projectedGradient(largest)
        let weak = RobustnessAnalysis.Change.projectedGradient(smallest)
        let middle = RobustnessAnalysis.Change.projectedGradient(AttackStudy.sizes[2])
        let transferred = RobustnessAnalysis.Change.transferred(largest)
        func each(
            _ rows: [AttackStudy.Row], _ change: RobustnessAnalysis.Change,
            _ quantity: (RobustnessAnalysis.Outcome) -> Double
        ) -> [Double] { rows.map { $0.outcome(change).map(quantity) ?? .nan } }
        func difference(
            _ change: RobustnessAnalysis.Change, _ quantity: (RobustnessAnalysis.Outcome) -> Double
        ) -> [Double] {
            zip(each(spiking, change, quantity), each(artificial, change, quantity)).map { $0 - $1 }
        }
        return [
            .below(
                0, each(rows, middle) { $0.lastActivation - $0.firstBlock },
                claim: "Similarity of clean and attacked answers falls with depth",
                source: ClaimSource.paper, what: "last units less first block, PGD 16/255"),
            .below(
                0,
                zip(each(rows, strong, \.curve.mean), each(rows, weak, \.curve.mean))
                    .map { $0 - $1 },
                claim: "It falls with the size of the attack", source: ClaimSource.paper,
                what: "PGD \(Int(largest))/255 less \(Int(smallest))/255"),
            .above(
                0, difference(strong, \.accuracy),
                claim: "The SNN's accuracy holds up better under its own gradient",
                source: ClaimSource.told, what: "SNN less ANN, PGD \(Int(largest))/255"),
            .above(
                0, difference(strong, \.lastActivation),
                claim: "The SNN's late layers hold up better", source: ClaimSource.told,
                what: "SNN less ANN, PGD \(Int(largest))/255"),
            .above(
                0, difference(transferred, \.accuracy),
                claim: "The SNN also holds up better under the other network's gradient",
                source: ClaimSource.own, what: "SNN less ANN, transferred \(Int(largest))/255"),
            .below(
                0.05,
                zip(
                    each(spiking, strong, \.accuracy), each(spiking, transferred, \.accuracy)
                ).map { $0 - $1 },
                claim:
                    "The surrogate does not mask the SNN's gradient: its own attack is the stronger",
                source: ClaimSource.own, what: "SNN accuracy under own less transferred attack"),
        ]
    }

    // MARK: - Tables

    private var summary: StudyTable {
        var cells: [[StudyValue]] = [
            [
                "clean", .number(0), SeedSummary(spiking.map(\.clean)).value,
                SeedSummary(artificial.map(\.clean)).value, .missing, .missing, .missing, .missing,
            ]
        ]
        for change in AttackStudy.changes {
            func value(
                _ rows: [AttackStudy.Row], _ quantity: (RobustnessAnalysis.Outcome) -> Double
            ) -> StudyValue {
                SeedSummary(rows.compactMap { $0.outcome(change).map(quantity) }).value
            }
            cells.append([
                .text(change.label.kind), .number(change.label.size), value(spiking, \.accuracy),
                value(artificial, \.accuracy), value(spiking, \.firstBlock),
                value(artificial, \.firstBlock), value(spiking, \.lastActivation),
                value(artificial, \.lastActivation),
            ])
        }
        return StudyTable(
            name: "summary",
            caption:
                "Accuracy, and similarity of clean and changed answers; sizes in 255ths of the range "
                + "of pixels, dropout as a share"
                + (isPublished ? "; attacks as in the published code" : ""),
            columns: [
                "Change", "Size", "SNN accuracy", "ANN accuracy", "SNN first block",
                "ANN first block", "SNN last units", "ANN last units",
            ], rows: cells)
    }

    private var curveTable: StudyTable {
        var table = StudyTable(
            name: "curve", caption: "Clean against changed, layer by layer",
            columns: ["network", "seed", "change", "size", "index", "layer", "cka"],
            rows: rows.flatMap { row in
                row.outcomes.flatMap { outcome in
                    zip(outcome.curve.layers, outcome.curve.values).enumerated().map {
                        index, point in
                        [
                            .text(row.isSpiking ? "SNN" : "ANN"), .count(Int(row.seed)),
                            .text(outcome.change.label.kind), .number(outcome.change.label.size),
                            .count(index), .text(point.0), .number(point.1),
                        ]
                    }
                }
            })
        table.isShown = false
        return table
    }

    private var accuracyJSON: String {
        struct Entry: Encodable {
            let network: String
            let seed: UInt64
            let change: String
            let size: Double
            let accuracy: Double
        }
        let entries = rows.flatMap { row in
            [
                Entry(
                    network: row.family.rawValue, seed: row.seed, change: "none", size: 0,
                    accuracy: row.clean)
            ]
                + row.outcomes.map {
                    Entry(
                        network: row.family.rawValue, seed: row.seed,
                        change: $0.change.label.kind, size: $0.change.label.size,
                        accuracy: $0.accuracy)
                }
        }
        let json = try? CommandOutcome(text: "", value: entries).json()
        return (json ?? "[]") + "\n"
    }

    // MARK: - Figures

    private var figures: [ReportFigure] {
        let kinds = [(spiking, "SNN"), (artificial, "ANN")]
        func points(
            _ rows: [AttackStudy.Row], _ quantity: (RobustnessAnalysis.Outcome) -> Double
        ) -> [(x: Double, y: Double)] {
            AttackStudy.sizes.map { size in
                let values = rows.compactMap {
                    $0.outcome(.projectedGradient(size)).map(quantity)
                }
                return (size, SeedSummary(values).mean)
            }
        }
        let accuracy = LineChart(
            title: "Accuracy under attack", summary: "PGD, 20 steps of ε/10; mean over seeds.",
            xName: "ε (255ths)", yName: "Accuracy",
            series: kinds.map { rows, name in
                LineChart.Series(
                    name: name,
                    points: [(0, SeedSummary(rows.map(\.clean)).mean)] + points(rows, \.accuracy))
            }, startsAtZero: true)
        let curves = LineChart(
            title: "Clean against attacked, layer by layer",
            summary: "Mean over seeds; 0 is the first layer, 1 the last.", xName: "Depth",
            yName: "CKA",
            series: kinds.flatMap { rows, name in
                AttackStudy.sizes.suffix(2).map { size in
                    series(rows, .projectedGradient(size), "\(name), ε = \(Int(size))/255")
                }
            })
        return [
            ReportFigure(name: "accuracy", chart: accuracy),
            ReportFigure(name: "curve", chart: curves),
        ]
    }

    private func series(
        _ rows: [AttackStudy.Row], _ change: RobustnessAnalysis.Change, _ name: String
    ) -> LineChart.Series {
        let curves = rows.compactMap { $0.outcome(change)?.curve }
        let count = curves.map(\.values.count).min() ?? 0
        return LineChart.Series(
            name: name,
            points: (0..<count).map { place in
                (
                    Double(place) / Double(max(count - 1, 1)),
                    SeedSummary(curves.map { $0.values[place] }).mean
                )
            })
    }
}

extension RobustnessAnalysis.Outcome {
    /// The sum of the first block.
    var firstBlock: Double { curve.blocks.first?.out ?? .nan }
    /// The last units before the pool.
    var lastActivation: Double {
        curve.kinds.lastIndex(of: .activation).map { curve.values[$0] } ?? .nan
    }
}

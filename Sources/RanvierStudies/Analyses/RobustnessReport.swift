import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierReports
import RanvierSpikes

/// What a stored network makes of changed inputs, as JSON, tables and figures.
package struct RobustnessReport: Encodable, Sendable {
    /// One change.
    package struct Row: Encodable, Sendable {
        package let change: String
        /// 255ths of the range of pixels, a share, or steps.
        package let size: Double
        package let accuracy: Double
        package let layers: [String]
        /// Similarity of clean and changed answers, layer by layer.
        package let cka: [Double]
    }

    /// The run.
    package let run: String
    /// Test samples.
    package let samples: Int
    /// Accuracy on clean samples.
    package let clean: Double
    /// Whether attacks were those of the published code.
    package let isPublishedAttack: Bool
    /// All changes.
    package let rows: [Row]
    /// Where the files lie.
    package var folder: String?

    /// Applies all changes that a request asks for to a network.
    package init(
        of model: any SpikingModel, named name: String, on data: Dataset,
        _ settings: RobustnessSettings, _ context: StudyContext
    ) throws {
        var analysis = RobustnessAnalysis(model: model, data: data)
        analysis.isPublished = settings.usesPublishedAttack
        analysis.cancellation = context.events.cancellation
        var changes: [RobustnessAnalysis.Change] = []
        let probe = Batch(
            indices: [0], features: data.features(of: [0]), targets: .none(count: 1))
        let hasGradient = try Self.does {
            _ = try model.inputGradient(probe.features, labels: [0], isTraining: false)
        }
        let hasSequence = try Self.does {
            _ = try model.respond(to: probe, listener: nil) { $0 }
        }
        if hasGradient {
            changes += settings.sizes.flatMap { [.fastGradientSign($0), .projectedGradient($0)] }
        } else {
            context.events.note(
                "attacks are left out: the model has no gradient by the values of a sample")
        }
        if hasGradient || !hasSequence {
            changes += settings.sizes.map { .noise($0) }
        } else {
            changes += settings.jitter.map { .jitter($0) }
        }
        if hasSequence { changes += settings.dropout.map { .dropout($0) } }
        var rows: [Row] = []
        for (index, change) in changes.enumerated() {
            try context.advance(
                to: Double(index) / Double(changes.count),
                "\(change.label.kind) \(change.label.size)")
            let outcome = try analysis.outcome(of: change)
            rows.append(
                Row(
                    change: change.label.kind, size: change.label.size, accuracy: outcome.accuracy,
                    layers: outcome.curve.layers, cka: outcome.curve.values))
        }
        run = name
        samples = data.count
        clean = try model.evaluate(on: data, counts: false).accuracy
        isPublishedAttack = settings.usesPublishedAttack
        self.rows = rows
    }

    /// Whether a model can do something, which it says by not throwing ``ModelError``.
    private static func does(_ body: () throws -> Void) throws -> Bool {
        do {
            try body()
            return true
        } catch is ModelError {
            return false
        }
    }

    package var studyResult: StudyResult {
        var result = StudyResult(findings: [finding], comparisons: [])
        result.tables = [table, curveTable]
        result.figures = figures
        return result
    }

    private var finding: String {
        let worst = rows.min { $0.accuracy < $1.accuracy }
        return "Clean accuracy of \(run) is \(NumberText.percent(clean)) on \(samples) samples"
            + (worst.map {
                "; the worst change, \($0.change) of size \(NumberText.significant($0.size)), "
                    + "leaves \(NumberText.percent($0.accuracy))."
            } ?? ".")
    }

    private var table: StudyTable {
        StudyTable(
            name: "robustness",
            caption:
                "Attacks and noise in 255ths of the range of pixels, dropout as a share, jitter in steps"
                + (isPublishedAttack ? "; attacks as in the published code" : ""),
            columns: ["Change", "Size", "Accuracy", "First layer", "Last layer"],
            rows: [["none", .number(0), .number(clean), .number(1), .number(1)]]
                + rows.map {
                    [
                        .text($0.change), .number($0.size), .number($0.accuracy),
                        StudyValue($0.cka.first), StudyValue($0.cka.last),
                    ]
                })
    }

    private var curveTable: StudyTable {
        var table = StudyTable(
            name: "curve", caption: "Clean against changed, layer by layer",
            columns: ["change", "size", "layer", "cka"],
            rows: rows.flatMap { row in
                zip(row.layers, row.cka).map {
                    [.text(row.change), .number(row.size), .text($0), .number($1)]
                }
            })
        table.isShown = false
        return table
    }

    private var figures: [ReportFigure] {
        let kinds = rows.map(\.change).reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        let sized = kinds.filter { !["dropout", "time jitter"].contains($0) }
        guard !sized.isEmpty else { return [] }
        return [
            ReportFigure(
                name: "accuracy",
                chart: LineChart(
                    title: "Accuracy under attack and noise", xName: "Size (255ths)",
                    yName: "Accuracy",
                    series: sized.map { kind in
                        LineChart.Series(
                            name: kind,
                            points: [(0, clean)]
                                + rows.filter { $0.change == kind }.map { ($0.size, $0.accuracy) })
                    }, startsAtZero: true))
        ]
    }
}

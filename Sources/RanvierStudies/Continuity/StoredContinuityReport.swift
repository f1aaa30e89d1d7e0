import RanvierConfiguration
import RanvierReports

/// What sweeps through a stored network found, as JSON, table and figures.
package struct StoredContinuityReport: Encodable, Sendable {
    /// The run.
    package let run: String
    /// Sweeps, each with a sample and a direction of its own.
    package let sweeps: Int
    /// Grid points of a sweep.
    package let positions: Int
    /// What decided samples and directions.
    package let seed: UInt64
    /// What was followed.
    package let quantity: String
    /// The unit of jumps.
    package let unit: String
    /// Smallest jump that counts, in that unit.
    package let jumpsAbove: Double
    /// The network, as the built-in ones are told of.
    package let models: [ContinuityTally]
    /// Where the files lie.
    package var folder: String?

    package init(_ study: StoredContinuity, _ outcome: StoredContinuity.Outcome) {
        run = outcome.tally.model
        sweeps = study.sweeps
        positions = study.positions
        seed = study.seed
        quantity = outcome.quantity
        unit = outcome.unit
        jumpsAbove = outcome.jumpSize
        models = [outcome.tally]
    }

    package var studyResult: StudyResult {
        var result = StudyResult(findings: findings, comparisons: [])
        result.tables = [table]
        result.figures = figures
        result.seeds = [seed]
        return result
    }

    private var findings: [String] {
        models.map { model in
            model.jumps == 0
                ? "Nothing of \(run) jumps: its \(quantity) change continuously along \(sweeps) random directions."
                : "In \(run) the \(quantity) jump \(NumberText.count(model.jumps)) times along "
                    + "\(model.sweepsWithJumps) of \(sweeps) random directions, by up to "
                    + "\(NumberText.significant(model.largestJump)) \(unit)."
        } + ["Each sweep moves all weights by up to half of their length, on a sample of its own."]
    }

    private var table: StudyTable {
        StudyTable(
            name: "continuity",
            caption: "The \(quantity) along \(sweeps) random directions (in \(unit))",
            columns: [
                "Network", "Trained by", "Sweeps with jumps",
                "Jumps > \(NumberText.significant(jumpsAbove))", "Jumps > 0.1", "Largest jump",
                "Largest slope",
            ],
            rows: models.map {
                [
                    .text($0.model), .text($0.training), .count($0.sweepsWithJumps),
                    .count($0.jumps), .count($0.largeJumps), .number($0.largestJump),
                    StudyValue($0.largestSlope),
                ]
            })
    }

    private var figures: [ReportFigure] {
        models.compactMap { model in
            model.example.map {
                ReportFigure(
                    name: "sweep",
                    chart: LineChart(
                        title: "\(run): one sweep",
                        summary: model.jumps > 0
                            ? "The one with the largest jump." : "The first one.",
                        xName: "Distance, in lengths of the weights",
                        yName: "\(quantity) (\(unit))",
                        series: $0.series))
            }
        }
    }
}

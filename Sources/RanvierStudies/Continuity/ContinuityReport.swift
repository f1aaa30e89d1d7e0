import RanvierConfiguration
import RanvierReports

/// What a continuity analysis found, as JSON, tables and figures.
package struct ContinuityReport: Encodable, Sendable {
    /// Sweeps for each kind of network.
    package let sweeps: Int
    /// Grid points of a sweep.
    package let positions: Int
    /// Seed of networks and directions.
    package let seed: UInt64
    /// Smallest jump that counts, in time constants.
    package let jumpsAbove: Double
    /// Smallest jump of a slope that counts.
    package let kinksAbove: Double
    /// The kinds of network.
    package let models: [ContinuityTally]
    /// Where the files lie.
    package var folder: String?

    package init(_ analysis: ContinuityAnalysis, models: [ContinuityTally]) {
        sweeps = analysis.sweeps
        positions = analysis.positions
        seed = analysis.seed
        jumpsAbove = analysis.jumpSize
        kinksAbove = analysis.kinkSize
        self.models = models
    }

    /// As a study; with the published claim beside what was counted if asked for.
    package func studyResult(withClaims: Bool) -> StudyResult {
        var result = StudyResult(
            findings: findings, comparisons: withClaims ? claims : [])
        result.tables = [table]
        result.figures = figures
        result.seeds = [seed]
        return result
    }

    private var table: StudyTable {
        StudyTable(
            name: "continuity",
            caption: "First spikes of the outputs along \(sweeps) random directions (times in τ)",
            columns: [
                "Network", "Trained by", "Sweeps with jumps", "Jumps > \(jumpsAbove)",
                "Jumps > 0.1", "Largest jump", "Largest slope", "Kinks",
            ],
            rows: models.map {
                [
                    .text($0.model), .text($0.training), .count($0.sweepsWithJumps),
                    .count($0.jumps), .count($0.largeJumps), .number($0.largestJump),
                    StudyValue($0.largestSlope), $0.kinks.map { .count($0) } ?? .missing,
                ]
            })
    }

    private var claims: [StudyComparison] {
        [
            ("QIF", StudyValue.count(0)), ("theta", .count(0)), ("LIF", "more than 0"),
            ("clocked LIF", .missing),
        ].compactMap { name, published in
            models.first { $0.model == name }.map {
                StudyComparison(
                    "\(name): jumps along \(sweeps) sweeps", published: published,
                    measured: .count($0.jumps))
            }
        }
    }

    private var findings: [String] {
        let smooth = models.filter { $0.jumps == 0 }.map(\.model)
        let broken = models.filter { $0.jumps > 0 }
        var sentences: [String] = []
        if !smooth.isEmpty {
            sentences.append(
                "No output time of the \(smooth.joined(separator: " and ")) networks jumps "
                    + "anywhere along \(sweeps) random directions.")
        }
        for model in broken {
            sentences.append(
                "Those of the \(model.model) networks jump \(NumberText.count(model.jumps)) times, "
                    + "by up to \(NumberText.significant(model.largestJump)) time constants.")
        }
        return sentences
    }

    // MARK: - Figures

    private var figures: [ReportFigure] {
        [jumpFigure]
            + models.compactMap { model in
                guard let example = model.example else { return nil }
                let isClocked = model.largestSlope == nil
                return ReportFigure(
                    name: "sweep-\(Markup.slug(model.model))",
                    chart: LineChart(
                        title: "\(model.model): one sweep",
                        summary: model.jumps > 0
                            ? "The one with the largest jump; "
                                + (isClocked
                                    ? "no spike counts as one at the end, 4."
                                    : "beyond 4: pseudospikes.")
                            : "Beyond the end of the trial, 4, these are pseudospikes.",
                        xName: "Distance along the direction", yName: "First spike (τ)",
                        series: example.series))
            }
    }

    private var jumpFigure: ReportFigure {
        let largest = max(models.map(\.largestJump).max() ?? 0, 1)
        // Clear of the steps of a clock, of which there are many.
        let least = 0.05
        let sizes = (0...200).map { least + (largest - least) * Double($0) / 200 }
        return ReportFigure(
            name: "jumps",
            chart: LineChart(
                title: "Jumps by size",
                summary: "How many jumps a sweep has on average that are larger than a size.",
                xName: "Size (τ)", yName: "Jumps per sweep",
                series: models.map { model in
                    LineChart.Series(
                        name: model.model,
                        points: sizes.map { size in
                            let count = model.jumpSizes.count { $0 > size }
                            return (size, Double(count) / Double(max(model.sweeps, 1)))
                        })
                }, startsAtZero: true))
    }
}

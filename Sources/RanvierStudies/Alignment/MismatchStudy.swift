import RanvierAlignment
import RanvierConfiguration
import RanvierReports

/// `alignment/mismatch`: LIF neurons that differ, and scales that each finds by itself.
struct MismatchStudy: Study {
    let name = "alignment/mismatch"
    let title =
        "LIF neurons that differ: raw weights, weights with scales found locally, and the ceiling"
    let source = "own extension of arXiv:2503.02642, section 3.2 of the specification"

    /// What is done about it.
    private enum Mode: String, CaseIterable {
        case unguarded = "read-out, no guard"
        case band = "read-out, band"
        case rate = "read-out, rate"
        case gain = "gain, rate"

        func options(_ mismatch: Double, isQuick: Bool) -> LIFSubstrate {
            var options = LIFSubstrate()
            options.imperfections.mismatch = mismatch
            options.activityGuard.kind =
                self == .unguarded ? .none : self == .band ? .band : .rate
            options.scale.correction = self == .gain ? .gain : .readOut
            if isQuick { options.blocks = 60 }
            return options
        }
    }

    private struct Cell: Sendable {
        let mode: Mode
        let mismatch: Double
        let run: LIFRun
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        let own: [UInt64] = context.seeds.isEmpty ? Array(901...905) : context.seeds
        let seeds = context.isQuick ? Array(own.prefix(2)) : own
        let levels = context.isQuick ? [0, 0.2, 0.3] : [0, 0.1, 0.2, 0.3, 0.4]
        let modes = context.isQuick ? [Mode.rate, .gain] : Mode.allCases
        let cells = modes.flatMap { mode in
            levels.flatMap { level in
                seeds.map { seed in
                    Cell(
                        mode: mode, mismatch: level,
                        run: LIFRun(
                            seed: seed, options: mode.options(level, isQuick: context.isQuick)))
                }
            }
        }
        let outcomes = try LIFRun.outcomes(of: cells.map(\.run), name, context)
        let report = Report(modes: modes, levels: levels) { mode, level in
            zip(cells, outcomes).filter { $0.0.mode == mode && $0.0.mismatch == level }.map(\.1)
        }
        let claims = report.claims
        var result = StudyResult(findings: StudyClaim.findings(claims), comparisons: [])
        result.claims = claims
        result.tables = [report.table, report.seeds]
        result.figures = report.figures
        result.seeds = seeds
        return result
    }

    /// Claims, tables, figures.
    private struct Report {
        let modes: [Mode]
        let levels: [Double]
        let own: (Mode, Double) -> [LIFRun.Outcome]

        var claims: [StudyClaim] {
            let source = "target of this study"
            let rate = own(.rate, 0.2), gain = own(.gain, 0.3)
            let level = [Mode.rate, .gain].flatMap { own($0, 0) }
            return [
                .above(
                    15, rate.map(\.rawAngle),
                    claim: "At 20 % raw weights are 15 degrees off or more",
                    source: source, what: "raw angle"),
                .meanAtMost(
                    10, rate.map(\.angle),
                    claim:
                        "At 20 % weights that are read with local scales are 10 degrees off or less",
                    source: source, what: "angle, rate guard"),
                .meanAtMost(
                    8, rate.map(\.angle), claim: "Goal: 8 degrees or less at 20 %, read-out",
                    source: source, what: "angle, rate guard"),
                .meanAtMost(
                    8, own(.gain, 0.2).map(\.angle), claim: "Goal: 8 degrees or less at 20 %, gain",
                    source: source, what: "angle"),
                .meanAtMost(
                    8.5, gain.map(\.angle), claim: "At 30 % gains give 8.5 degrees or less",
                    source: source, what: "angle"),
                .noneAbove(
                    0.05,
                    [Mode.rate, .gain].flatMap { mode in
                        levels.filter { $0 <= 0.3 }.map {
                            abs(SeedSummary(own(mode, $0).map(\.slope)).mean - 1)
                        }
                    }, claim: "Slopes are 0.95–1.05 up to 30 %, rate guard, both modes",
                    source: source, what: "|mean slope − 1|"),
                .meanAtMost(
                    0.5, own(.rate, 0).map { $0.angle - $0.rawAngle },
                    claim: "Nothing is lost where neurons are alike (read-out)", source: source,
                    what: "degrees more than raw"),
                .meanAtMost(
                    10, level.map(\.angle),
                    claim: "Where neurons are alike both modes are below 10 degrees",
                    source: source, what: "angle"),
            ]
        }

        var table: StudyTable {
            StudyTable(
                name: "mismatch", caption: "Angles to the forward weights, mean over seeds",
                columns: [
                    "Mode", "Mismatch", "Raw", "Corrected", "Fitted to W (ceiling)", "Slope raw",
                    "Slope corrected",
                ],
                rows: modes.flatMap { mode in
                    levels.map { level in
                        let found = own(mode, level)
                        func spread(_ value: (LIFRun.Outcome) -> Double) -> StudyValue {
                            SeedSummary(found.map(value)).value
                        }
                        return [
                            .text(mode.rawValue), .text(NumberText.percent(level)),
                            mode == .gain ? .missing : spread(\.rawAngle), spread(\.angle),
                            spread(\.fitted), mode == .gain ? .missing : spread(\.rawSlope),
                            spread(\.slope),
                        ]
                    }
                })
        }

        var seeds: StudyTable {
            StudyTable(
                name: "seeds", caption: "Angles of each seed",
                columns: ["Mode", "Mismatch", "Raw", "Corrected", "Fitted"],
                rows: modes.flatMap { mode in
                    levels.map { level in
                        let found = own(mode, level)
                        func list(_ value: (LIFRun.Outcome) -> Double) -> StudyValue {
                            .text(
                                found.map { NumberText.fixed(value($0), decimals: 1) }
                                    .joined(separator: " "))
                        }
                        return [
                            .text(mode.rawValue), .text(NumberText.percent(level)),
                            list(\.rawAngle), list(\.angle), list(\.fitted),
                        ]
                    }
                })
        }

        private typealias Value = (LIFRun.Outcome) -> Double

        /// Mean and both ends of the interval of 95 % over seeds.
        private func curves(_ name: String, _ mode: Mode, _ value: @escaping Value)
            -> [LineChart.Series]
        {
            func series(_ name: String, _ end: Double) -> LineChart.Series {
                LineChart.Series(
                    name: name,
                    points: levels.map { level in
                        let summary = SeedSummary(own(mode, level).map(value))
                        return (100 * level, summary.mean + end * summary.halfInterval)
                    })
            }
            return [series(name, 0), series(name + ", 95 % from", -1), series(name + ", to", 1)]
        }

        var figures: [ReportFigure] {
            let time = levels.contains(0.2) ? 0.2 : 0
            return [
                ReportFigure(
                    name: "angle-over-mismatch",
                    chart: LineChart(
                        title: "Angle over mismatch",
                        summary: "Guard of rates; the interval is of the mean over seeds.",
                        xName: "Mismatch (%)", yName: "Angle (degrees)",
                        series: curves("raw", .rate) { $0.rawAngle }
                            + curves("read-out", .rate) { $0.angle }
                            + curves("gain", .gain) { $0.angle }, startsAtZero: true)),
                ReportFigure(
                    name: "ceiling",
                    chart: LineChart(
                        title: "Local scales and the ceiling",
                        summary:
                            "Factors of rows and columns fitted to W are what no local rule can beat.",
                        xName: "Mismatch (%)", yName: "Angle (degrees)",
                        series: modes.flatMap { mode in
                            [
                                curves(mode.rawValue, mode) { $0.angle }[0],
                                curves(mode.rawValue + ", fitted", mode) { $0.fitted }[0],
                            ]
                        }, startsAtZero: true)),
                ReportFigure(
                    name: "angle-over-time",
                    chart: LineChart(
                        title: "Angle over time at \(NumberText.percent(time))",
                        summary: "Mean over seeds.", xName: "Simulated time (s)",
                        yName: "Angle (degrees)",
                        series: [
                            over(time, "raw", .rate, \.raw),
                            over(time, "read-out", .rate, \.corrected),
                            over(time, "gain", .gain, \.corrected),
                        ], startsAtZero: true)),
            ]
        }

        private func over(
            _ level: Double, _ name: String, _ mode: Mode, _ values: (LIFRun.Outcome) -> [Double]
        ) -> LineChart.Series {
            let found = own(mode, level)
            return LineChart.Series(
                name: name,
                points: (found.first?.seconds ?? []).enumerated().map { index, seconds in
                    (seconds, SeedSummary(found.map { values($0)[index] }).mean)
                })
        }
    }
}

extension SeedSummary {
    /// Half of the interval of 95 % of the mean, by Student's distribution.
    var halfInterval: Double {
        // Quantiles at 97.5 % for 1, 2, … degrees of freedom.
        let quantiles = [
            12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179,
            2.160,
            2.145, 2.131, 2.120, 2.110, 2.101, 2.093,
        ]
        guard values.count > 1 else { return 0 }
        let freedom = values.count - 1
        return (freedom <= quantiles.count ? quantiles[freedom - 1] : 1.96) * standardError
    }
}

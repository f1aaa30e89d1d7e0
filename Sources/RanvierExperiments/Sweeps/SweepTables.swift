import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning
import RanvierReports

/// The tables of a sweep: one row for each setting, differences to the first, one row for each run.
struct SweepTables {
    let outcome: SweepOutcome

    private var rows: [SweepRow] { outcome.rows }
    private var keys: [SweepSetting.Choice] { rows.first?.setting.choices ?? [] }
    /// The row that names most: a run that failed has no measures.
    private var fullest: SweepRow? { rows.max { $0.measures.count < $1.measures.count } }

    /// Measures of the table of settings, with what they are multiplied by and called there.
    private var columns: [(name: String, scale: Double, title: String)] {
        guard let row = fullest else { return [] }
        func own(_ measure: SweepMeasure) -> (String, Double, String) {
            (measure.name, measure.scale, measure.title)
        }
        let test = row.measures.filter { $0.part == .test && $0.name != "loss" }.prefix(2)
        let baseline = row.measures.filter { $0.part == .baseline }
        return test.map(own) + (row.choosing.map { [own($0)] } ?? []) + baseline.map(own) + [
            ("energy", 1e-3, "energy (nJ)"), ("spikes", 1, "spikes"),
            ("weights", 1e-3, "weights (kB)"), ("training-time", 1, "training (s)"),
        ]
    }

    /// A row for each setting: mean ± sample standard deviation over the seeds.
    var settings: StudyTable {
        let names = keys.isEmpty ? ["configuration"] : keys.map(\.shortKey)
        return StudyTable(
            name: "sweep", caption: "Mean ± deviation over the seeds, on test data unless said",
            columns: names + ["seeds"] + columns.map(\.title),
            rows: rows.map { row in
                let values: [StudyValue] =
                    keys.isEmpty
                    ? [.text(outcome.configuration)]
                    : row.setting.choices.map { .text($0.value.shortText) }
                let seeds =
                    row.isWhole ? "\(row.runs.count)" : "\(row.seeds.count) of \(row.runs.count)"
                return values + [.text(seeds)]
                    + columns.map { Self.cell(row.measure($0.name), scale: $0.scale) }
            })
    }

    private static func cell(_ measure: SweepMeasure?, scale: Double) -> StudyValue {
        guard let measure, !measure.values.isEmpty else { return .missing }
        return measure.deviation.map { .spread(scale * measure.mean, scale * $0) }
            ?? .number(scale * measure.mean)
    }

    /// A row for each setting but the first, and measure: the paired difference to the first.
    var differences: StudyTable? {
        let pairs = outcome.differences
        guard let first = rows.first, !pairs.isEmpty else { return nil }
        return StudyTable(
            name: "differences",
            caption:
                "Difference to \(first.setting.label), paired by seed, with Student's interval of 95 %",
            columns: ["setting", "measure", "difference", "interval", "seeds", "reading"],
            rows: pairs.map { row, difference in
                let scale = difference.measure.scale
                let interval = difference.interval.map {
                    "\(Self.signed(scale * $0.lowerBound)) … \(Self.signed(scale * $0.upperBound))"
                }
                return [
                    .text(row.setting.label), .text(difference.measure.title),
                    .text(Self.signed(scale * difference.mean)), .text(interval ?? "–"),
                    .count(difference.values.count), .text(Self.reading(difference)),
                ]
            })
    }

    private static func reading(_ difference: SweepDifference) -> String {
        guard let isWithinChance = difference.isWithinChance else {
            return difference.values.count > 1
                ? "all seeds alike: not known" : "one seed: not known"
        }
        if isWithinChance { return "within chance" }
        switch difference.measure.higherIsBetter {
        case nil: return "beyond chance"
        case let higher?: return (difference.mean > 0) == higher ? "better" : "worse"
        }
    }

    private static func signed(_ value: Double) -> String {
        (value > 0 ? "+" : "") + NumberText.significant(value, digits: 3)
    }

    /// A row for each run, with all digits: for programs.
    var runs: StudyTable {
        let measures = fullest?.measures ?? []
        return StudyTable(
            name: "sweep", caption: "Runs",
            columns: ["run", "seed"] + keys.map(\.key) + ["status"] + measures.map(\.name),
            rows: rows.flatMap { row in
                row.runs.map { run in
                    let own = run.measures
                    return [.text(run.plan.name), .text("\(run.plan.seed)")]
                        + row.setting.choices.map { .text($0.value.shortText) }
                        + [.text(run.result == nil ? "failed" : "finished")]
                        + measures.map { measure in
                            StudyValue(
                                own.first {
                                    $0.measure.name == measure.name && $0.part == measure.part
                                }?.measure.value)
                        }
                }
            })
    }

    /// The most important measures as bars.
    var figures: [ReportFigure] {
        let shown = [fullest?.main, fullest?.choosing].compactMap(\.self)
        guard rows.count > 1 else { return [] }
        return shown.map { measure in
            ReportFigure(
                name: measure.name,
                chart: BarChart(
                    title: measure.title, summary: "Mean over the seeds, one bar per setting.",
                    categories: rows.map(\.setting.label), valueName: measure.title,
                    series: [
                        BarChart.Series(
                            name: "Mean",
                            values: rows.map { row in
                                row.measure(measure.name).map { $0.scale * $0.mean }
                            })
                    ], digits: 4))
        }
    }

    /// What is to be known beside the numbers.
    var remarks: [String] { noBetter + otherRemarks }

    /// Says for each setting in how many runs the network is no better than what does not look at the samples.
    private var noBetter: [String] {
        rows.compactMap { row in
            let results = row.runs.compactMap(\.result)
            let poor = results.filter {
                [.noBetter, .worse].contains(RunVerdict($0, achieved: "").standing)
            }
            guard let first = poor.first?.rivals.first(where: \.isTrivial) else { return nil }
            let setting = keys.isEmpty ? "" : " with \(row.setting.label)"
            return
                "In \(poor.count) of \(results.count) runs\(setting) the network is no better than "
                + "\(first.words)."
        }
    }

    private var otherRemarks: [String] {
        var remarks: [String] = []
        if rows.contains(where: { $0.seeds.count == 1 }) {
            remarks.append(
                "One seed: no deviation is known, and no difference can be told from chance; use --seeds 5."
            )
        } else {
            remarks.append(
                "± is the sample standard deviation over the seeds; intervals of differences say what "
                    + "the seeds' chance allows, not what other test data would.")
        }
        if !outcome.choice.reason.isEmpty { remarks.append(outcome.choice.reason) }
        for (message, failures) in Dictionary(grouping: outcome.failures, by: \.message).sorted(
            by: { $0.key < $1.key })
        {
            remarks.append("Failed: \(failures.map(\.name).joined(separator: ", ")): \(message)")
        }
        return remarks
    }
}

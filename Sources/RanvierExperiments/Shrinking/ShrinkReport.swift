import RanvierCompression
import RanvierConfiguration
import RanvierLearning
import RanvierReports
import RanvierStudies

/// What a search found, as tables, a figure and sentences.
struct ShrinkReport: Encodable, Sendable {
    /// The measure that must not fall.
    let measure: String
    /// The run that was begun with.
    let dense: ShrinkTrial
    /// What was tried, in order.
    let trials: [ShrinkTrial]
    /// The smallest that does; nil where none does.
    let best: ShrinkTrial?
    /// What the search was said to cost.
    let plan: ShrinkSearch.Plan
    /// Seconds that all trials took.
    let seconds: Double
    /// The run directory of the network; nil where none does.
    var network: String?

    init(
        _ search: ShrinkSearch, _ trials: [ShrinkTrial], best: ShrinkTrial?,
        plan: ShrinkSearch.Plan
    ) {
        measure = search.measure.name
        dense = search.dense
        self.trials = trials
        self.best = best
        self.plan = plan
        seconds = trials.reduce(0) { $0 + $1.seconds }
        unit = search.measure
    }

    private let unit: Measure

    private enum CodingKeys: CodingKey {
        case measure, dense, trials, best, plan, seconds, network
    }

    /// Those that no other one beats in bytes and in quality at once.
    private var front: [ShrinkTrial] {
        ([dense] + trials).filter { one in
            !([dense] + trials).contains { other in
                other.weightBytes <= one.weightBytes && isBetter(other, than: one)
            }
        }.sorted { $0.weightBytes < $1.weightBytes }
    }

    private func isBetter(_ a: ShrinkTrial, than b: ShrinkTrial) -> Bool {
        unit.higherIsBetter == false ? a.quality < b.quality : a.quality > b.quality
    }

    private static func name(_ trial: ShrinkTrial) -> String {
        trial.candidate.bits == 32
            ? "as it was"
            : "\(NumberText.percent(trial.candidate.sparsity)) gone, \(trial.candidate.bits) bit"
                + (trial.candidate.bits == 1 ? "" : "s")
    }

    var studyResult: StudyResult {
        var findings: [String] = []
        if let best {
            findings.append(
                "The smallest network that fits has \(NumberText.percent(best.candidate.sparsity)) of its "
                    + "connections gone and \(best.candidate.bits) bits for each that is left: "
                    + "\(NumberText.bytes(Double(best.weightBytes))) of weights in place of "
                    + "\(NumberText.bytes(Double(dense.weightBytes))), \(unit.label) "
                    + "\(ShrinkSearch.text(best.quality, unit)) in place of "
                    + "\(ShrinkSearch.text(dense.quality, unit)) on validation samples, which chose it."
            )
        } else {
            findings.append("No network that was tried fits.")
        }
        findings.append(
            "The search took \(trials.count) trials of at most \(plan.mostTrials) and "
                + "\(NumberText.seconds(seconds)) of training; about "
                + "\(NumberText.seconds(plan.mostSeconds)) for all were said beforehand, by the pace of the run's own "
                + "training.")
        var result = StudyResult(findings: findings, comparisons: [])
        let columns = [
            "Network", "\(unit.title)", "Weights (bytes)", "State (bytes)", "Energy (nJ)",
            "Spikes", "Verdict",
        ]
        func row(_ trial: ShrinkTrial) -> [StudyValue] {
            let verdict =
                trial.candidate == best?.candidate
                ? "chosen" : trial.isGoodEnough ? "fits" : trial.problems.joined(separator: "; ")
            return [
                .text(Self.name(trial)), .text(ShrinkSearch.text(trial.quality, unit)),
                .count(trial.weightBytes),
                .count(trial.stateBytes), .number(trial.picojoules / 1000), .number(trial.spikes),
                .text(verdict),
            ]
        }
        result.tables = [
            StudyTable(
                name: "front",
                caption: "What no other network beats in size and in \(unit.label) at once",
                columns: columns, rows: front.map(row)),
            StudyTable(
                name: "trials", caption: "All that was tried, measured on validation samples",
                columns: columns, rows: ([dense] + trials).map(row)),
        ]
        let widths = Array(Set(trials.map(\.candidate.bits))).sorted()
        let shown = Set(front.map(\.candidate))
        let points = trials.map { trial in
            ScatterChart.Point(
                // Names of what is beaten would cover those of the front.
                name: shown.contains(trial.candidate)
                    ? NumberText.percent(trial.candidate.sparsity) : "",
                group: widths.firstIndex(of: trial.candidate.bits) ?? 0,
                x: Double(trial.weightBytes), y: trial.quality)
        }
        let own = ScatterChart.Point(
            name: "as it was", group: widths.count, x: Double(dense.weightBytes), y: dense.quality)
        result.figures = [
            ReportFigure(
                name: "front",
                chart: ScatterChart(
                    title: "Size against \(unit.label)",
                    summary: "Beside what nothing beats the share of the connections that is gone.",
                    xName: "Weights (bytes)", yName: unit.title,
                    groups: widths.map { $0 == 1 ? "1 bit" : "\($0) bits" } + ["as it was"],
                    points: points + [own],
                    hasLogarithmicX: true))
        ]
        return result
    }
}

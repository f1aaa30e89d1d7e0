import Foundation
import RanvierAnalysis
import RanvierLearning
import RanvierReports
import RanvierRuns

/// What `ranvier run` and `ranvier evaluate` say at the end.
struct RunSummary {
    let result: RunResult
    let directory: URL

    /// The verdict, the table of the network and what it must beat, how well each class is found.
    var text: String {
        let results = [result] + (result.baseline.map { [$0] } ?? [])
        let report = directory.appending(path: RunDirectory.File.report.rawValue)
        let table = TextTable(
            head: Self.head(of: results),
            rows: results.map { Self.cells($0, beside: results) }
                + Self.others(of: result).map { Self.cells($0, beside: results) })
        return
            ([PlainSummary(result).sentences.joined(separator: " "), table.text]
            + [classTable].compactMap(\.self)
            + ["Run:    \(directory.relativePath)\nReport: \(report.relativePath)"])
            .joined(separator: "\n\n")
    }

    /// Classes that the table shows; of more, those that are found worst.
    private static let shownClasses = 20

    private var classTable: String? {
        guard !result.classes.isEmpty else { return nil }
        let rows = ClassTable(result.classes, most: Self.shownClasses)
        return TextTable(head: ClassTable.head, rows: rows.rows).text
            + (rows.left > 0 ? "\n(the worst of \(result.classes.count) classes)" : "")
    }

    /// What the network must beat besides the other network.
    static func others(of result: RunResult) -> [RivalResult] {
        result.rivals.filter { $0.name != result.baseline?.model }
    }

    /// The two most important measures of any of some results, and those that chance does not reach.
    private static func measures(of results: [RunResult]) -> [Measure] {
        results.flatMap { result in
            result.measures.prefix(2) + RunMeasures.beyondChance.compactMap { result.measures[$0] }
        }.reduce(into: []) { all, measure in
            if all[measure.name] == nil { all.append(measure) }
        }
    }

    /// Columns of the table of results.
    static func head(of results: [RunResult]) -> [String] {
        ["model"] + measures(of: results).map(\.label) + [
            "loss", "energy (nJ)", "weights (kB)", "state (kB)", "latency (ms)",
        ]
    }

    /// The row of a result among others.
    static func cells(_ result: RunResult, beside results: [RunResult]) -> [String] {
        [result.model]
            + measures(of: results).map { result.measures[$0.name]?.textWithInterval ?? "–" } + [
                String(format: "%.4f", result.test.loss),
                String(format: "%.1f", result.energy.picojoulesPerSample / 1000),
                String(format: "%.1f", Double(result.memory.weightBytes) / 1000),
                String(format: "%.2f", Double(result.memory.stateBytes) / 1000),
                String(format: "%.3f", 1000 * result.latency.secondsPerSample),
            ]
    }

    /// The row of what is no network.
    static func cells(_ rival: RivalResult, beside results: [RunResult]) -> [String] {
        [rival.name]
            + measures(of: results).map { rival.measures[$0.name]?.textWithInterval ?? "–" }
            + [String](repeating: "–", count: 5)
    }
}

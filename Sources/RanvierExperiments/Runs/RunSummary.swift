import Foundation
import RanvierAnalysis
import RanvierLearning
import RanvierReports
import RanvierRuns

/// What `ranvier run` and `ranvier evaluate` say at the end.
struct RunSummary {
    let result: RunResult
    let directory: URL

    var text: String {
        let results = [result] + (result.baseline.map { [$0] } ?? [])
        let report = directory.appending(path: RunDirectory.File.report.rawValue)
        return TextTable(
            head: Self.head(of: results), rows: results.map { Self.cells($0, beside: results) }
        ).text + "\n\n" + PlainSummary(result).sentences.joined(separator: " ")
            + "\n\nRun:    \(directory.relativePath)\nReport: \(report.relativePath)"
    }

    /// The two most important measures of any of some results.
    private static func measures(of results: [RunResult]) -> [Measure] {
        results.flatMap { $0.measures.prefix(2) }.reduce(into: []) { all, measure in
            if all[measure.name] == nil { all.append(measure) }
        }
    }

    /// Columns of the table of results.
    static func head(of results: [RunResult]) -> [String] {
        ["model"] + measures(of: results).map { $0.title.lowercased() } + [
            "loss", "energy (nJ)", "weights (kB)", "state (kB)", "latency (ms)",
        ]
    }

    /// The row of a result among others.
    static func cells(_ result: RunResult, beside results: [RunResult]) -> [String] {
        [result.model]
            + measures(of: results).map { result.measures[$0.name]?.text ?? "–" } + [
                String(format: "%.4f", result.test.loss),
                String(format: "%.1f", result.energy.picojoulesPerSample / 1000),
                String(format: "%.1f", Double(result.memory.weightBytes) / 1000),
                String(format: "%.2f", Double(result.memory.stateBytes) / 1000),
                String(format: "%.3f", 1000 * result.latency.secondsPerSample),
            ]
    }
}

import Foundation
import RanvierAnalysis
import RanvierLearning
import RanvierReports
import RanvierRuns

/// What `ranvier run` says at the end.
struct RunSummary {
    let content: ReportContent
    let directory: URL

    var text: String {
        let result = content.result
        var rows = [Self.cells(result)]
        if let baseline = result.baseline { rows.append(Self.cells(baseline)) }
        let report = directory.appending(path: RunDirectory.File.report.rawValue)
        return TextTable(head: Self.head, rows: rows).text + "\n\n"
            + PlainSummary(result).sentences.joined(separator: " ")
            + "\n\nRun:    \(directory.relativePath)\nReport: \(report.relativePath)"
    }

    /// Columns of the table of results.
    static let head = [
        "model", "accuracy", "loss", "ECE", "energy (nJ)", "weights (kB)", "state (kB)",
        "latency (ms)",
    ]

    /// The row of a result.
    static func cells(_ result: RunResult) -> [String] {
        [
            result.model, String(format: "%.2f %%", 100 * result.test.accuracy),
            String(format: "%.4f", result.test.loss),
            String(format: "%.4f", result.calibration.expectedCalibrationError),
            String(format: "%.1f", result.energy.picojoulesPerSample / 1000),
            String(format: "%.1f", Double(result.memory.weightBytes) / 1000),
            String(format: "%.2f", Double(result.memory.stateBytes) / 1000),
            String(format: "%.3f", 1000 * result.latency.secondsPerSample),
        ]
    }
}

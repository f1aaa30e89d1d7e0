import Foundation
import RanvierAnalysis

/// What `ranvier run` says at the end.
struct RunSummary {
    let content: ReportContent
    let directory: URL

    var text: String {
        let result = content.result
        var rows = [row(result)]
        if let baseline = result.baseline { rows.append(row(baseline)) }
        let head = [
            "model", "accuracy", "loss", "ECE", "energy (nJ)", "weights (kB)", "state (kB)",
            "latency (ms)",
        ]
        let report = directory.appending(path: RunDirectory.File.report.rawValue)
        return TextTable(head: head, rows: rows).text + "\n\n"
            + PlainSummary(result).sentences.joined(separator: " ")
            + "\n\nRun:    \(directory.relativePath)\nReport: \(report.relativePath)"
    }

    private func row(_ result: RunResult) -> [String] {
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

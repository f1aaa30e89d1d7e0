import Foundation
import RanvierAnalysis
import RanvierLearning
import RanvierReports
import RanvierRuns

/// What `ranvier adapt` says to people.
struct AdaptSummary {
    let record: AdaptationRecord
    let directory: URL

    var text: String {
        let report = directory.appending(path: RunDirectory.File.report.rawValue)
        return
            ([heading, table] + remarks
            + ["Run:    \(directory.relativePath)\nReport: \(report.relativePath)"])
            .joined(separator: "\n\n")
    }

    private var heading: String {
        let taught =
            record.rule.map { "; \(record.lessons) lessons by the rule \($0)" }
            ?? "; without labels"
        let back =
            record.rollbacks.isEmpty
            ? "" : "; the last good state came back \(record.rollbacks.count) times"
        return
            "\(record.origin) went on with \(record.samples) samples of \(record.data)\(taught)\(back)."
    }

    private var table: String {
        func row(_ name: String, _ change: AdaptationRecord.Change?) -> [String]? {
            change.map { change in
                [
                    name, "\(change.samples)", change.before.textWithInterval,
                    change.after.textWithInterval,
                    change.difference?.verdict.rawValue.replacing("-", with: " ") ?? "–",
                ]
            }
        }
        var rows = [
            row("new data", record.gained), row("old data, sensors as they were", record.kept),
        ].compactMap(\.self)
        if let returning = record.returning {
            rows.append([
                "old data, inputs followed on", "\(record.kept?.samples ?? 0)", "–",
                returning.textWithInterval, "–",
            ])
        }
        guard !rows.isEmpty else {
            return "Nothing with labels was held out, so nothing is judged."
        }
        let label = record.gained?.after.label ?? record.kept?.after.label ?? record.measure
        return TextTable(
            head: ["On", "Samples", "\(label) before", "after", "Change"], rows: rows
        ).text
    }

    private var remarks: [String] {
        record.missingChannels.isEmpty
            ? [] : ["Not there any more: \(record.missingChannels.joined(separator: ", "))."]
    }
}

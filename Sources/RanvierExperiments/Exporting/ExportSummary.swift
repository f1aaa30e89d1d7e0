import Foundation
import RanvierConfiguration
import RanvierDeployment
import RanvierReports

/// What `ranvier export` says to people.
struct ExportSummary {
    let record: ExportRecord
    /// Whether checks were asked for.
    let checks: Bool

    var text: String {
        var parts = [heading]
        if !record.steps.isEmpty {
            parts.append(record.steps.map { "- \($0)" }.joined(separator: "\n"))
        }
        if record.target == ExportRequest.Target.c.rawValue { parts.append(layers) }
        if let agreement = record.agreement { parts.append(line(agreement)) }
        if checks { parts.append(table) }
        return parts.joined(separator: "\n\n")
    }

    private var heading: String {
        "Written to \(record.folder): \(record.files.count) files, "
            + "\(NumberText.count(record.flashBytes)) bytes of tables, "
            + "\(NumberText.count(record.ramBytes)) bytes of state"
            + (record.learningBytes.map { ", \(NumberText.count($0)) bytes of what it learns" }
                ?? "")
    }

    private var layers: String {
        TextTable(
            head: ["Layer", "Weights", "Bits", "Kernel", "Format", "Bytes"],
            rows: record.layers.map {
                [
                    $0.name, NumberText.count($0.weights), "\($0.bits)", $0.kernel, $0.format,
                    NumberText.count($0.bytes),
                ]
            }
        ).text
    }

    private func line(_ agreement: ExportRecord.Agreement) -> String {
        func value(_ number: Double) -> String {
            agreement.measure == "accuracy"
                ? NumberText.percent(number, decimals: 2)
                : NumberText.significant(number, digits: 4)
        }
        let same =
            agreement.sameAnswers.map { ", the same answer for \(NumberText.percent($0))" } ?? ""
        return "\(agreement.measure) on \(NumberText.count(agreement.samples)) test samples: "
            + "\(value(agreement.integer)) in integers, \(value(agreement.trained)) as trained\(same)"
    }

    private var table: String {
        func bytes(_ count: Int?) -> String { count.map(NumberText.count) ?? "–" }
        let rows = record.checks.map { check in
            [
                check.target, check.status.rawValue,
                check.status == .agrees || check.status == .differs
                    ? "\(check.agreeing) of \(check.samples)" : "–",
                bytes(check.codeBytes), bytes(check.tableBytes), bytes(check.stateBytes),
                bytes(check.stackBytes), bytes(check.instructions.map { Int($0.rounded()) }),
            ]
        }
        let head = [
            "Target", "Check", "Samples", "Code", "Tables", "State", "Stack", "Instructions",
        ]
        let reasons = record.checks.compactMap { check in
            check.reason.map { "\(check.target): \($0)" }
        }
        return ([TextTable(head: head, rows: rows).text] + reasons).joined(separator: "\n")
            + "\nBytes; instructions of the average sample, which are not cycles."
    }
}

import Foundation
import RanvierAnalysis
import RanvierLearning
import RanvierReports

extension Workbench {
    /// Says why a run learned badly, or that nothing is suspicious: rates, gradients, scaling, learning rate, class balance, time
    /// constants, over-fitting, the worst first.
    ///
    /// - Throws: `RunError`, `ConfigurationError`, `DataError` where its data are gone, what the method throws.
    public func explain(
        _ request: ExplainRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        try withThreads(request.threads) {
            let evidence = try EvidenceCollector(
                folder: request.run, registry: registry, dataDirectory: request.dataDirectory,
                samples: request.samples, events: events
            ).evidence()
            let explanation = Explanation(
                run: request.run.lastPathComponent, evidence: evidence,
                findings: TrainingChecks.findings(in: evidence))
            return CommandOutcome(text: explanation.text, value: explanation)
        }
    }
}

/// What is told of a run.
private struct Explanation: Encodable, Sendable {
    let run: String
    /// What it comes to, a sentence.
    let verdict: String
    /// Whether training was a success whatever else there is to say.
    let hasLearned: Bool
    let findings: [Finding]

    init(run: String, evidence: TrainingEvidence, findings: [Finding]) {
        self.run = run
        self.findings = findings
        hasLearned = evidence.hasLearned
        let measured =
            evidence.test.map { "\($0.title) \($0.text) on test samples" }
            ?? "it has no trained model yet"
        let worst = findings.first
        if worst == nil {
            verdict = "Nothing suspicious: \(measured)."
        } else if worst?.severity == .minor {
            verdict = "Nothing keeps it from learning (\(measured)); smaller remarks follow."
        } else {
            verdict = "\(worst?.finding ?? "") (\(measured))."
        }
    }

    var text: String {
        var lines = ["\(run): \(verdict)"]
        for (index, finding) in findings.enumerated() {
            lines.append("")
            lines.append("\(index + 1). \(finding.finding) [\(finding.severity.rawValue)]")
            lines.append("   seen by: \(finding.evidence)")
            lines.append("   what to try: \(finding.advice)")
        }
        return lines.joined(separator: "\n")
    }
}

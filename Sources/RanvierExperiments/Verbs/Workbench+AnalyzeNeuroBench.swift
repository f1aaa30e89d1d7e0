import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierReports

extension Workbench {
    /// The numbers of the NeuroBench harness for a stored network on its test samples.
    ///
    /// - Throws: `RunError`, `DataError`; `AnalysisError` for a network without a clock.
    public func analyzeNeuroBench(
        _ request: NeuroBenchRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        try withThreads(request.threads) {
            let stored = try StoredRun(request.run, registry: registry, warning: events.warning)
            let data = try stored.testData(
                request.data, dataDirectory: request.dataDirectory, events: events)
            let metrics = try NeuroBenchMetrics(of: stored.model, on: data)
            let rows: [(String, String)] = [
                ("footprint (bytes)", "\(metrics.footprint)"),
                ("connection sparsity", NumberText.shortest(metrics.connectionSparsity)),
                ("activation sparsity", String(format: "%.6f", metrics.activationSparsity)),
                ("effective MACs per sample", String(format: "%.2f", metrics.effectiveMACs)),
                ("effective ACs per sample", String(format: "%.2f", metrics.effectiveACs)),
                (
                    "dense operations per sample",
                    String(format: "%.2f", metrics.denseOperations)
                ),
                ("accuracy", metrics.accuracy.map { String(format: "%.4f", $0) } ?? "–"),
            ]
            let width = rows.map(\.0.count).max() ?? 0
            return CommandOutcome(
                text: rows.map {
                    $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1
                }.joined(separator: "\n"), value: metrics)
        }
    }
}

import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierDeployment
import RanvierFormats
import RanvierLearning
import RanvierReports
import RanvierRuns

extension Workbench {
    /// Brings a stored network into integers and writes it for a device.
    ///
    /// - Throws: `RunError`; `DeviceError`, `FoldingError`, `LoweringError`, `IntegerNetworkError` for what has no form in integers, by
    ///   the layer's name; `ToolchainError`; `FileError`.
    public func export(
        _ request: ExportRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        try withThreads(request.threads) {
            let stored = try StoredRun(request.run, registry: registry, warning: events.warning)
            let data = try ExportData(of: stored, dataDirectory: request.dataDirectory, events)
            let prepared = try request.preparation.prepare(
                stored.model, calibration: data?.training, in: registry)
            let folder = try ExportFolder(for: request.output, overwrite: request.overwrite)
            do {
                let exporter = Exporter(
                    request: request, stored: stored, prepared: prepared, data: data)
                let record = try exporter.write(to: folder)
                for warning in record.warnings { events.warning(warning) }
                try folder.takePlace()
                if let model = request.modelFolder, data != nil { try measure(model, request) }
                var outcome = CommandOutcome(
                    text: ExportSummary(record: record, checks: request.checks).text, value: record)
                let isRight = record.checks.allSatisfy { [.agrees, .skipped].contains($0.status) }
                outcome.status = isRight ? .done : .runFailed
                return outcome
            } catch {
                folder.discard()
                throw error
            }
        }
    }

    /// Writes the result of an exported model, as of any run.
    private func measure(_ model: URL, _ request: ExportRequest) throws {
        let outcome = try evaluate(
            EvaluateRequest(
                run: model, dataDirectory: request.dataDirectory, threads: request.threads))
        guard let result = outcome.value as? RunResult else { return }
        try AtomicFile.write(
            StoredJSON.sealed(result, isPretty: true),
            to: model.appending(path: RunDirectory.File.result.rawValue))
    }
}

extension ExportRequest {
    /// Where the model of integers lies; nil where none is written.
    fileprivate var modelFolder: URL? {
        switch target {
        case .c: output.appending(path: "model")
        case .integer: output
        case .wasm: nil
        }
    }
}

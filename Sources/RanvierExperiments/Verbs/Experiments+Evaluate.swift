import Foundation
import RanvierData
import RanvierLearning
import RanvierReports
import RanvierTensors

extension Experiments {
    /// Measures the stored network of a run on its own test data, or on those of another data set.
    ///
    /// - Throws: `RunError`, `ConfigurationError`, `DataError`, `CheckpointError`, `NetworkError`.
    public static func evaluate(
        _ request: EvaluateRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        if let threads = request.threads { Parallel.threads = threads }
        let stored = try StoredRun(
            request.run, dataset: request.dataset, dataDirectory: request.dataDirectory)
        let observer = RunObserver(events: events, what: "evaluation", directory: nil)
        let measurement = try Measurement(
            stored.model, experiment: stored.experiment, state: stored.state, observer: observer)
        let content = try ReportBuilder(
            experiment: stored.experiment, command: [], warnings: []
        ).content(
            measurement.result, measurement: measurement, model: stored.model, state: stored.state)
        return CommandOutcome(
            text: RunSummary(content: content, directory: request.run).text,
            value: measurement.result)
    }
}

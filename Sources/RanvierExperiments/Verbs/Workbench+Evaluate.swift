import Foundation
import RanvierAnalysis
import RanvierLearning
import RanvierReports

extension Workbench {
    /// Measures the stored network of a run on its own test data, on another data set, or on a labelled file.
    ///
    /// - Throws: `RunError`, `ConfigurationError`, `DataError`, `CheckpointError`, `NetworkError`.
    public func evaluate(
        _ request: EvaluateRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        try withThreads(request.threads) {
            let stored = try StoredRun(request.run, registry: registry)
            let data = try stored.testData(
                request.data, dataDirectory: request.dataDirectory, events: events)
            let observer = RunObserver(events: events, what: "evaluation", directory: nil)
            var subject = stored.configuration.subject()
            if let other = request.data { subject.dataset = other }
            let result = try ModelMeasurement(
                of: stored.model, as: subject, on: data, measures: stored.configuration.measures,
                training: stored.state, samples: stored.trainingSamples, observer: observer
            ).result
            return CommandOutcome(
                text: RunSummary(result: result, directory: request.run).text, value: result)
        }
    }
}

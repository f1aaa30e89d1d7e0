import Foundation
import RanvierAnalysis
import RanvierBaselines
import RanvierData
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
            let stored = try StoredRun(request.run, registry: registry, warning: events.warning)
            let isOwn = request.data == nil || request.data == stored.configuration.dataset.name
            let splits = try stored.splits(
                dataDirectory: request.dataDirectory, isNeeded: isOwn, events: events)
            let data =
                try (isOwn ? splits?.test : nil)
                ?? stored.testData(
                    request.data, dataDirectory: request.dataDirectory, events: events)
            let observer = RunObserver(events: events, what: "evaluation", directory: nil)
            var subject = stored.configuration.subject()
            if let other = request.data { subject.dataset = other }
            let measurement = try ModelMeasurement(
                of: stored.model, as: subject, on: data, measures: stored.configuration.measures,
                training: stored.state, samples: stored.trainingSamples, observer: observer)
            let rivals = RivalMeasurement(
                measurement: measurement, measures: stored.configuration.measures)
            let result = measurement.result(
                beside: try splits.map {
                    try rivals.rivals(
                        on: data, training: $0.training, validation: $0.validation,
                        choice: stored.configuration.baseline == nil ? .trivial : .all,
                        seed: stored.configuration.seed)
                } ?? [])
            for warning in result.warnings { events.warning(warning) }
            return CommandOutcome(
                text: RunSummary(result: result, directory: request.run).text, value: result)
        }
    }
}

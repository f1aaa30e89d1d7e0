import Foundation
import RanvierAlignment
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierReports
import RanvierRuns

extension Workbench {
    /// Goes on with a stored network on new, drifted data by a local rule, or without labels; the result is a run of its own.
    ///
    /// - Throws: ``AdaptError``, `AlignmentError`, `DataError`, `RunError`, `FileError`; ``InterruptedError``.
    public func adapt(
        _ request: AdaptRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        try withThreads(request.threads) {
            let stored = try StoredRun(request.run, registry: registry, warning: events.warning)
            let samples = try AdaptSamples(request, stored, events: events)
            let adapting = AdaptingRun(
                request: request, stored: stored, samples: samples, parts: parts, events: events)
            return try adapting.perform()
        }
    }
}

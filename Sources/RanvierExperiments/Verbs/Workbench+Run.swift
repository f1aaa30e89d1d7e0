import RanvierLearning
import RanvierReports

extension Workbench {
    /// Trains and evaluates as the configuration says; writes a run directory.
    ///
    /// - Throws: `ConfigurationError`, `NetworkError`, `DataError`, `RunError`, `FileError`,
    ///   `CheckpointError`, `TrainingError`; `InterruptedError` after Ctrl-C, with the last checkpoint whole.
    public func run(
        _ request: RunRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        try withThreads(request.threads) {
            try TrainingRun(request: request, parts: parts, events: events).perform()
        }
    }
}

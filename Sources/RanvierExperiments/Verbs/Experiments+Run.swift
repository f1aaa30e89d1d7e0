import RanvierLearning
import RanvierReports

extension Experiments {
    /// Trains and evaluates as the configuration says; writes a run directory.
    ///
    /// - Throws: `ConfigurationError`, `NetworkError`, `DataError`, `RunError`, `FileError`,
    ///   `CheckpointError`, `TrainingError`; `InterruptedError` after Ctrl-C, with the last checkpoint whole.
    public static func run(
        _ request: RunRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        try TrainingRun(request: request, events: events).perform()
    }
}

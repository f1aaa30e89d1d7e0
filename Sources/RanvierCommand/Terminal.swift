import ArgumentParser
import Foundation
import Logging
import RanvierConfiguration
import RanvierExperiments
import RanvierLearning
import RanvierReports
import Synchronization

/// Shows a command's progress and messages on standard error, and its result on standard output.
///
/// On a terminal progress is a bar that is drawn over itself; elsewhere only milestones are
/// written, a line each.
public final class Terminal: Sendable {
    private let json: Bool
    private let quiet: Bool
    private let logger: Logger
    private let bar: ProgressBar
    private let cancellation = Cancellation()
    private let interrupt = Mutex<Interrupt?>(nil)

    /// A terminal that shows results as JSON, and no progress if it shall be quiet.
    public init(json: Bool, quiet: Bool) {
        self.json = json
        self.quiet = quiet
        let bar = ProgressBar(isTerminal: isatty(STDERR_FILENO) == 1)
        self.bar = bar
        logger = Logger(label: "ranvier") { _ in
            TerminalLogHandler(bar: bar, logLevel: quiet ? .warning : .info)
        }
    }

    /// What a command calls while it works.
    public var events: WorkEvents {
        WorkEvents(
            progress: { [self] progress in if !quiet { bar.show(progress) } },
            note: { [self] text in note(text) },
            warning: { [self] text in logger.warning("\(text)") }, cancellation: cancellation)
    }

    /// Lets Ctrl-C stop the work at its next safe point; `text` says so when it is pressed.
    public func stopOnInterrupt(_ text: String) {
        interrupt.withLock { interrupt in
            guard interrupt == nil else { return }
            interrupt = Interrupt(stopping: cancellation) { [self] in note(text) }
        }
    }

    /// Tells something that is good to know.
    public func note(_ text: String) { logger.info("\(text)") }

    /// Does a command's work and prints what came of it; ends the process where a part of the work failed.
    public func finish(_ work: () throws -> CommandOutcome) throws {
        defer { bar.clear() }
        let outcome = try work()
        bar.clear()
        try StandardOutput.write(line: json ? try outcome.json() : outcome.text)
        if outcome.status != .done { throw ExitCode(outcome.status.rawValue) }
    }
}

/// Log messages as lines such as `warning: layer 'hidden' is silent`, above the progress bar.
struct TerminalLogHandler: LogHandler {
    let bar: ProgressBar
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let prefix = event.level == .info ? "" : "\(event.level): "
        bar.write(line: "\(prefix)\(event.message)")
    }
}

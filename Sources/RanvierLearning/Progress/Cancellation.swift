import RanvierConfiguration
import Synchronization

/// Whether a piece of work was asked to stop; polled by whoever loops.
///
/// It is handed down with the work, so that several pieces in one process can be stopped one by one.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    /// A piece of work that nobody has asked to stop.
    public init() {}

    /// Whether the work should stop at the next safe point. Cheap: one atomic load.
    public var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// Asks the work to stop at the next safe point.
    public func request() { flag.store(true, ordering: .relaxed) }

    /// Throws ``InterruptedError`` if the work should stop.
    public func check() throws(InterruptedError) {
        if isRequested { throw InterruptedError() }
    }
}

/// The run was stopped by Ctrl-C.
public struct InterruptedError: Error, Equatable, CustomStringConvertible, ExitStatusProviding {
    /// What to do next, such as the command that goes on from the last checkpoint.
    public let advice: String

    /// Creates an error; `advice` says how to go on.
    public init(advice: String = "") { self.advice = advice }

    /// The error in one line.
    public var description: String { advice.isEmpty ? "interrupted" : "interrupted; \(advice)" }

    /// Stopped by Ctrl-C.
    public var exitStatus: ExitStatus { .interrupted }
}

import Foundation
import Synchronization

/// A failure of one operation on one file that a test asks for, with a number of the system's or as if the process had been
/// killed there.
///
///     WritingFault.$current.withValue(WritingFault(.flush, of: "result.json", .error(ENOSPC))) { … }
package final class WritingFault: Sendable {
    /// What is done to a file until it is there.
    package enum Operation: String, CaseIterable, Sendable { case create, write, flush, rename }

    /// How it fails.
    package enum Manner: Hashable, Sendable {
        /// The system refuses, with this number.
        case error(Int32)
        /// The process is gone: nothing is written, moved or cleaned up after it.
        case kill
    }

    /// What goes wrong in this task; nil for nothing.
    @TaskLocal package static var current: WritingFault?

    private let operation: Operation
    private let file: String
    private let occurrence: Int
    private let bytes: Int
    private let manner: Manner
    private let seen = Mutex(0)

    /// A failure of the `occurrence`-th such operation, from 1, on files of this name; a write puts `bytes` down before.
    package init(
        _ operation: Operation, of file: String, occurrence: Int = 1, after bytes: Int = 0,
        _ manner: Manner
    ) {
        self.operation = operation
        self.file = file
        self.occurrence = occurrence
        self.bytes = bytes
        self.manner = manner
    }

    /// Whether it has come to pass.
    package var hasHappened: Bool { seen.withLock { $0 >= occurrence } }

    /// Whether the process counts as killed.
    package var hasKilled: Bool { manner == .kill && hasHappened }

    /// The number that an operation shall fail with, and the bytes that a write puts down before; nil where it goes on.
    package static func failure(
        _ operation: Operation, of url: URL
    ) -> (number: Int32, bytes: Int)? {
        guard let fault = current else { return nil }
        guard !fault.hasKilled else { return (ECANCELED, 0) }
        guard fault.operation == operation, fault.file == url.lastPathComponent,
            fault.seen.withLock({ seen in
                seen += 1
                return seen == fault.occurrence
            })
        else { return nil }
        switch fault.manner {
        case .error(let number): return (number, fault.bytes)
        case .kill: return (ECANCELED, fault.bytes)
        }
    }
}

import Synchronization

/// Which kernels ran: makes the choice by storage kind and density observable.
///
///     let names = KernelLog.recording { _ = spikes.matrixProduct(weights) }.kernels
///     // ["spikeProduct"]
public enum KernelLog {
    private final class Journal: Sendable {
        let names = Mutex<[String]>([])
    }

    @TaskLocal private static var journal: Journal?

    /// Runs `body` and returns the names of the kernels that operations inside it chose, in order.
    public static func recording<R>(_ body: () throws -> R) rethrows
        -> (result: R, kernels: [String])
    {
        let journal = Journal()
        let result = try $journal.withValue(journal, operation: body)
        return (result, journal.names.withLock { $0 })
    }

    /// Notes that a kernel was chosen; costs next to nothing while nobody records.
    package static func note(_ kernel: StaticString) {
        journal?.names.withLock { $0.append(kernel.description) }
    }
}

import Synchronization

/// Counts the bytes of the tensors that a piece of work makes, apart from everything else in the process.
///
///     let (result, peak) = MemoryMeter.measuring { network(input) }
public final class MemoryMeter: Sendable {
    @TaskLocal static var current: MemoryMeter?

    private struct Count {
        var inUse = 0
        var peak = 0
    }

    private let count = Mutex(Count())

    /// Runs `body` and returns the largest number of bytes that its tensors occupied at one time.
    public static func measuring<R>(_ body: () throws -> R) rethrows -> (result: R, peakBytes: Int)
    {
        let meter = MemoryMeter()
        let result = try $current.withValue(meter, operation: body)
        return (result, meter.count.withLock { $0.peak })
    }

    /// Runs `body`, on whatever thread, for the account of a meter.
    static func charging(_ meter: MemoryMeter?, _ body: () -> Void) {
        if let meter { $current.withValue(meter, operation: body) } else { body() }
    }

    func add(_ bytes: Int) {
        count.withLock {
            $0.inUse += bytes
            $0.peak = max($0.peak, $0.inUse)
        }
    }

    func remove(_ bytes: Int) { count.withLock { $0.inUse -= bytes } }
}

import Dispatch
import Foundation
import Synchronization

/// Parallel loops on Dispatch's thread pool.
///
/// Work is cut by the size of the problem and never by the number of threads, so a result has the same
/// bits on any number of them; the number of threads only decides how many parts run at once.
public enum Parallel {
    private static let limit = Atomic<Int>(0)
    @TaskLocal private static var scopedLimit: Int?

    /// Number of processors that this process may use.
    public static let availableThreads = max(ProcessInfo.processInfo.activeProcessorCount, 1)

    /// Most threads that loops use. Setting it changes the time a loop takes, never its result.
    public static var threads: Int {
        get {
            if let scopedLimit { return scopedLimit }
            let value = limit.load(ordering: .relaxed)
            return value > 0 ? value : availableThreads
        }
        set {
            precondition(newValue > 0, "the number of threads must be positive, not \(newValue)")
            limit.store(newValue, ordering: .relaxed)
        }
    }

    /// The value of `body`, with `threads` threads at most for the loops that it runs; other tasks keep theirs.
    public static func withThreads<Value>(
        _ threads: Int, _ body: () throws -> Value
    ) rethrows -> Value {
        precondition(threads > 0, "the number of threads must be positive, not \(threads)")
        return try $scopedLimit.withValue(threads, operation: body)
    }

    /// Runs `body` for every part `0 ..< parts`, on several threads where that helps.
    ///
    /// Parts must not write to the same place. A loop inside a part runs on the thread of that part.
    /// Workers take parts from both ends in turn, so that loop after loop over the same memory finds most of
    /// it in the cache of its own core.
    public static func forEach(parts: Int, _ body: @Sendable (Int) -> Void) {
        let workers = min(threads, parts)
        if workers <= 1 || isInsidePart {
            for part in 0..<parts { body(part) }
            return
        }
        // Parts taken from the front in the low half, from the back in the high half.
        let taken = Atomic<UInt64>(0)
        let meter = MemoryMeter.current
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            let isFront = worker % 2 == 0
            isInsidePart = true
            defer { isInsidePart = false }
            MemoryMeter.charging(meter) {
                while true {
                    let old = taken.wrappingAdd(isFront ? 1 : 1 << 32, ordering: .relaxed).oldValue
                    let front = Int(old & 0xffff_ffff), back = Int(old >> 32)
                    if front + back >= parts { return }
                    body(isFront ? front : parts - 1 - back)
                }
            }
        }
    }

    /// Runs `body` on consecutive ranges that cover `0 ..< count`, each of `grain` elements but the last.
    public static func forEachRange(
        of count: Int, grain: Int, _ body: @Sendable (Range<Int>) -> Void
    ) {
        precondition(grain > 0, "the grain of a parallel loop must be positive")
        forEach(parts: (count + grain - 1) / grain) { part in
            body(part * grain..<min((part + 1) * grain, count))
        }
    }

    // Nested loops stay on their thread: the outer one has already filled the machine.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()
    private static var isInsidePart: Bool {
        get { pthread_getspecific(key) != nil }
        set { pthread_setspecific(key, newValue ? UnsafeRawPointer(bitPattern: 1) : nil) }
    }
}

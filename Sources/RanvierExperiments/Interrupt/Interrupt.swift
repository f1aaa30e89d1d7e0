import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and its kind, polled by whoever loops.
///
/// The first SIGINT or SIGTERM asks the run to stop at the next safe point; the second ends the
/// process at once with status 130, without any clean-up.
public enum Interrupt {
    private static let count = Atomic<Int>(0)
    private static let sources = Mutex<[any DispatchSourceSignal]>([])

    /// Whether the run should stop at the next safe point. Cheap: one atomic load.
    public static var isRequested: Bool { count.load(ordering: .relaxed) > 0 }

    /// Begins to watch for signals; `onFirst` is called once, on another thread, for the first.
    ///
    /// Calling it again changes nothing.
    public static func install(onFirst: @escaping @Sendable () -> Void = {}) {
        sources.withLock { sources in
            guard sources.isEmpty else { return }
            let queue = DispatchQueue(label: "ranvier.interrupt", qos: .userInteractive)
            let isWatching = DispatchSemaphore(value: 0)
            for number in [SIGINT, SIGTERM] {
                // The default action would end the process before the source hears of the signal.
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler { request(onFirst: onFirst) }
                source.setRegistrationHandler { isWatching.signal() }
                source.resume()
                sources.append(source)
                // A signal before that would be lost.
                isWatching.wait()
            }
        }
    }

    /// Asks the run to stop, as a signal would.
    static func request(onFirst: () -> Void) {
        let (before, _) = count.add(1, ordering: .relaxed)
        guard before == 0 else { _exit(ExitStatus.interrupted.rawValue) }
        onFirst()
    }

    /// Throws `InterruptedError` if the run should stop.
    public static func check() throws(InterruptedError) {
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

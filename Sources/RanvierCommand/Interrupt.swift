import Dispatch
import Foundation
import RanvierConfiguration
import RanvierExperiments
import RanvierLearning
import Synchronization

/// Ctrl-C and its kind.
///
/// The first SIGINT, SIGTERM or SIGHUP asks the work to stop at the next safe point; the second ends the
/// process at once with status 130, without any clean-up. A SIGHUP that was ignored from the start stays so.
final class Interrupt: @unchecked Sendable {
    private let count = Atomic<Int>(0)
    // Written while this is made and never again.
    private var sources: [any DispatchSourceSignal] = []

    /// Begins to watch for signals.
    ///
    /// - Parameter onFirst: called once, on another thread, for the first of them.
    init(stopping work: Cancellation, onFirst: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "ranvier.interrupt", qos: .userInteractive)
        let isWatching = DispatchSemaphore(value: 0)
        for number in [SIGINT, SIGTERM] + (HangUp.isIgnored ? [] : [SIGHUP]) {
            // The default action would end the process before the source hears of the signal.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [self] in
                let (before, _) = count.add(1, ordering: .relaxed)
                guard before == 0 else { _exit(ExitStatus.interrupted.rawValue) }
                work.request()
                onFirst()
            }
            source.setRegistrationHandler { isWatching.signal() }
            source.resume()
            sources.append(source)
            // A signal before that would be lost.
            isWatching.wait()
        }
    }
}

import Foundation
import Testing

@testable import RanvierCommand
@testable import RanvierLearning

@Suite("Interrupts")
struct InterruptTests {
    @Test("the first Ctrl-C asks to stop", arguments: [SIGINT, SIGTERM, SIGHUP])
    func firstSignal(_ number: Int32) async {
        await #expect(processExitsWith: .exitCode(7)) { [number] in
            let work = Cancellation()
            let interrupt = Interrupt(stopping: work) {}
            precondition(!work.isRequested)
            kill(getpid(), number)
            for _ in 0..<5000 where !work.isRequested { usleep(1000) }
            do throws(InterruptedError) {
                try work.check()
            } catch {
                withExtendedLifetime(interrupt) { exit(7) }
            }
        }
    }

    @Test("the second Ctrl-C ends the process at once")
    func secondSignal() async {
        await #expect(processExitsWith: .exitCode(130)) {
            let work = Cancellation()
            let interrupt = Interrupt(stopping: work) {}
            kill(getpid(), SIGINT)
            for _ in 0..<5000 where !work.isRequested { usleep(1000) }
            kill(getpid(), SIGINT)
            withExtendedLifetime(interrupt) { _ = sleep(10) }
        }
    }
}

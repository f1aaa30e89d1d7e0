import Foundation
import RanvierTraining
import Testing

@testable import RanvierExperiments

@Suite("Exit status")
struct ExitStatusTests {
    struct Unknown: Error {}

    @Test("follows from the error")
    func mapping() {
        let usage = ConfigurationError(location: "a.yaml", keyPath: "b", problem: .duplicateKey)
        #expect(ExitStatus(for: usage) == .wrongUsage)
        let checkpoint = CheckpointError(file: "a", problem: .unreadable(reason: "b"))
        #expect(ExitStatus(for: checkpoint) == .badInput)
        #expect(ExitStatus(for: FileError(path: "a", operation: "b", reason: "c")) == .wrongUsage)
        #expect(ExitStatus(for: RunError.damaged(path: "a", reason: "b")) == .badInput)
        #expect(ExitStatus(for: InterruptedError()) == .interrupted)
        #expect(ExitStatus(for: Unknown()) == .runFailed)
    }

    @Test("the first Ctrl-C asks to stop", arguments: [SIGINT, SIGTERM])
    func firstSignal(_ number: Int32) async {
        await #expect(processExitsWith: .exitCode(7)) { [number] in
            Interrupt.install()
            Interrupt.install()
            precondition(!Interrupt.isRequested)
            kill(getpid(), number)
            for _ in 0..<5000 where !Interrupt.isRequested { usleep(1000) }
            do throws(InterruptedError) {
                try Interrupt.check()
            } catch {
                exit(7)
            }
        }
    }

    @Test("the second Ctrl-C ends the process at once")
    func secondSignal() async {
        await #expect(processExitsWith: .exitCode(130)) {
            Interrupt.install()
            kill(getpid(), SIGINT)
            for _ in 0..<5000 where !Interrupt.isRequested { usleep(1000) }
            kill(getpid(), SIGINT)
            sleep(10)
        }
    }
}

import Testing

@testable import RanvierConfiguration
@testable import RanvierExperiments
@testable import RanvierFormats
@testable import RanvierLearning
@testable import RanvierRuns

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
}

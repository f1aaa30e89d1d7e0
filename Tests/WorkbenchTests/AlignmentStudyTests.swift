import Foundation
import RanvierAlignment
import RanvierTensors
import RanvierTestSupport
import Synchronization
import Testing

@testable import RanvierStudies

@Suite struct AlignmentStudyTests {
    private func numbers(_ count: Int, _ name: String) -> [Double] {
        RandomStream(seed: 2, name: name).normal(count: count).map(Double.init)
    }

    /// Factors of rows and columns are found whatever they are; noise that is none of them stays.
    @Test func fittedFactors() {
        let w = numbers(30, "w"), d = numbers(5, "d").map { exp(0.4 * $0) }
        let e = numbers(6, "e").map { exp(0.4 * $0) }
        let b = w.indices.map { d[$0 / 6] * w[$0] * e[$0 % 6] }
        #expect(WeightAgreement(forward: w, feedback: b).angle > 10)
        let fitted = ScaleFit(b, to: w, columns: 6).fitted
        #expect(WeightAgreement(forward: w, feedback: fitted).angle < 0.01)
        #expect(abs(WeightAgreement(forward: w, feedback: fitted).slope - 1) < 1e-6)
        let noise = numbers(30, "noise").map { 0.5 * $0 }
        let noisy = ScaleFit(zip(b, noise).map { $0 + $1 }, to: w, columns: 6).fitted
        #expect(WeightAgreement(forward: w, feedback: noisy).angle > 5)
        #expect(
            WeightAgreement(forward: w, feedback: noisy).angle <= WeightAgreement(
                forward: w, feedback: b
            ).angle + 1e-9)
        #expect(WeightAgreement(forward: [0, 0], feedback: [1, 2]).angle == 90)
        #expect(WeightAgreement(forward: [1, 2], feedback: [0.5, 1]).slope == 0.5)
    }

    /// Cells come in order, each is done once, and one that failed is named by its error.
    @Test func cellsAreStored() throws {
        let folder = try TemporaryFolder()
        let context = StudyContext(cache: folder.url)
        let cells = (0..<5).map { (name: "cell-\($0)", cell: $0) }
        let done = Mutex(0)
        for _ in 0..<2 {
            let found = try StudyCells("test", context).outcomes(cells) { cell in
                done.withLock { $0 += 1 }
                return 10 * cell
            }
            #expect(found == [0, 10, 20, 30, 40])
        }
        #expect(done.withLock { $0 } == 5)
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try StudyCells("other", context).outcomes(cells) { cell -> Int in
                if cell == 3 { throw Failure() }
                return cell
            }
        }
    }

    @Test func claimsOfEverySeed() {
        func claim(_ values: [Double]) -> StudyClaim {
            .noneAbove(10, values, claim: "c", source: "s", what: "w")
        }
        #expect(claim([9, 10]).verdict == .held)
        #expect(claim([9, 10.1]).verdict == .failed)
        #expect(claim([9, .nan]).verdict == .failed)
        #expect(claim([]).verdict == .failed)
        func mean(_ values: [Double]) -> StudyClaim {
            .meanAtMost(10, values, claim: "c", source: "s", what: "w")
        }
        #expect(mean([8, 11]).verdict == .held)
        #expect(mean([9, 12]).verdict == .failed)
        #expect(mean([]).verdict == .failed)
        #expect(mean([8, 11]).evidence.contains("9.50"))
        #expect(abs(SeedSummary([1, 2, 3]).halfInterval - 4.303 / 3.0.squareRoot()) < 1e-9)
    }

    /// A short run of a cell: angles fall, and two cells that differ have names that differ.
    @Test func aCellRuns() throws {
        var run = LIFRun(seed: 3, options: .init(), weightDeviation: 0.4, lower: 4, upper: 3)
        run.options.block = 2
        run.options.blocks = 20
        run.options.step = 0.2
        let outcome = try run.run()
        #expect(outcome.seconds == [0, 10, 20, 30, 40])
        #expect(outcome.raw.count == 5 && outcome.corrected.count == 5)
        #expect(outcome.rawAngle < outcome.raw[0] - 20)
        #expect(outcome.fitted <= outcome.rawAngle + 1e-9)
        var other = run
        other.options.imperfections.mismatch = 0.1
        #expect(other.name != run.name)
    }
}

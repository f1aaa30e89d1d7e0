import RanvierAnalysis
import Testing

/// Which confidence to ask for, so that few answers are wrong.
@Suite("Selective prediction")
struct SelectivePredictionTests {
    /// Upper end of Wilson's interval, one-sided 90 %, by the formula with z² = 1.6423744.
    @Test("the bound is Wilson's")
    func bound() throws {
        let selection = SelectivePrediction(
            confidences: (0..<100).map { 1 - Double($0) / 1000 }, correct: (0..<100).map { $0 < 99 }
        )
        // 99 right answers: z²/(99 + z²) = 0.016319; of 100 with one wrong: 0.0328393.
        let strict = try #require(selection.choice(forErrorRate: 0.017))
        #expect(abs(strict.bound - 0.0163189) < 1e-6)
        #expect(strict.errorRate == 0 && strict.coverage == 0.99)
        #expect(strict.threshold == 1 - 98.0 / 1000)
        let all = try #require(selection.choice(forErrorRate: 0.035))
        #expect(all.coverage == 1 && all.errorRate == 0.01)
        #expect(abs(all.bound - 0.0328393) < 1e-6)
        #expect(selection.choice(forErrorRate: 0.016) == nil)
        #expect(abs(selection.lowestErrorRate - 0.0163189) < 1e-6)
    }

    @Test("equal confidences stand or fall together; order does not matter")
    func ties() throws {
        let selection = SelectivePrediction(
            confidences: [0.5] * 10 + [0.9] * 20, correct: [true] * 5 + [false] * 5 + [true] * 20)
        let choice = try #require(selection.choice(forErrorRate: 0.1))
        #expect(choice.threshold == 0.9 && choice.coverage == 20.0 / 30)
        // Five wrong of thirty: Wilson's bound is above a quarter.
        #expect(selection.choice(forErrorRate: 0.25)?.threshold == 0.9)
        #expect(selection.choice(forErrorRate: 0.3)?.coverage == 1)
        #expect(SelectivePrediction(confidences: [], correct: []).lowestErrorRate == 1)
    }
}

private func * <T>(list: [T], count: Int) -> [T] {
    Array(repeatElement(list, count: count).joined())
}

import Foundation
import RanvierExact
import RanvierLearning
import Testing

@Suite struct AdaBeliefTests {
    /// The first step from a gradient g: m = 0.1 g, s = 0.001 (g − m*)² + ε_r, both corrected.
    @Test func eachEpsilonHasItsPlace() throws {
        for (belief, surprise) in [(AdaBelief.Belief.newMean, 0.9), (.previousMean, 1.0)] {
            var optimizer = try FlatAdaBelief(
                parameterCount: 1, learningRate: 0.1, belief: belief, epsilon: 0.5,
                varianceEpsilon: 0.003)
            let variance = (surprise * 2) * (surprise * 2) + 0.003 / 0.001
            let expected = -0.1 * 2 / (variance.squareRoot() + 0.5)
            #expect(abs(optimizer.step(for: [2])[0] - expected) < 1e-12)
        }
        let single = try FlatAdaBelief(parameterCount: 1, learningRate: 0.1, epsilon: 0.5)
        #expect(single.rule.varianceEpsilon == nil && single.rule.epsilon == 0.5)
    }
}

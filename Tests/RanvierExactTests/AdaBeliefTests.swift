import Foundation
import Ranvier
import RanvierExact
import RanvierLearning
import Testing

@Suite struct AdaBeliefTests {
    /// Each key of the optimiser that configurations name changes where a weight goes.
    @Test(arguments: [
        "learning-rate", "beta1", "beta2", "belief", "epsilon", "weight-decay",
    ])
    func everyKeyMatters(key: String) throws {
        func weights(_ options: [ConfigurationValue.Entry]) throws -> [Float] {
            var optimizer = try Element("adabelief", .section(options)).value(
                of: OptimizerRole.self, in: .standard, at: "test"
            ).optimizer
            let parameter = Parameter(value: Tensor([1, -2], shape: [2]))
            for step in 1...3 {
                let gradient = Tensor([0.5 / Float(step), Float(step)], shape: [2])
                optimizer.update([parameter], gradients: [gradient], rateFactor: 1)
            }
            return parameter.value.scalars
        }
        let value: ConfigurationValue = key == "belief" ? .string("previous-mean") : .float(0.3)
        #expect(try weights([.init(key, value)]) != weights([]))
    }

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

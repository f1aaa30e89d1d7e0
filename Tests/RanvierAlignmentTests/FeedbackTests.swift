import Ranvier
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

@testable import RanvierAlignment

@Suite struct FeedbackTests {
    private func model() throws -> ClockedModel {
        try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [64], seed: 2
        ) {
            Linear(64, 20, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
            Linear(20, 10)
            LeakyIntegrator(membraneTimeConstant: 20e-3)
        }
    }

    /// With the transposes in place of random feedback the changes are the gradients.
    @Test func transposedFeedbackIsTheGradient() throws {
        let model = try model()
        let training = ClockedTraining(model, seed: 3)
        let sequence = Tensor(
            uniformIn: 0..<1, shape: [4, 5, 64], from: RandomStream(seed: 1, name: "x"))
        let batch = TrainingBatch(
            sequence, targets: .classes([0, 3, 5, 7, 9], names: (0..<10).map(String.init)))
        var gradients: [[Tensor]] = []
        for scale: Float? in [nil, 1, -1] {
            var own = training
            var learner = try FeedbackLearner(for: model, seed: 0, rule: "test")
            if let scale {
                for name in learner.names {
                    learner.feedback[name] = model.network.values[name].map { $0 * Tensor(scale) }
                }
            }
            let copy = own
            _ = try own.takeStep(batch) { pass in
                let found =
                    scale == nil
                    ? copy.gradientsThroughTime(pass) : try learner.gradients(pass, of: copy)
                gradients.append(found)
                return found.map { $0 * Tensor(0) }
            }
        }
        #expect(gradients[0].count == 4)
        for (plain, fed) in zip(gradients[0], gradients[1]) {
            #expect(zip(plain.scalars, fed.scalars).allSatisfy { abs($0 - $1) < 1e-6 })
        }
        #expect(gradients[0][0].scalars.contains { $0 != 0 })
        // Turned around it turns those of the first layer, and leaves those of the last.
        for (plain, fed) in zip(gradients[0][0].scalars, gradients[2][0].scalars) {
            #expect(abs(plain + fed) < 1e-6)
        }
        #expect(
            zip(gradients[0][2].scalars, gradients[2][2].scalars).allSatisfy { abs($0 - $1) < 1e-6 }
        )
    }
}

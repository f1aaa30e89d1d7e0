import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Real data: trained, quantised, folded, with the accuracy that is left.
@Suite struct QuantizedDigitsTests {
    private static func accuracy(_ model: ClockedModel, on data: Dataset) throws -> Double {
        let answers = try model.answers(to: data).answers
        let right = zip(answers, data.targets.labels).count { answer, label in
            answer.indices.max { answer[$0] < answer[$1] } == label
        }
        return Double(right) / Double(data.count)
    }

    @Test func digitsKeepTheirAccuracy() throws {
        let digits = try Digits()
        let train = digits.train.subset(Array(0..<300)), test = digits.test.prefix(200)
        let model = try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [64], seed: 1
        ) {
            Linear(64, 32, hasBias: false, gain: 2)
            BatchNormalization(32)
            IntegrateAndFire(dynamics: PopulationDynamics(surrogate: .triangular))
            Linear(32, 10)
        }
        var method = SurrogateGradient(
            model, optimizer: Adam(learningRate: 5e-3), batchSizes: 30, seed: 3)
        try Course(epochs: 5).run(&method, on: train)
        let trained = method.clockedModel
        let before = try Self.accuracy(trained, on: test)
        #expect(before > 0.8)
        var lost: [Int: (quantized: Double, folded: Double)] = [:]
        for bits in [2, 4, 8] {
            let quantized = try PostTrainingQuantization(
                bits: bits, tunesThresholds: true, samples: 60
            ).apply(to: trained, calibration: train, in: .standard)
            let folded = try WholeNumberFolding(input: .levels(16), fractionBits: 2)
                .apply(to: quantized.model)
            lost[bits] = (
                before - (try Self.accuracy(quantized.model, on: test)),
                before - (try Self.accuracy(folded.model, on: test))
            )
        }
        let eight = try #require(lost[8]), four = try #require(lost[4]), two = try #require(lost[2])
        #expect(abs(eight.quantized) < 0.02 && abs(eight.folded) < 0.02, "\(lost) of \(before)")
        #expect(four.quantized < 0.05 && four.folded < 0.05, "\(lost) of \(before)")
        #expect(two.quantized > four.quantized, "\(lost) of \(before)")
    }

    /// Weights and membranes of one step: trained, evaluated, folded; and refused where there is no such step.
    @Test func aSharedStepLearnsAndFolds() throws {
        let digits = try Digits(), train = digits.train.subset(Array(0..<150))
        let model = try ClockedModel(
            encoder: .poisson(steps: 6, timeStep: 1e-3), inputShape: [64], seed: 1
        ) {
            Linear(64, 32, hasBias: false, gain: 2)
            LIF(
                leak: .factor(0.5), threshold: 0.5,
                dynamics: LIFDynamics(
                    reset: .hard, surrogate: .triangular,
                    membrane: MembraneLevels(sharingStepWithBits: 4)))
            Linear(32, 10)
        }
        let weights = model.network.prunableParameters
        #expect(throws: NetworkError.self) { try model.answers(to: train) }
        var untaught = SurrogateGradient(model, batchSizes: 30, seed: 3)
        #expect(throws: NetworkError.self) { try Course(epochs: 1).run(&untaught, on: train) }
        let shared = SharedScaleQuantizer(bits: 4, fittedTo: weights[0].value)
        weights[0].views = [shared]
        weights[1].views = [LearnedStepQuantizer(bits: 4, fittedTo: weights[1].value)]
        let first = shared.range.value.scalars[0]
        var method = SurrogateGradient(
            model, optimizer: Adam(learningRate: 1e-2), batchSizes: 15, seed: 3)
        try Course(epochs: 6).run(&method, on: train)
        #expect(shared.range.value.scalars[0] != first)
        let trained = method.clockedModel, test = digits.test.prefix(100)
        let before = try Self.accuracy(trained, on: test)
        #expect(before > 0.4)
        let folded = try WholeNumberFolding().apply(to: trained)
        #expect(abs(try Self.accuracy(folded.model, on: test) - before) < 0.06)
        let error = #expect(throws: CompressionError.self) {
            try PostTrainingQuantization(bits: 4).apply(
                to: trained, calibration: train, in: .standard)
        }
        #expect(error?.description.contains("'lif2'") == true)
    }
}

import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Views with numbers that learn, in training, files and resumed runs.
@Suite struct LearnedViewTests {
    /// Steps by the sign of the gradient: an optimiser of another package. After an odd number of steps nothing is where it was.
    private struct Signs: Optimizer {
        var learningRate: Float = 2e-3
        var stepCount = 0
        let valuesPerWeight = 0
        let state: [String: Tensor] = [:]

        mutating func update(
            _ parameters: [Parameter], gradients: [Tensor], rateFactor: Float
        ) {
            stepCount += 1
            for (parameter, gradient) in zip(parameters, gradients) {
                parameter.value = parameter.value - gradient.sign() * (learningRate * rateFactor)
            }
        }

        mutating func restore(state: [String: Tensor], stepCount: Int) {
            self.stepCount = stepCount
        }
    }

    /// A pruned layer with a learned step, a shared scale, and scores over frozen weights.
    private func method(_ optimizer: any Optimizer) throws -> SurrogateGradient {
        let model = try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [64], seed: 1
        ) {
            Linear(64, 32, gain: 2)
            LIF(membraneTimeConstant: 4e-3)
            RecurrentLIF(32, leak: .factor(0.7))
            Linear(32, 10)
        }
        let network = model.network, weights = network.prunableParameters
        try network.prune(Pruning(.global(rate: 0.4)))
        weights[0].views += [
            LearnedStepQuantizer(
                bits: 4, fittedTo: weights[0].value, alive: weights[0].mask?.alive)
        ]
        weights[1].views += [
            SubnetworkScores(
                scores: SubnetworkInitialization.scores(
                    shape: weights[1].shape, from: RandomStream(seed: 1, name: "scores")),
                keep: 0.6)
        ]
        weights[2].views += [SharedScaleQuantizer(bits: 5, fittedTo: weights[2].value)]
        return SurrogateGradient(
            model, optimizer: optimizer, clipping: .norm(1), batchSizes: 40, seed: 3)
    }

    private func digits() throws -> Dataset { try Digits().train.subset(Array(0..<200)) }

    @Test func everyOptimiserMovesThem() throws {
        let names = [
            "linear1.weights.learned-step.step", "recurrent-lif3.weights.subnetwork-scores.scores",
            "linear4.weights.shared-scale.alpha",
        ]
        for optimizer in [
            SGD(learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3), Adam(learningRate: 2e-3),
            Adam(learningRate: 2e-3, decay: .decoupled(0.01)),
            AdaBelief(learningRate: 2e-3, weightDecay: 0.01), Signs(),
        ] as [any Optimizer] {
            var method = try method(optimizer)
            let network = method.clockedModel.network
            let frozen = network.prunableParameters[1].value.scalars
            let before = network.values
            try Course(epochs: 3).run(&method, on: digits())
            for name in names {
                let moved = try #require(network.values[name]).scalars
                #expect(moved != before[name]?.scalars, "\(type(of: optimizer)) \(name)")
                #expect(moved.allSatisfy { $0.isFinite })
            }
            #expect(network.prunableParameters[1].value.scalars == frozen)
            for parameter in network.prunableParameters {
                let alive = try #require(parameter.mask).alive.scalars
                for numbers in [parameter.value.scalars, parameter.seen.scalars] {
                    #expect(zip(numbers, alive).allSatisfy { $1 != 0 || $0 == 0 })
                }
            }
        }
    }

    @Test func aSavedModelOpensFromItsFolder() throws {
        var method = try method(Adam(learningRate: 2e-3))
        let data = try digits()
        try Course(epochs: 1).run(&method, on: data)
        let folder = try TemporaryFolder()
        try method.model.save(to: folder.url)
        let stored = try Model.load(folder.url)
        #expect(
            stored.parameters.mapValues(\.scalars)
                == method.model.parameters.mapValues(\.scalars))
        let storage = stored.storage
        #expect(storage == method.model.storage)
        #expect(storage.count == method.clockedModel.network.layerParameters.count)
        let rows = Array(0..<20)
        let batch = Batch(
            indices: rows, features: data.features(of: rows), targets: data.targets.subset(rows))
        let found = try stored.respond(to: batch, listener: nil).answers
        #expect(try found == method.model.respond(to: batch, listener: nil).answers)
    }

    @Test func aRunGoesOnFromItsCheckpoint() throws {
        let data = try digits()
        var whole = try method(Adam(learningRate: 2e-3))
        try Course(epochs: 4).run(&whole, on: data)
        var first = try method(Adam(learningRate: 2e-3))
        let state = try Course(epochs: 2).run(&first, on: data)
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "checkpoint.safetensors")
        try TrainingCheckpoint(parameters: first.model.parameters, state: state).write(to: file)
        let checkpoint = try TrainingCheckpoint(contentsOf: file)
        var second = try method(Adam(learningRate: 2e-3))
        try second.restoreModel(checkpoint.parameters)
        try Course(epochs: 4).run(&second, on: data, from: checkpoint.state)
        #expect(
            second.model.parameters.mapValues(\.scalars)
                == whole.model.parameters.mapValues(\.scalars))
    }
}

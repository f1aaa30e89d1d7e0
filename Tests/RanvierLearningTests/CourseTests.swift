import Foundation
import Testing

@testable import RanvierData
@testable import RanvierLearning
@testable import RanvierNetworks
@testable import RanvierSpikes
@testable import RanvierSurrogate
@testable import RanvierTensors

@Suite(.serialized) struct CourseTests {
    static let steps = 8
    static let encoding = DirectEncoder(steps: steps, timeStep: 1e-3)

    static func network(seed: UInt64 = 0, gain: Float = 2) throws -> Network {
        try Network(inputShape: [64], timeStep: 1e-3, seed: seed) {
            Linear(64, 48, gain: gain)
            LIF(membraneTimeConstant: 10e-3)
            Linear(48, 10)
            LeakyIntegrator(membraneTimeConstant: 10e-3)
        }
    }

    static func method(
        _ network: Network, loss: any Loss = CrossEntropy(),
        encoder: any SpikeEncoder = encoding, optimizer: any Optimizer = Adam(learningRate: 5e-3)
    ) -> SurrogateGradient {
        SurrogateGradient(
            ClockedModel(network: network, encoder: encoder, loss: loss), optimizer: optimizer,
            schedule: .cosine(), clipping: .norm(5))
    }

    static func weights(_ network: Network) -> [[Float]] { network.parameters.map(\.value.scalars) }

    @Test func learnsTheDigits() throws {
        let digits = try Digits()
        let network = try Self.network()
        var method = Self.method(network)
        let state = try Course(epochs: 6).run(&method, on: digits.train.prefix(800))
        let evaluation = try method.model.evaluate(on: digits.test)
        #expect(evaluation.accuracy > 0.9)
        #expect(state.reports.count == 6)
        #expect(state.reports[5].trainingLoss < state.reports[0].trainingLoss)
        #expect(evaluation.activity.map(\.name) == ["lif2"])
        #expect(evaluation.activity[0].rate > 0.01 && evaluation.activity[0].rate < 0.9)
        #expect(evaluation.operations.multiplyAccumulate == digits.test.count * 64 * 48)
        let fanOut = evaluation.spikesPerSample * 10 * Double(digits.test.count)
        #expect(abs(Double(evaluation.operations.synaptic) - fanOut) < 1)
        #expect(evaluation.answers.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-4 })
    }

    static let losses: [any Loss] = [
        CrossEntropy(of: .summedMembrane), CrossEntropy(of: .maximumMembrane),
        CrossEntropyOfEachStep(), TemporalEfficientTraining(), RateError(),
    ]

    @Test(arguments: losses.indices) func everyLossGoesDown(index: Int) throws {
        let loss = Self.losses[index]
        let data = try Digits().train.prefix(320)
        var method = Self.method(try Self.network(), loss: loss)
        let reports = try Course(epochs: 4).run(&method, on: data).reports
        #expect(reports[3].trainingLoss < 0.8 * reports[0].trainingLoss)
    }

    @Test func spikeCountsCanBeTrained() throws {
        let data = try Digits().train.prefix(320)
        let network = try Network(inputShape: [64]) {
            Linear(64, 48, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
            Linear(48, 10, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
        }
        var method = Self.method(network, loss: CrossEntropy(of: .spikeCount))
        let reports = try Course(epochs: 7).run(&method, on: data).reports
        #expect((reports[6].trainingAccuracy ?? 0) > 0.7)
    }

    @Test(arguments: [0, 1, 2])
    func everyOptimizerLearnsAndResumesExactly(kind: Int) throws {
        func optimizer() -> any Optimizer {
            switch kind {
            case 0: SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4, isNesterov: true)
            case 1: Adam(learningRate: 5e-3)
            default: Adam(learningRate: 5e-3, decay: .decoupled(1e-2))
            }
        }
        let data = try Digits().train.prefix(200)
        let whole = try Self.network()
        var method = Self.method(whole, optimizer: optimizer())
        let reports = try Course(epochs: 4).run(&method, on: data).reports
        #expect(reports[3].trainingLoss < reports[0].trainingLoss)

        // The same run, cut after two epochs and continued by a new trainer on a new network.
        let first = try Self.network()
        let recorder = StateRecorder(stopAfter: 2)
        var interrupted = Self.method(first, optimizer: optimizer())
        #expect(throws: TrainingError.interrupted(epoch: 3, lastCompletedEpoch: 2)) {
            try Course(epochs: 4).run(&interrupted, on: data, observer: recorder)
        }
        let state = try #require(recorder.state)
        let second = try Self.network(seed: 99)
        for (parameter, value) in zip(second.parameters, first.parameters) {
            parameter.value = value.value
        }
        var resumed = Self.method(second, optimizer: optimizer())
        try Course(epochs: 4).run(&resumed, on: data, from: state)
        #expect(Self.weights(second) == Self.weights(whole))
    }

    @Test func sameBitsOnAnyNumberOfThreads() throws {
        let data = try Digits().train.prefix(200)
        func run() throws -> [[Float]] {
            let network = try Self.network()
            var method = Self.method(network, encoder: PoissonEncoder(steps: 5, timeStep: 1e-3))
            try Course(epochs: 2).run(&method, on: data)
            return Self.weights(network)
        }
        let one = try Parallel.withThreads(1, run)
        #expect(try Parallel.withThreads(2, run) == one)
    }

    @Test func aNonFiniteLossStopsTheRunAndNamesTheLayer() throws {
        let data = try Digits().train.prefix(64)
        let network = try Self.network()
        network.parameters[0].value = Tensor(repeating: .infinity, shape: [64, 48])
        var method = Self.method(network)
        let error = #expect(throws: TrainingError.self) {
            try Course(epochs: 1).run(&method, on: data)
        }
        guard case .nonFinite(let epoch, let step, _, let layer) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(epoch == 1 && step == 1 && layer != nil)
        #expect(error?.description.contains("smaller learning rate") == true)
    }

    @Test func silentAndSaturatedLayersAreNamed() throws {
        let data = try Digits().train.prefix(64)
        var quiet = Self.method(
            try Self.network(gain: 1e-4), optimizer: SGD(learningRate: 0))
        let silent = try Course(epochs: 1).run(&quiet, on: data).reports[0].warnings
        #expect(silent.count == 1 && silent[0].contains("'lif2' is silent"))
        let network = try Self.network()
        network.parameters[1].value = Tensor(repeating: 1000, shape: [48])
        var loud = Self.method(network, optimizer: SGD(learningRate: 0))
        let saturated = try Course(epochs: 1).run(&loud, on: data).reports[0].warnings
        #expect(saturated.count == 1 && saturated[0].contains("'lif2' is saturated"))
    }

    @Test func stopsEarlyAndRestoresTheBestEpoch() throws {
        let digits = try Digits()
        let network = try Self.network()
        // Far too large a rate: after the first epochs the validation loss only grows.
        var method = SurrogateGradient(
            ClockedModel(network: network, encoder: Self.encoding, loss: CrossEntropy()),
            optimizer: Adam(learningRate: 0.5))
        let state = try Course(epochs: 40, earlyStop: EarlyStop(patience: 3)).run(
            &method, on: digits.train.prefix(200), validation: digits.test)
        #expect(state.completedEpochs < 40 && method.optimizer.stepCount > 0)
        let losses = state.reports.compactMap(\.validationLoss)
        let measured = try method.model.evaluate(on: digits.test, counts: false)
        #expect(abs(measured.loss - (losses.min() ?? 0)) < 1e-5)
    }

    @Test func whatDoesNotFitIsSaidBeforeTheFirstStep() throws {
        let data = try Digits().train.prefix(20)
        var method = Self.method(
            try Self.network(), encoder: DirectEncoder(steps: 3, timeStep: 2e-3))
        #expect(throws: TrainingError.self) { try Course(epochs: 1).run(&method, on: data) }
        let wrong = try Network(inputShape: [32]) { Linear(32, 10) }
        var other = Self.method(wrong)
        let error = #expect(throws: TrainingError.self) {
            try Course(epochs: 1).run(&other, on: data)
        }
        #expect(error?.description.contains("[32]") == true)
    }

    @Test func schedulesAndClipping() {
        #expect(LearningRateSchedule.cosine().factor(epoch: 0, of: 10) == 1)
        #expect(abs(LearningRateSchedule.cosine().factor(epoch: 5, of: 10) - 0.5) < 1e-12)
        #expect(LearningRateSchedule.cosine(floor: 0.1).factor(epoch: 10, of: 10) == 0.1)
        #expect(LearningRateSchedule.exponential(factor: 0.5).factor(epoch: 2.9, of: 10) == 0.25)
        let gradients = [Tensor([3], shape: [1]), Tensor([4], shape: [1])]
        #expect(GradientClipping.norm(of: gradients) == 5)
        #expect(GradientClipping.norm(1).apply(to: gradients)[1].scalars == [0.8])
        #expect(GradientClipping.norm(6).apply(to: gradients)[1].scalars == [4])
        #expect(GradientClipping.value(2).apply(to: gradients).map(\.scalar) == [2, 2])
    }
}

/// Keeps the last state and stops in the epoch after the given one.
private final class StateRecorder: TrainingObserver {
    var state: TrainingState?
    private let stopAfter: Int

    init(stopAfter: Int) { self.stopAfter = stopAfter }

    var shouldStop: Bool { (state?.completedEpochs ?? 0) >= stopAfter }

    func didFinish(_ report: EpochReport, state: TrainingState, parameters: [String: Tensor]) {
        self.state = state
    }
}

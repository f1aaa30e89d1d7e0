import Ranvier
import RanvierTestSupport
import Testing

@testable import RanvierLearning
@testable import RanvierNetworks
@testable import RanvierTensors

/// A network of strided convolutions and neurons that start half way, read by a last linear layer without neurons, from training
/// to the stored model.
@Suite struct StridedSpikingTests {
    private static let steps = 2
    private static let digits = Result { try Digits(asImages: true) }

    private func method(freezes: Bool = false) throws -> SurrogateGradient {
        func neurons() -> IntegrateAndFire {
            IntegrateAndFire(
                initialMembrane: 0.5,
                dynamics: PopulationDynamics(detachesReset: false, surrogate: .triangular))
        }
        let data = try Self.digits.get().train
        let network = try Network(
            inputShape: [8, 8, 1], seed: 1,
            layers: [
                Convolution2D(1, 16, size: 3, stride: 2, hasBias: false),
                BatchNormalization(16, initialShift: 0.2), neurons(),
                Convolution2D(16, 16, size: 3, stride: 2, padding: 1, hasBias: false),
                BatchNormalization(16, initialShift: 0.2), neurons(), Linear(64, 10),
            ])
        network.freezesNormalization = freezes
        let model = ClockedModel(
            network: network, encoder: DirectEncoder(steps: Self.steps, timeStep: 1e-3),
            loss: CrossEntropy(of: .summedMembrane),
            signature: ModelSignature(of: data, task: try #require(Classification(of: data))),
            batchSize: 30)
        return SurrogateGradient(
            model, optimizer: Adam(learningRate: 5e-3), batchSizes: 40,
            augmentation: Augmentation(imageShape: [8, 8, 1], shift: 0.5, rotation: 8, scale: 0.08))
    }

    /// Twice the mean current is the sum over two steps.
    @Test func theSumIsTwiceTheMean() {
        let output = Tensor(
            uniformIn: -1..<1, shape: [2, 4, 10], from: RandomStream(seed: 0, name: "output"))
        let sum = CrossEntropy(of: .summedMembrane).value(
            of: output, targets: .classes([1, 5, 0, 9], names: []))
        let mean = CrossEntropy(of: .meanMembrane).value(
            of: 2 * output, targets: .classes([1, 5, 0, 9], names: []))
        #expect(abs(sum.scalar - mean.scalar) < 1e-5)
    }

    @Test func learnsStreamsCountsAndComesBack() throws {
        var method = try method()
        let digits = try Self.digits.get()
        let state = try Course(epochs: 2).run(&method, on: digits.train.prefix(600))
        #expect(state.reports[1].trainingLoss < 0.8 * state.reports[0].trainingLoss)
        let test = digits.test.prefix(60), model = method.clockedModel
        let evaluation = try model.evaluate(on: test)
        #expect(evaluation.accuracy > 0.6)
        // Neurons are counted, the read-out is none; the first layer is counted once for both steps.
        #expect(evaluation.activity.map(\.name) == ["if3", "if6"])
        let first = try #require(evaluation.layerOperations.first)
        #expect(first.operations == OperationCount(multiplyAccumulate: 60 * 9 * 9 * 16))
        #expect(evaluation.layerOperations.map(\.name) == ["conv2d1", "conv2d4", "linear7"])
        let spikes = evaluation.activity[1].spikesPerSample * 60
        let last = try #require(evaluation.layerOperations.last)
        #expect(abs(Double(last.operations.synaptic) - 10 * spikes) < 1e-3)
        // Step by step as all at once.
        let answers = try model.answers(to: test).answers
        for sample in 0..<5 {
            var stream = try model.stream(), answer: [Float] = []
            let row = Array(test.values[sample * 64..<sample * 64 + 64])
            for _ in 0..<Self.steps { answer = try stream.step(row) }
            #expect(largestDifference(answer, answers[sample]) < 1e-5)
        }
        let folder = try TemporaryFolder()
        try model.save(to: folder.url)
        let stored = try Model.load(folder.url, registry: .standard)
        #expect(try stored.answers(to: test).answers == answers)
        // Normalisation folded away leaves the same answers.
        let folded = try model.network.foldingNormalization()
        let x = Tensor(
            constantInTime: test.features(of: Array(0..<8)).reshaped(to: [8, 8, 8, 1]),
            steps: Self.steps)
        #expect(largestDifference(folded(x), model.network(x)) < 1e-3)
    }

    /// Training after training, with the statistics that were found.
    @Test func goesOnWithFrozenStatistics() throws {
        var method = try method()
        let data = try Self.digits.get().train.prefix(400)
        try Course(epochs: 1).run(&method, on: data)
        let network = method.clockedModel.network
        func statistics() -> [[Float]] {
            network.parameters.filter { $0.name.contains("running") }.map(\.value.scalars)
        }
        let before = statistics(), weights = network.parameters[0].value.scalars
        network.freezesNormalization = true
        let state = try Course(epochs: 2).run(&method, on: data)
        #expect(statistics() == before && network.parameters[0].value.scalars != weights)
        #expect(state.reports[1].trainingLoss < state.reports[0].trainingLoss)
    }
}

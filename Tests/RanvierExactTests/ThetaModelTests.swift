import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Event-driven networks through the contract that all models share.
@Suite struct ThetaModelTests {
    private func model(_ data: Dataset) throws -> ThetaModel {
        var network = try FastThetaNetwork<Float>(
            sizes: [64, 12, 10], trial: 4,
            code: LatencyCode(linearBins: 16, times: 0...1.5, silentBelow: 0.1))
        network.randomize(seed: 3, scale: 2, shift: 1)
        return ThetaModel(
            network: network, firstWeights: (2, 1),
            signature: ModelSignature(of: data, task: Classification(classNames: data.classNames)))
    }

    @Test func aStoredModelAnswersWithTheSameBits() throws {
        let data = try Digits().test.prefix(60), folder = try TemporaryFolder()
        let model = try model(data)
        try model.save(to: folder.url, method: ExactGradient.name)
        let stored = try Model.load(folder.url)
        #expect(stored.signature.task.outputNames == data.classNames)
        let (a, b) = (try model.evaluate(on: data), try stored.evaluate(on: data))
        #expect(a.answers == b.answers && a.loss == b.loss && a.activity == b.activity)
        let fresh = try stored.untrained(seed: 2, registry: .standard)
        #expect(
            fresh.parameters["theta1.weights"]?.scalars
                == model.parameters["theta1.weights"]?.scalars)
        #expect(throws: ModelError.self) { try stored.stream() }
        #expect(throws: ModelError.self) {
            try stored.inputGradient(data.features(of: [0]), labels: [0], isTraining: false)
        }
    }

    /// What listeners hear of signals adds up to what they hear as a tally.
    @Test func signalsAndTalliesAgree() throws {
        let data = try Digits().test.prefix(20)
        let model = try model(data)
        let activity = try model.evaluate(on: data).activity
        let layers = try (0..<20).map { try model.spikes(ofSample: $0, in: data) }
        #expect(layers[0].map(\.name) == activity.map(\.name))
        for (index, layer) in activity.enumerated() {
            let drawn = layers.reduce(Float(0)) { $0 + $1[index].spikes.scalars.reduce(0, +) }
            // Two spikes of a neuron in one of 200 bins are drawn as one.
            #expect(
                abs(Double(drawn) / 20 - layer.spikesPerSample) < 0.02 * layer.spikesPerSample + 0.1
            )
        }
    }

    @Test func coursesStopEarlyAndGiveTheBestWeightsBack() throws {
        let digits = try Digits()
        let data = digits.train.prefix(100)
        var schedule = ThetaSchedule()
        (schedule.batchSize, schedule.learningRate) = (25, 0.5)
        var method = try ExactGradient(model(data), schedule: schedule)
        let validation = digits.test.prefix(60)
        let state = try Course(epochs: 30, earlyStop: EarlyStop(patience: 2)).run(
            &method, on: data, validation: validation)
        #expect(state.completedEpochs < 30)
        let losses = state.reports.compactMap(\.validationLoss)
        let measured = try method.model.evaluate(on: validation, counts: false)
        #expect(measured.loss == losses.min())
        #expect(method.diagnostics(of: state.reports, on: data).first?.figures.count == 2)
    }
}

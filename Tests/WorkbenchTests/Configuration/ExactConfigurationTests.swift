import Foundation
import Ranvier
import Testing

@testable import RanvierConfiguration
@testable import RanvierData
@testable import RanvierExact
@testable import RanvierExperiments
@testable import RanvierLearning
@testable import RanvierRuns
@testable import RanvierSpikes

@Suite("Configuration of exact gradients")
struct ExactConfigurationTests {
    static let base = """
        method: exact
        dataset: {name: digits, limit: 100}
        encoding: {first-spike: {curve: linear, bins: 16, trial: 4, latest: 1.5}}
        network:
          - theta: {outputs: 12}
          - theta: {outputs: 10}
        training: {epochs: 2, batch-size: 25, learning-rate: 4e-3}
        """

    private func configuration(_ overrides: [String]) throws -> RunConfiguration {
        let reader = try ConfigurationReader(
            yaml: Self.base, file: "exact.yaml",
            overrides: overrides.map { try ConfigurationOverride($0) }, registry: .standard)
        return try RunConfiguration(reader, defaultName: "exact")
    }

    /// Loss on the test samples after training.
    private func loss(_ overrides: [String]) throws -> Double {
        let configuration = try configuration(overrides)
        let data = try configuration.dataset.load(from: DataPlace(seed: configuration.seed))
        var method = try configuration.method.makeMethod(
            for: data, seed: configuration.seed, registry: .standard)
        try configuration.method.course.run(&method, on: data.training)
        return try method.model.evaluate(on: data.test.prefix(20)).loss
    }

    @Test(
        "Each key changes what is learned",
        arguments: [
            "encoding={first-spike: {bins: 16, trial: 4}}", "encoding.first-spike.bins=4",
            "encoding.first-spike.trial=3", "encoding.first-spike.earliest=0.5",
            "encoding.first-spike.latest=2", "encoding.first-spike.silent-below=0.5",
            "training.earliness=0.2", "training.temperature=0.3", "training.schedule=cosine",
            "training.jitter=2", "training.flip-probability=0", "training.augmentation.shift=1",
            "training.initial-scale=2", "training.initial-shift=2", "training.decay-epochs=2",
        ])
    func keyMatters(override: String) throws {
        let plain = try loss([])
        #expect(try loss([]) == plain)
        #expect(try loss([override]) != plain)
    }

    @Test("An early stop ends the course")
    func earlyStop() throws {
        let course = try configuration(["training.early-stop=3"]).method.course
        #expect(course.earlyStop?.patience == 3 && course.epochs == 2)
        #expect(try configuration([]).method.course.earlyStop == nil)
    }

    /// In a trial of 4 s a neuron that starts at half its period of 6 s fires even without input.
    @Test("Pseudospikes matter where outputs may stay silent")
    func pseudospikesMatter() throws {
        let short = "encoding.first-spike.trial=1.6", counted = "count-pseudospikes=true"
        #expect(try loss([short, counted]) != loss([short]))
        let untrained = "training.pseudospikes=false"
        #expect(try loss([short, counted, untrained]) != loss([short, counted]))
    }

    @Test("Yin-Yang is generated and learned from its own spike times")
    func yinYang() throws {
        let configuration = try configuration([
            "dataset={name: yin-yang, limit: 300}", "network.1.theta.outputs=3",
            "encoding.first-spike.bins=200", "encoding.first-spike.silent-below=-1",
        ])
        let data = try configuration.dataset.load(from: DataPlace())
        #expect(data.training.count == 300 && data.training.featureShape == [4])
        let method = try configuration.method.makeMethod(for: data, seed: 0, registry: .standard)
        let model = try #require(method.model as? ThetaModel)
        #expect(model.network.code.binTimes.count == 200)
        let batch = try model.batch(
            values: data.training.values, labels: data.training.labels, count: data.training.count)
        #expect(batch.pixels.allSatisfy { $0 < 200 })
    }

    @Test("Rasters keep their times; a channel's first spikes are inputs of their own")
    func rasters() throws {
        let configuration = try configuration([
            "encoding={spike-times: {trial: 4, latest: 3, spikes-per-channel: 5}}"
        ])
        let exact = try #require(configuration.method as? ExactConfiguration)
        #expect(exact.encoding.inputs(ofSample: [100, 64]) == 320)
        let code = try exact.encoding.code(forSample: [100, 64])
        #expect(code.bins == 100 && code.binTimes.last == 3)
    }

    @Test(
        "What is out of range is refused by name",
        arguments: [
            ("encoding.first-spike.latest=5", "latest"), ("encoding.first-spike.bins=255", "bins"),
            ("training.temperature=0", "temperature"), ("training.earliness=-1", "earliness"),
            ("training.jitter=-1", "jitter"), ("training.schedule=linear", "schedule"),
        ])
    func refused(override: String, key: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try configuration([override]) }
        #expect(error.description.contains(key))
    }

    @Test("Sequences and deltas are encodings of clocked networks")
    func sequenceEncodings() throws {
        func duration(_ encoding: String) throws -> Double {
            let root = try ConfigurationReader(
                yaml: "encoding: \(encoding)", file: "x.yaml", registry: .standard
            ).root
            return try root.value("encoding", of: EncoderRole.self).duration
        }
        #expect(abs(try duration("{sequence: {steps: 100, time-step: 6e-3}}") - 0.6) < 1e-12)
        #expect(
            abs(try duration("{delta: {steps: 5, time-step: 0.1, threshold: 0.2}}") - 0.5) < 1e-12)
        #expect(throws: ConfigurationError.self) { try duration("{delta: {steps: 5}}") }
    }
}

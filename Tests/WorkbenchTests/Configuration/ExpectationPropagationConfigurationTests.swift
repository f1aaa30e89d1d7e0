import Foundation
import Ranvier
import RanvierTestSupport
import Testing

@testable import RanvierBayes
@testable import RanvierConfiguration
@testable import RanvierData
@testable import RanvierExperiments
@testable import RanvierLearning
@testable import RanvierRuns

@Suite("Configuration of expectation propagation")
struct ExpectationPropagationConfigurationTests {
    static let base = """
        method: expectation-propagation
        dataset: {name: digits, limit: 60}
        network:
          - linear: {outputs: 8}
          - spike: {noise: 0.02}
          - linear: {outputs: 10}
        training: {epochs: 1, batch-size: 4}
        """

    private func configuration(
        _ overrides: [String], yaml: String = base
    ) throws -> RunConfiguration {
        let reader = try ConfigurationReader(
            yaml: yaml, file: "ep.yaml",
            overrides: overrides.map { try ConfigurationOverride($0) }, registry: .standard)
        return try RunConfiguration(reader, defaultName: "ep")
    }

    private func loss(_ overrides: [String]) throws -> Double {
        let configuration = try configuration(overrides)
        let data = try configuration.dataset.load(from: DataPlace(seed: configuration.seed))
        var method = try configuration.method.makeMethod(
            for: data, seed: configuration.seed, registry: .standard)
        try configuration.method.course.run(&method, on: data.training)
        return try method.model.evaluate(on: data.test.prefix(20)).loss
    }

    @Test(arguments: [
        "training.memory=3", "training.window=100", "training.gain=0.5",
        "training.messages=exact", "training.ramp.start=2", "training.ramp.slope=0.01",
        "training.batch-size=7", "output={argmax: {noise: 0.5}}", "output=pairwise",
        "output=one-vs-all", "answers=point", "encoding={values: {centred: true}}",
        "encoding={rate: {frames: 4}}",
        "encoding={rate: {frames: 4, draws: poisson}}", "network.0.linear.prior-variance=1",
        "network.0.linear.prior-spread=1", "network.0.linear.bias-variance=0.1",
        "network.0.linear.bias-spread=0", "network.0.linear.biases=covering",
        "network.0.linear.variance-discount=3", "network.0.linear.weights=binary",
        "network.0.linear.weights={ternary: {log-prior-of-zero: 1}}",
        "network.0.linear.weights={categorical: {values: [-1, 0, 2]}}",
        "network.1.spike.noise=0.5", "network.1.spike={response: logistic}", "seed=7",
    ])
    func eachOptionChangesTheResult(_ override: String) throws {
        let settings =
            override.hasPrefix("training.ramp.slope")
            ? ["training.ramp.start=1", "training.batch-size=8", override] : [override]
        let before = settings.count > 1 ? Array(settings.dropLast()) : []
        #expect(try loss(settings) != loss(before), "\(override)")
    }

    @Test(arguments: [
        ("training.memory=0", "memory"), ("training.window=1", "window"),
        ("training.gain=-1", "gain"), ("network.1.spike.noise=-1", "noise"),
        ("network.0.linear.variance-discount=0.5", "variance-discount"),
        ("network.0.linear={outputs: 8, weights: binary, prior-variance: 2}", "prior-variance"),
        ("network.0.linear={outputs: 8, weights: binary, biases: covering}", "biases"),
        ("network.0.linear.weights={categorical: {values: [1]}}", "values"),
        ("network.0.linear.weights={categorical: {values: [1, 2], log-prior: [0]}}", "log-prior"),
        ("network.1.spike={response: logistic, noise: 0.5}", "noise"),
        ("network.1=relu", ""), ("output={argmax: {nose: 1}}", "nose"),
        ("encoding={rate: {}}", "frames"),
    ])
    func whatCannotBeIsRefused(_ override: String, _ key: String) throws {
        if key.isEmpty {
            _ = try configuration([override])
            return
        }
        do {
            let configuration = try configuration([override])
            _ = configuration
            Issue.record("\(override) was taken")
        } catch let error as ConfigurationError {
            #expect(error.description.contains(key), "\(error)")
        }
    }

    @Test func layersTakeTurns() throws {
        for network in [
            "[{linear: {outputs: 10}}, spike]", "[spike, {linear: {outputs: 10}}]",
            "[{linear: {outputs: 8}}, {linear: {outputs: 10}}]",
        ] {
            #expect(throws: ConfigurationError.self) { try configuration(["network=\(network)"]) }
        }
        #expect(throws: ConfigurationError.self) {
            try configuration([
                "training.messages=exact", "network.0.linear.weights=binary",
            ])
        }
    }

    @Test func outputsFitTheData() throws {
        for override in ["network.2.linear.outputs=9", "output=gaussian"] {
            let configuration = try configuration([override])
            let data = try configuration.dataset.load(from: DataPlace(seed: 0))
            #expect(throws: TrainingError.self) {
                try configuration.method.makeMethod(for: data, seed: 0, registry: .standard)
            }
        }
    }

    /// Rows that arrive later: a stored posterior goes on, its counter too; another network is refused.
    @Test func aStoredPosteriorGoesOn() throws {
        let first = try configuration([])
        let data = try first.dataset.load(from: DataPlace(seed: 0))
        var method = try first.method.makeMethod(for: data, seed: 0, registry: .standard)
        try first.method.course.run(&method, on: data.training)
        let folder = try TemporaryFolder()
        try method.model.save(to: folder.url)
        let start = "start=\(folder.url.path)"
        let second = try configuration([start]).method.makeMethod(
            for: data, seed: 5, registry: .standard)
        #expect(
            second.model.parameters.mapValues(\.scalars)
                == method.model.parameters.mapValues(\.scalars))
        #expect((second.model as? BayesianModel)?.seen == 60)
        #expect(throws: BayesError.self) {
            try configuration([start, "network.0.linear.outputs=9"]).method.makeMethod(
                for: data, seed: 0, registry: .standard)
        }
    }

    /// What is written reads as the same plan.
    @Test func plansAreWrittenAsTheyAreRead() throws {
        for seed in 0..<20 {
            var random: any RandomNumberGenerator = SeededNumbers(seed: UInt64(seed))
            let plan = BayesianPlan(
                synapses: [.random(using: &random), .random(using: &random)],
                activations: [.signedSpike], neurons: [.random(using: &random)])
            let section = try ConfigurationSection(
                ConfigurationNode(
                    .section([.init("layers", plan.configurationValue)]), location: "test"),
                location: "test", keyPath: "", registry: .standard)
            #expect(try BayesianPlan(section, key: "layers") == plan)
        }
    }
}

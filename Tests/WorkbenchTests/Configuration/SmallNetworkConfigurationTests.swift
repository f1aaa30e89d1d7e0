import Foundation
import Ranvier
import RanvierTestSupport
import Testing

@testable import RanvierConfiguration
@testable import RanvierExperiments
@testable import RanvierLearning
@testable import RanvierNetworks
@testable import RanvierRuns
@testable import RanvierSurrogate

/// What the smallest network for images asks of a configuration.
@Suite("Small networks from configuration")
struct SmallNetworkConfigurationTests {
    private func method(
        _ training: String, normalization: String = "batch-norm: {initial-shift: 0.2}, "
    ) throws -> SurrogateGradient {
        let yaml = """
            dataset: {name: digits, images: true, limit: 60}
            encoding: {direct: {steps: 2, time-step: 1e-3}}
            network: [conv2d: {channels: 8, size: 3, stride: 2, bias: false}, \(normalization)\
            if: {initial-membrane: 0.5, surrogate: triangular, detach-reset: false}, \
            linear: {outputs: 10}]
            training: \(training)
            """
        let reader = try ConfigurationReader(yaml: yaml, file: "small.yaml", registry: .standard)
        let configuration = try RunConfiguration(reader, defaultName: "small")
        return try #require(
            configuration.method.makeMethod(
                for: configuration.dataset.load(from: DataPlace(seed: 0)), seed: 0,
                registry: .standard) as? SurrogateGradient)
    }

    @Test("augmentation arrives with all its numbers")
    func augmentation() throws {
        let chosen = try method(
            "{augmentation: {shift: 1.5, rotation: 8, scale: 0.08, flip: true, round: 16}}"
        ).augmentation
        #expect(
            chosen
                == Augmentation(
                    imageShape: [8, 8, 1], shift: 1.5, rotation: 8, scale: 0.08,
                    flipsHorizontally: true, levels: 16))
        #expect(
            try method("{augmentation: {shift: 1}}").augmentation
                == Augmentation(imageShape: [8, 8, 1], shift: 1))
        #expect(
            try method("{augmentation: {rotation: 5}}").augmentation
                == Augmentation(imageShape: [8, 8, 1], shift: 0, rotation: 5))
        #expect(try method("{augmentation: {shift: 0}}").augmentation == nil)
    }

    @Test(
        "augmentation that cannot be is refused",
        arguments: [
            ("{augmentation: {shift: -1}}", "augmentation.shift"),
            ("{augmentation: {rotation: 181}}", "augmentation.rotation"),
            ("{augmentation: {scale: 1}}", "augmentation.scale"),
            ("{augmentation: {rotation: 3, round: 0}}", "augmentation.round"),
            ("{augmentation: {rotate: 3}}", "augmentation.rotate"),
        ])
    func refusedAugmentation(training: String, key: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try method(training) }
        #expect(error?.keyPath == "training.\(key)")
    }

    @Test("images that would leave the sight are refused")
    func farShifts() throws {
        let error = #expect(throws: TrainingError.self) {
            try method("{augmentation: {shift: 8.5}}")
        }
        #expect(error?.description.contains("8.5 pixels") == true)
    }

    @Test("statistics are frozen by a key, which needs a normalisation")
    func frozen() throws {
        #expect(
            try method("{freeze-normalization: true}").clockedModel.network.freezesNormalization)
        #expect(try !method("{}").clockedModel.network.freezesNormalization)
        let error = #expect(throws: TrainingError.self) {
            try method("{freeze-normalization: true}", normalization: "")
        }
        #expect(error?.description.contains("training.freeze-normalization") == true)
    }

    /// 23,152 weights: 16, 32 and 48 channels, and 432 numbers that are read.
    @Test("the example has the weights that it says")
    func example() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Examples/mnist-small.yaml")
        let reader = try ConfigurationReader(
            yaml: String(contentsOf: file, encoding: .utf8), file: "mnist-small.yaml",
            registry: .standard)
        let configuration = try RunConfiguration(reader, defaultName: "small")
        let plan = try #require(configuration.method as? SurrogateConfiguration).plan
        let network = try plan.network(
            at: LayerSite(
                shape: [28, 28, 1], family: .spiking, steps: 2, timeStep: 1e-3, outputs: 10,
                registry: .standard), seed: 0)
        let weights = network.layerParameters.filter { $0.name.hasSuffix("weights") }
        #expect(weights.reduce(0) { $0 + $1.value.count } == 23_152)
        #expect(network.stages.map(\.name).suffix(2) == ["if9", "linear10"])
        #expect(network.stateCount == 12 * 12 * 16 + 6 * 6 * 32 + 3 * 3 * 48)
    }
}

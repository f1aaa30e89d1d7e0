import Foundation
import RanvierConfiguration
import Testing

@testable import RanvierRuns

@Suite("Paths to settings, and settings that are paths")
struct ConfigurationPathTests {
    static let yaml = """
        dataset: {name: digits}
        encoding: {direct: {steps: 10}}
        network:
          - linear: {outputs: 128}
          - lif
          - linear: {outputs: 10}
          - leaky-integrator
        training: {optimizer: {adam: {learning-rate: 1e-3}}}
        """

    private func steps(_ path: String, in yaml: String = Self.yaml) throws -> String {
        try ConfigurationNode(yaml: yaml, file: "a.yaml").steps(
            to: path.split(separator: ".").map(String.init), option: "--set"
        ).joined(separator: ".")
    }

    @Test(
        "steps that cannot be mistaken may be left out",
        arguments: [
            ("network.0.linear.outputs", "network.0.linear.outputs"),
            ("network.lif.threshold", "network.1.lif.threshold"),
            ("network.hidden", "network.0.linear.outputs"),
            ("encoding.steps", "encoding.direct.steps"),
            ("training.optimizer.learning-rate", "training.optimizer.adam.learning-rate"),
            ("training.epochs", "training.epochs"), ("seed", "seed"), ("name", "name"),
            ("dataset.limit", "dataset.limit"),
        ])
    func located(_ path: String, _ place: String) throws {
        #expect(try steps(path) == place)
    }

    @Test("a single section at the top does not swallow the keys of the top")
    func topKeysStay() throws {
        #expect(try steps("name", in: "dataset: {name: digits}") == "name")
    }

    @Test("'hidden' is the own key of an architecture, and of one hidden layer alone")
    func hidden() throws {
        #expect(
            try steps("network.hidden", in: "network: {mlp: {hidden: [16]}}")
                == "network.mlp.hidden")
        let deep = "network: [linear: {outputs: 8}, linear: {outputs: 9}, linear: {outputs: 2}]"
        let error = #expect(throws: ConfigurationError.self) {
            try steps("network.hidden", in: deep)
        }
        #expect(
            error?.description.contains("network.0.linear.outputs, network.1.linear.outputs")
                == true,
            "\(String(describing: error))")
    }

    @Test("a number set for a list of numbers is a list of one")
    func listOfOne() throws {
        var node = try ConfigurationNode(
            yaml: "network: {mlp: {hidden: [16, 8], gain: 2}}", file: "a.yaml")
        try node.apply(ConfigurationOverride("network.hidden=32"))
        try node.apply(ConfigurationOverride("network.gain=3"))
        let mlp = node.value["network"]?["mlp"]
        #expect(mlp?["hidden"] == .list([.integer(32)]) && mlp?["gain"] == .integer(3))
    }

    @Test("values of --vary are YAML, cut at commas outside brackets and quotes")
    func variations() throws {
        let variation = try ConfigurationVariation("a.b=[16],[32, 8], \"x,y\",1e-3")
        #expect(variation.values == ["[16]", "[32, 8]", "\"x,y\"", "1e-3"])
        #expect(try ConfigurationVariation("a=1").overrides.map { try $0.value() } == [.integer(1)])
        for text in ["a", "=1", "a..b=1", "a=", "a=1,", "a=1,1.0"] {
            #expect(throws: ConfigurationError.self, "\(text)") { try ConfigurationVariation(text) }
        }
    }

    @Test("paths become absolute from a folder: texts, lists, patterns; nothing else changes")
    func absolutePaths() {
        let value = ConfigurationValue.section([
            .init(
                "dataset",
                .section([
                    .init(
                        "train",
                        .list([.string("a.csv"), .string("../b/*.csv"), .string("/c d.csv")])),
                    .init("test", .null), .init("label-column", .string("a.csv")),
                ])), .init("train", .string("a.csv")),
        ])
        let absolute = value.withAbsolutePaths(
            under: [["dataset", "train"], ["dataset", "test"], ["dataset", "other"]],
            from: URL(filePath: "/home/x", directoryHint: .isDirectory))
        #expect(
            absolute["dataset"]?["train"]
                == .list([
                    .string("/home/x/a.csv"), .string("/home/b/*.csv"), .string("/c d.csv"),
                ]))
        #expect(absolute["dataset"]?["test"] == .null && absolute["train"] == .string("a.csv"))
        #expect(absolute["dataset"]?["label-column"] == .string("a.csv"))
        #expect(
            value.leaves.map(\.path)
                == ["dataset.train", "dataset.test", "dataset.label-column", "train"])
    }
}

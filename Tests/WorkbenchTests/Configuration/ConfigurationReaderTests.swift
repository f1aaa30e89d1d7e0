import Foundation
import Testing

@testable import RanvierConfiguration
@testable import RanvierExperiments
@testable import RanvierNetworks
@testable import RanvierRuns

@Suite("Configuration")
struct ConfigurationReaderTests {
    static let example = """
        name: digits
        training:
          epochs: 30
          learning-rate: 2e-3
          batch-size: 64
          shuffle: true
        network:
          - linear: {outputs: 128}
          - lif:
              membrane-time-constant: 20e-3
              reset: soft
          - linear:
              outputs: 10
          - readout
        shape: [1, 8, 8]
        """

    enum Reset: String, CaseIterable { case hard, soft, softDelayed = "soft-delayed" }

    /// Reads `example` as a run would, and gives the resolved tree.
    func read(_ reader: ConfigurationReader) throws -> ConfigurationValue {
        _ = try reader.root.string("name")
        _ = try reader.root.integer("seed", default: 0, in: 0...)
        let training = try reader.section("training")
        _ = try training.integer("epochs", default: 10, in: 1...)
        _ = try training.float("learning-rate", default: 1e-3, in: .positive)
        _ = try training.integer("batch-size", default: 32, in: 1...)
        _ = try training.boolean("shuffle", default: false)
        _ = try training.optionalFloat("gradient-limit", in: .positive)
        let kinds = ["linear", "lif", "readout"]
        for layer in try reader.root.elements("network", kinds: kinds) {
            switch layer.kind {
            case "linear": _ = try layer.options.integer("outputs", in: 1...)
            case "lif":
                _ = try layer.options.float("membrane-time-constant", default: 10e-3, in: .positive)
                _ = try layer.options.choice("reset", default: Reset.hard)
            default: break
            }
        }
        _ = try reader.root.integers("shape", default: [64], in: 1...)
        let optimizer = try reader.root.element(
            "optimizer", kinds: ["adam", "sgd"], default: "adam")
        _ = try optimizer.options.floats("betas", default: [0.9, 0.999], in: 0...1)
        _ = try reader.root.optionalString("note")
        try reader.finish()
        return reader.resolved
    }

    /// The error that reading this text as the example gives.
    func error(
        _ yaml: String, overrides: [String] = []
    ) throws -> String {
        try #require(throws: ConfigurationError.self) {
            let overrides = try overrides.map { try ConfigurationOverride($0) }
            _ = try read(
                ConfigurationReader(yaml: yaml, file: "digits.yaml", overrides: overrides))
        }.description
    }

    func replacing(_ line: String, with other: String) -> String {
        Self.example.replacingOccurrences(of: line, with: other)
    }

    @Test("gives values as written, and defaults for the rest")
    func values() throws {
        let resolved = try read(ConfigurationReader(yaml: Self.example, file: "digits.yaml"))
        #expect(resolved["name"] == .string("digits"))
        #expect(resolved["seed"] == .integer(0))
        let training = try #require(resolved["training"])
        #expect(training["epochs"] == .integer(30))
        #expect(training["learning-rate"] == .float(2e-3))
        #expect(training["shuffle"] == .boolean(true))
        #expect(training["gradient-limit"] == .null)
        #expect(
            resolved["network"]
                == .list([
                    .section([.init("linear", .section([.init("outputs", .integer(128))]))]),
                    .section([
                        .init(
                            "lif",
                            .section([
                                .init("membrane-time-constant", .float(20e-3)),
                                .init("reset", .string("soft")),
                            ]))
                    ]),
                    .section([.init("linear", .section([.init("outputs", .integer(10))]))]),
                    .string("readout"),
                ]))
        #expect(resolved["shape"] == .list([.integer(1), .integer(8), .integer(8)]))
        #expect(
            resolved["optimizer"]?["adam"]?["betas"] == .list([.float(0.9), .float(0.999)]))
    }

    @Test("written as resolved reads back to the same values and the same text")
    func roundTrip() throws {
        let resolved = try read(ConfigurationReader(yaml: Self.example, file: "digits.yaml"))
        let text = resolved.yaml(header: "Resolved by ranvier")
        let again = try read(ConfigurationReader(yaml: text, file: "config.yaml"))
        #expect(again == resolved)
        #expect(again.yaml(header: "Resolved by ranvier") == text)
        #expect(
            text.hasPrefix(
                "# Resolved by ranvier\nname: digits\nseed: 0\ntraining:\n  epochs: 30\n"))
    }

    @Test(
        "names file, line and key",
        arguments: [
            (
                "epochs: 30", "epoch: 30",
                "digits.yaml:3: training.epoch: unknown key; did you mean 'epochs'? Known keys: "
                    + "batch-size, epochs, gradient-limit, learning-rate, shuffle"
            ),
            (
                "epochs: 30", "epochs: ten",
                "digits.yaml:3: training.epochs: expected an integer of at least 1, found 'ten'"
            ),
            (
                "epochs: 30", "epochs: 0",
                "digits.yaml:3: training.epochs: expected an integer of at least 1, found '0'"
            ),
            ("epochs: 30", "epochs: 1.5", "expected an integer of at least 1, found '1.5'"),
            ("epochs: 30", "epochs: \"30\"", "found the text \"30\""),
            ("epochs: 30", "epochs:", "found nothing"),
            ("epochs: 30", "epochs: [1]", "found a list of 1"),
            (
                "epochs: 30", "epochs: 30\n  epochs: 3",
                "digits.yaml:4: training.epochs: the key stands here for the second time"
            ),
            (
                "2e-3", "-2e-3",
                "digits.yaml:4: training.learning-rate: expected a number above 0, found '-2e-3'"
            ),
            ("2e-3", "nan", "expected a number above 0, found 'nan'"),
            ("2e-3", "0x1p3", "expected a number above 0"),
            ("2e-3", "1e999", "expected a number above 0"),
            ("true", "yes", "digits.yaml:6: training.shuffle: expected true or false, found 'yes'"),
            (
                "reset: soft", "reset: sfot",
                "digits.yaml:11: network.1.lif.reset: expected one of hard, soft, soft-delayed, found 'sfot'; did you mean 'soft'?"
            ),
            (
                "- readout", "- redout",
                "digits.yaml:14: network.3: expected one of linear, lif, readout, with or without options, found 'redout'; did you mean 'readout'?"
            ),
            ("- readout", "- {lif: {}, linear: {}}", "found a section with 'lif', 'linear'"),
            (
                "{outputs: 128}", "{}",
                "digits.yaml:8: network.0.linear.outputs: missing key; expected an integer of at least 1"
            ),
            (
                "{outputs: 128}", "{output: 128}",
                "network.0.linear.output: unknown key; did you mean 'outputs'?"
            ),
            (
                "{outputs: 128}", "128",
                "network.0.linear: expected a section of keys and values, found '128'"
            ),
            (
                "[1, 8, 8]", "[1, x, 8]",
                "digits.yaml:15: shape.1: expected an integer of at least 1, found 'x'"
            ),
            ("[1, 8, 8]", "[1, 8", "digits.yaml:"),
            (
                "name: digits", "nmae: digits",
                "digits.yaml:1: nmae: unknown key; did you mean 'name'?"
            ),
            ("name: digits", "seed: 1", "digits.yaml: name: missing key; expected text"),
        ])
    func errors(_ line: String, replacement: String, expected: String) throws {
        let message = try error(replacing(line, with: replacement))
        #expect(message.contains(expected), "\(message)")
    }

    @Test(
        "that is no section is rejected", arguments: ["- 1\n- 2", "text", "a: b: c", "\"unclosed"])
    func notASection(_ yaml: String) throws {
        #expect(try error(yaml).hasPrefix("digits.yaml:"))
    }

    @Test("that cannot be read says why")
    func unreadable() throws {
        let missing = try #require(throws: ConfigurationError.self) {
            _ = try ConfigurationReader(file: URL(filePath: "/nonexistent/digits.yaml"))
        }
        #expect(
            missing.description.hasSuffix(
                "digits.yaml: cannot read the configuration: no such file"))
        let folder = try #require(throws: ConfigurationError.self) {
            _ = try ConfigurationReader(file: URL(filePath: "/tmp"))
        }
        #expect(folder.description.contains("folder"))
    }

    @Test("takes overrides from the command line, into lists and bare kinds too")
    func overrides() throws {
        let overrides = try [
            "training.epochs=3", "network.1.lif.reset=hard", "note=a = b", "shape=[4, 4]",
            "optimizer.sgd.betas=[0.5]", "network.0.linear.outputs=7",
        ].map { try ConfigurationOverride($0) }
        let resolved = try read(
            ConfigurationReader(yaml: Self.example, file: "digits.yaml", overrides: overrides))
        #expect(resolved["training"]?["epochs"] == .integer(3))
        #expect(resolved["note"] == .string("a = b"))
        #expect(resolved["shape"] == .list([.integer(4), .integer(4)]))
        #expect(resolved["optimizer"]?["sgd"]?["betas"] == .list([.float(0.5)]))
        let text = resolved.yaml()
        #expect(text.contains("reset: hard") && text.contains("outputs: 7"))
    }

    @Test(
        "names the option when an override is wrong",
        arguments: [
            (
                "training.epoch=3",
                "--set training.epoch=3: training.epoch: unknown key; did you mean 'epochs'?"
            ),
            (
                "training.epochs=x",
                "--set training.epochs=x: training.epochs: expected an integer of at least 1, found 'x'"
            ),
            ("training.epochs", "expected KEY.PATH=VALUE"),
            ("training..epochs=3", "expected KEY.PATH=VALUE"),
            ("network.9.lif=3", "expected an index from 0 to 3"),
            ("name.first=3", "not a section"),
            ("name=[", "--set name=[: not valid YAML"),
        ])
    func wrongOverrides(_ option: String, expected: String) throws {
        let message = try error(Self.example, overrides: [option])
        #expect(message.contains(expected), "\(message)")
    }
}

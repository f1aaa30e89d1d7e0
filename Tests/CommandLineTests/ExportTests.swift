import Foundation
import RanvierTestSupport
import Testing

/// `export` from outside: C that compiles anywhere, a model that every verb opens, and what is refused.
@Suite struct ExportTests {
    let command: BuiltCommand

    init() throws { command = try BuiltCommand() }

    private func run(_ folder: TemporaryFolder, _ text: String = ExportTests.spiking) throws -> URL
    {
        try folder.write(text, to: "net.yaml")
        let run = folder.url.appending(path: "run")
        let done = try command.run([
            "run", folder.url.appending(path: "net.yaml").path, "--output", run.path, "--quiet",
        ])
        #expect(done.status == 0, "\(done.messages)")
        return run
    }

    private static let spiking = """
        dataset: {name: digits, limit: 200, validation-fraction: 0.2}
        encoding: {direct: {steps: 4}}
        network:
          - linear: {outputs: 16}
          - lif: {leak: 0.9}
          - linear: {outputs: 10}
          - leaky-integrator: {leak: 0.875}
        training: {epochs: 3, batch-size: 20, optimizer: {adam: {learning-rate: 5e-3}}}
        baseline: none

        """

    @Test func aRunBecomesSourceAndAModel() throws {
        let folder = try TemporaryFolder()
        let run = try run(folder), output = folder.url.appending(path: "c")
        let done = try command.run([
            "export", run.path, "--target", "c", "--output", output.path, "--check", "--processors",
            "host", "--learn", "inputs", "last-layer", "thresholds", "--json", "--quiet",
        ])
        #expect(done.status == 0, "\(done.messages)")
        let record = try done.json()
        let checks = try #require(record["checks"] as? [[String: Any]])
        // The network alone, and while it learns.
        #expect(checks.compactMap { $0["target"] as? String } == ["host", "host, learning"])
        // Without gcc the check is skipped, which the record says.
        for check in checks {
            #expect(["agrees", "skipped"].contains(check["status"] as? String), "\(check)")
        }
        #expect((record["learningBytes"] as? Int ?? 0) > 0)
        let files = try #require(record["files"] as? [String])
        for name in [
            "net.h", "net.c", "net_golden.h", "net_test.c", "net_learning.c", "Makefile",
            "README.md", "boards/Makefile", "model/model.json", "model/result.json",
        ] where name != "model/result.json" {
            #expect(files.contains(name), "\(name)")
        }
        for name in files where name.hasSuffix(".c") || name.hasSuffix(".h") {
            let text = try String(contentsOf: output.appending(path: name), encoding: .utf8)
            for word in ["malloc", "calloc", "float", "double"] {
                #expect(!text.contains(word), "\(word) in \(name)")
            }
        }
        let agreement = try #require(record["agreement"] as? [String: Any])
        let share = try #require(agreement["integer"] as? Double)
        // The model beside the source is a run as others are.
        let evaluated = try command.run([
            "evaluate", output.appending(path: "model").path, "--json", "--quiet",
        ])
        #expect(evaluated.status == 0, "\(evaluated.messages)")
        let test = try #require(try evaluated.json()["test"] as? [String: Any])
        #expect(test["accuracy"] as? Double == share)
        // What is there is not replaced without being asked.
        let again = try command.run([
            "export", run.path, "--target", "integer", "--output", output.path, "--quiet",
        ])
        #expect(again.status == 2 && again.messages.contains("--overwrite"))
        let replaced = try command.run([
            "export", run.path, "--target", "integer", "--output", output.path, "--overwrite",
            "--quiet",
        ])
        #expect(replaced.status == 0, "\(replaced.messages)")
        let exported = try command.run([
            "export", output.path, "--target", "c", "--output",
            folder.url.appending(path: "d").path,
            "--json", "--quiet",
        ])
        #expect(exported.status == 0, "\(exported.messages)")
        #expect(try exported.json()["steps"] as? [String] == [])
        let changed = try command.run([
            "export", output.path, "--target", "c", "--output",
            folder.url.appending(path: "e").path,
            "--bits", "4", "--quiet",
        ])
        #expect(changed.status == 2 && changed.messages.contains("no effect"))
    }

    @Test func whatHasNoFormInIntegersIsRefused() throws {
        let folder = try TemporaryFolder()
        let text = Self.spiking.replacing("lif: {leak: 0.9}", with: "synaptic-lif: {}")
        let run = try run(folder, text), output = folder.url.appending(path: "c")
        let refused = try command.run([
            "export", run.path, "--target", "c", "--output", output.path, "--quiet",
        ])
        #expect(refused.status == 2, "\(refused.messages)")
        #expect(refused.messages.contains("synaptic-lif"), "\(refused.messages)")
        #expect(!FileManager.default.fileExists(atPath: output.path))
        for arguments in [
            ["--target", "c", "--name", "2net"], ["--target", "verilog"],
            ["--target", "integer", "--check"], ["--target", "wasm", "--learn", "inputs"],
            ["--target", "c", "--schedule", "layer-by-layer", "--learn", "last-layer"],
            ["--target", "c", "--bits", "9"], ["--target", "c", "--processors", "host"],
        ] {
            let refused = try command.run(
                ["export", run.path, "--output", output.path, "--quiet"] + arguments)
            #expect(refused.status == 2, "\(arguments): \(refused.messages)")
            #expect(!FileManager.default.fileExists(atPath: output.path))
        }
    }
}

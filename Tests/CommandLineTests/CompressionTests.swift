import Foundation
import RanvierTestSupport
import Testing

/// `prune` and `quantize` from outside: runs like any other, told beside what they came from.
@Suite struct CompressionTests {
    let command: BuiltCommand

    init() throws { command = try BuiltCommand() }

    private func dense(_ folder: TemporaryFolder) throws -> URL {
        try folder.write(
            """
            dataset: {name: digits, limit: 200, validation-fraction: 0.2}
            encoding: {direct: {steps: 4}}
            network:
              - linear: {outputs: 16}
              - lif: {leak: 0.9}
              - linear: {outputs: 10}
              - leaky-integrator: {leak: 0.9}
            training: {epochs: 3, batch-size: 20, optimizer: {adam: {learning-rate: 5e-3}}}
            baseline: none

            """, to: "dense.yaml")
        let run = folder.url.appending(path: "dense")
        let done = try command.run([
            "run", folder.url.appending(path: "dense.yaml").path, "--output", run.path, "--quiet",
        ])
        #expect(done.status == 0, "\(done.messages)")
        return run
    }

    @Test func aPrunedAndRoundedRunIsARun() throws {
        let folder = try TemporaryFolder()
        let dense = try dense(folder)
        let pruned = folder.url.appending(path: "pruned")
        let first = try command.run([
            "prune", dense.path, "--sparsity", "0.8", "--rounds", "2", "--epochs", "4", "--output",
            pruned.path, "--json", "--quiet",
        ])
        #expect(first.status == 0, "\(first.messages)")
        let result = try first.json()
        let memory = try #require(result["memory"] as? [String: Any])
        let baselines = try #require(result["baselines"] as? [[String: Any]])
        #expect(baselines.contains { $0["name"] as? String == "dense" })
        let rounded = folder.url.appending(path: "rounded")
        let second = try command.run([
            "quantize", pruned.path, "--bits", "4", "--epochs", "1", "--output", rounded.path,
            "--json", "--quiet",
        ])
        #expect(second.status == 0, "\(second.messages)")
        let smaller = try #require(try second.json()["memory"] as? [String: Any])
        let bytes = try (
            #require(memory["weightBytes"] as? Int), #require(smaller["weightBytes"] as? Int)
        )
        #expect(bytes.1 < bytes.0 && bytes.1 > 0)
        // 1184 connections, a fifth of them left.
        let model = try String(
            contentsOf: rounded.appending(path: "model.json"), encoding: .utf8)
        #expect(model.contains("\"mask\"") && model.contains("\"learned-step\""))
        let evaluated = try command.run(["evaluate", rounded.path, "--json", "--quiet"])
        #expect(evaluated.status == 0, "\(evaluated.messages)")
        let own = try #require(try evaluated.json()["test"] as? [String: Any])
        let told = try #require(try second.json()["test"] as? [String: Any])
        #expect(own["accuracy"] as? Double == told["accuracy"] as? Double)
        // Its configuration is whole, and gives the same run again.
        let again = folder.url.appending(path: "again")
        let third = try command.run([
            "run", rounded.appending(path: "config.yaml").path, "--output", again.path, "--quiet",
        ])
        #expect(third.status == 0, "\(third.messages)")
        let numbers = try [rounded, again].map {
            try Data(contentsOf: $0.appending(path: "model.safetensors"))
        }
        #expect(numbers[0] == numbers[1])
    }

    @Test func whatCannotBeIsRefused() throws {
        let folder = try TemporaryFolder()
        let dense = try dense(folder)
        for (words, named) in [
            (["prune", dense.path, "--sparsity", "1"], "--sparsity"),
            (["prune", dense.path, "--sparsity", "0.5", "--scope", "globl"], "global"),
            (
                ["prune", dense.path, "--sparsity", "0.5", "--set", "phases.0.prune.keep=[out]"],
                "out"
            ),
            (
                ["prune", dense.path, "--sparsity", "0.5", "--set", "phases.0.prune.rewind=1"],
                "rewind"
            ),
            (["quantize", dense.path, "--bits", "0"], "--bits"),
            (["quantize", dense.path, "--bits", "4", "--scheme", "binary"], "binary"),
            (
                [
                    "quantize", dense.path, "--bits", "4", "--set",
                    "network.0.linear.outputs=17",
                ], "network"
            ),
        ] {
            let output = folder.url.appending(path: UUID().uuidString)
            let done = try command.run(words + ["--output", output.path, "--quiet"])
            #expect(done.status == 2 || done.status == 3, "\(words): \(done.status)")
            #expect(done.messages.contains(named), "\(words): \(done.messages)")
            #expect(!FileManager.default.fileExists(atPath: output.path), "\(words)")
        }
    }

    /// A configuration that asks for what phases cannot do is refused by line and key.
    @Test func phasesAreChecked() throws {
        let folder = try TemporaryFolder()
        let base = """
            method: compression
            dataset: {name: digits, limit: 60}
            encoding: {direct: {steps: 4}}
            network: [linear: {outputs: 10}, leaky-integrator: {leak: 0.9}]
            baseline: none

            """
        for (rest, named) in [
            ("training: {epochs: 2}", "phases"),
            ("training: {early-stop: 2}\nphases: [train: {}]", "early-stop"),
            ("phases: [train: {epochs: 1}, prune: {rewind: 2}]", "after epoch 2"),
            ("phases: [quantize: {epochs: 1}]", "bits"),
            ("phases: [quantize: {bits: 1, scheme: symmetric}]", "binary"),
            ("phases: [quantize: {bits: 3, scale: output}]", "scale"),
            ("phases: [prunes: {}]", "prune"),
            ("trained-by: exacts\nphases: [train: {}]", "exact"),
            ("start: nowhere\nphases: [quantize: {bits: 4}]", "nowhere"),
        ] {
            try folder.write(base + rest + "\n", to: "case.yaml")
            let done = try command.run([
                "run", folder.url.appending(path: "case.yaml").path, "--output",
                folder.url.appending(path: "run").path, "--quiet",
            ])
            #expect(done.status == 2 || done.status == 3, "\(rest): \(done.status)")
            #expect(done.messages.contains(named), "\(rest): \(done.messages)")
        }
    }
}

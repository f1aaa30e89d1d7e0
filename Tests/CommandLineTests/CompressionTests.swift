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

    /// Networks without a clock go the same way; what needs one is refused.
    @Test func exactNetworksGoThroughPhases() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            """
            method: exact
            dataset: {name: digits, limit: 60}
            encoding: {first-spike: {curve: linear, bins: 4, trial: 4, latest: 1.5}}
            network: [theta: {outputs: 8}, theta: {outputs: 10}]
            training: {epochs: 2, batch-size: 20}
            baseline: none

            """, to: "exact.yaml")
        let run = folder.url.appending(path: "exact")
        let first = try command.run([
            "run", folder.url.appending(path: "exact.yaml").path, "--output", run.path, "--quiet",
        ])
        #expect(first.status == 0, "\(first.messages)")
        let pruned = folder.url.appending(path: "pruned")
        let second = try command.run([
            "prune", run.path, "--sparsity", "0.75", "--epochs", "2", "--output", pruned.path,
            "--json", "--quiet",
        ])
        #expect(second.status == 0, "\(second.messages)")
        let compression = try #require(try second.json()["compression"] as? [String: Any])
        #expect(abs((compression["sparsity"] as? Double ?? 0) - 0.75) < 0.01)
        #expect(compression["origin"] as? String == "exact")
        #expect(compression["firingRates"] != nil)
        let third = try command.run([
            "quantize", pruned.path, "--bits", "4", "--post-training", "--output",
            folder.url.appending(path: "rounded").path, "--quiet",
        ])
        #expect(third.status == 2)
        #expect(third.messages.contains("clock"), "\(third.messages)")
        let fourth = try command.run([
            "prune", run.path, "--sparsity", "0.5", "--criterion", "drive", "--output",
            folder.url.appending(path: "driven").path, "--quiet",
        ])
        #expect(fourth.status == 2)
        #expect(fourth.messages.contains("drive"), "\(fourth.messages)")
    }

    /// Rounded after training and folded, a network computes with whole numbers and goes on to be a run.
    @Test func aRunBecomesWholeNumbers() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            """
            method: compression
            dataset: {name: digits, limit: 200, validation-fraction: 0.2}
            encoding: {direct: {steps: 3}}
            network:
              - linear: {outputs: 16}
              - if: {initial-membrane: 0.5}
              - linear: {outputs: 10}
            training: {epochs: 3, batch-size: 20, loss: {cross-entropy: {of: summed-membrane}}}
            phases:
              - quantize: {bits: 4, scheme: root-mean-square, scale: output}
              - whole-numbers: {fraction-bits: 1}
            baseline: none

            """, to: "whole.yaml")
        let run = folder.url.appending(path: "whole")
        let file = folder.url.appending(path: "whole.yaml").path
        let first = try command.run(["run", file, "--output", run.path, "--json", "--quiet"])
        #expect(first.status == 0, "\(first.messages)")
        // 64 · 16 + 16 · 10 weights of half a byte, thresholds and biases of two bytes.
        let memory = try #require(try first.json()["memory"] as? [String: Any])
        #expect(memory["weightBytes"] as? Int == 592 + 2 * (16 + 16 + 10))
        let evaluated = try command.run(["evaluate", run.path, "--json", "--quiet"])
        #expect(evaluated.status == 0, "\(evaluated.messages)")
        let told = try #require(try first.json()["test"] as? [String: Any])
        let again = try #require(try evaluated.json()["test"] as? [String: Any])
        #expect(told["accuracy"] as? Double == again["accuracy"] as? Double)
        // All epochs are done; the network is folded again to the same numbers.
        let before = try Data(contentsOf: run.appending(path: "model.safetensors"))
        let resumed = try command.run(["run", file, "--output", run.path, "--resume", "--quiet"])
        #expect(resumed.status == 0, "\(resumed.messages)")
        #expect(try Data(contentsOf: run.appending(path: "model.safetensors")) == before)
    }

    /// What a pruned run has lost already is counted: no candidate has more connections than it, under a smaller share.
    @Test func aPrunedRunIsShrunkFurther() throws {
        let folder = try TemporaryFolder()
        let dense = try dense(folder)
        let pruned = folder.url.appending(path: "pruned")
        let first = try command.run([
            "prune", dense.path, "--sparsity", "0.8", "--epochs", "1", "--output", pruned.path,
            "--quiet",
        ])
        #expect(first.status == 0, "\(first.messages)")
        let done = try command.run([
            "shrink", pruned.path, "--accuracy-loss", "50%", "--bits", "4", "--epochs", "1",
            "--output", folder.url.appending(path: "small").path, "--json", "--quiet",
        ])
        #expect(done.status == 0, "\(done.messages)")
        let trials = try #require(try done.json()["trials"] as? [[String: Any]])
        #expect(!trials.isEmpty)
        for trial in trials {
            let candidate = try #require(trial["candidate"] as? [String: Any])
            #expect((candidate["sparsity"] as? Double ?? 0) > 0.79)
        }
    }

    /// The smallest network within a budget: what was tried is kept, and the network is a run.
    @Test func theSmallestNetworkIsARun() throws {
        let folder = try TemporaryFolder()
        let dense = try dense(folder)
        let words = [
            "shrink", dense.path, "--accuracy-loss", "10%", "--flash", "2KiB", "--bits", "4,2",
            "--epochs", "1", "--output", folder.url.appending(path: "small").path, "--json",
            "--quiet",
        ]
        let plan = try command.run(words + ["--plan"]).json()
        #expect(((plan["plan"] as? [String: Any])?["mostTrials"] as? Int ?? 0) > 2)
        let first = try command.run(words)
        #expect(first.status == 0, "\(first.messages)")
        let folderOfTrials = folder.url.appending(path: "small/search")
        let trials = try FileManager.default.contentsOfDirectory(atPath: folderOfTrials.path)
        #expect(trials.count > 2)
        let page = folder.url.appending(path: "small/page.html")
        #expect(FileManager.default.fileExists(atPath: page.path))
        let again = try command.run(words)
        #expect(again.status == first.status, "\(again.messages)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folderOfTrials.path).count
                == trials.count)
        // Another budget in the same folder is another search.
        let other = try command.run(words + ["--energy", "1nJ"])
        #expect(other.status == 2)
        #expect(other.messages.contains("--overwrite"))
        let best = try #require(try first.json()["best"] as? [String: Any])
        #expect((best["weightBytes"] as? Int ?? .max) <= 2048)
        let network = folder.url.appending(path: "small/network")
        let measured = try command.run(["evaluate", network.path, "--json", "--quiet"])
        #expect(measured.status == 0, "\(measured.messages)")
    }

    @Test(arguments: [
        ("--flash", "12KB"), ("--flash", "-1KiB"), ("--ram", "x"), ("--energy", "5"),
        ("--energy", "0nJ"), ("--accuracy-loss", "120%"), ("--bits", "4,,2"), ("--bits", "17"),
    ]) func budgetsAreChecked(option: String, value: String) throws {
        let done = try command.run(["shrink", "nowhere", "\(option)=\(value)"])
        #expect(done.status == 2)
        #expect(done.messages.contains(option), "\(done.messages)")
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
            ("phases: [train: {epochs: 1}, score: {epochs: 1}]", "lost"),
            ("start: nowhere\nphases: [score: {epochs: 1}]", "lost"),
            ("phases: [prune: {epochs: 1}, early-bird: {epochs: 2}]", "undo"),
            ("phases: [early-time: {epochs: 1}, train: {epochs: 1}]", "searches"),
            ("phases: [train: {epochs: 1, search: true}]", "early-time"),
            ("phases: [quantize: {bits: 4, epochs: 0, learning-rate: 1e-3}]", "learning-rate"),
            ("phases: [train: {epochs: 2}, prune: {rewind: 1, control: reinitialized}]", "rewind"),
            ("phases: [prune: {control: random, unit: neurons}]", "control"),
            ("phases: [prune: {unit: 2-of-4, sparsity: 0.5, rule: percentile}]", "rule"),
            ("phases: [train: {epochs: 1}, whole-numbers: {}]", "few bits"),
            ("phases: [quantize: {bits: 4}, whole-numbers: {levels: 15}]", "levels"),
            (
                "phases: [quantize: {bits: 4}, whole-numbers: {input: levels, largest: 15}]",
                "largest"
            ),
            ("phases: [quantize: {bits: 4}, whole-numbers: {delays: round}]", "nearest-step"),
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

import Foundation
import RanvierTestSupport
import Testing

/// `ranvier sweep`, `run --seeds` and `compare` on the digits that ship with the package.
@Suite("Sweeps from outside", .serialized)
struct SweepTests {
    let ranvier: BuiltCommand

    static let configuration = """
        dataset: {name: digits, limit: 200, validation-fraction: 0.2}
        encoding: {direct: {steps: 4}}
        network:
          - linear: {outputs: 24, gain: 2}
          - lif: {membrane-time-constant: 10e-3}
          - linear: {outputs: 10}
          - leaky-integrator
        training: {epochs: 4, optimizer: {adam: {learning-rate: 1e-2}}}
        baseline: none
        """

    init() throws {
        ranvier = try BuiltCommand()
        try ranvier.write(Self.configuration, to: "small.yaml")
    }

    private func data(_ path: String) throws -> Data {
        try Data(contentsOf: ranvier.folder.url.appending(path: path))
    }

    private func measure(_ name: String, of setting: [String: Any]) throws -> [String: Any] {
        let measures = try #require(setting["measures"] as? [[String: Any]])
        return try #require(measures.first { $0["name"] as? String == name })
    }

    @Test(
        "a grid of settings and seeds: names, means, deviations, differences, choice, and no work twice"
    )
    func grid() throws {
        let words = [
            "sweep", "small.yaml", "--seeds", "3", "--vary", "network.hidden=2,24", "--json",
        ]
        let ending = try ranvier.run(words)
        #expect(ending.status == 0, "\(ending.messages)")
        let outcome = try ending.json()
        let settings = try #require(outcome["settings"] as? [[String: Any]])
        #expect(settings.count == 2)
        #expect((settings[1]["values"] as? [String: Any])?["network.hidden"] as? Int == 24)
        var means: [Double] = []
        for setting in settings {
            let accuracy = try measure("accuracy", of: setting)
            let values = try #require(accuracy["values"] as? [Double])
            let mean = values.reduce(0, +) / 3
            let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
            #expect(abs(try #require(accuracy["mean"] as? Double) - mean) < 1e-12)
            #expect(
                abs(try #require(accuracy["deviation"] as? Double) - (squares / 2).squareRoot())
                    < 1e-12)
            means.append(mean)
            for name in ["validation-accuracy", "energy", "spikes", "weights", "training-time"] {
                _ = try measure(name, of: setting)
            }
        }
        #expect(means[1] > means[0] + 0.2, "two neurons cannot tell ten digits apart")
        let best = try #require(outcome["best"] as? [String: Any])
        #expect((best["values"] as? [String: Any])?["network.hidden"] as? Int == 24)
        #expect(best["measure"] as? String == "validation-accuracy")
        let differences = try #require(outcome["differences"] as? [[String: Any]])
        let first = try #require(differences.first { $0["measure"] as? String == "accuracy" })
        #expect(abs(try #require(first["mean"] as? Double) - (means[1] - means[0])) < 1e-12)
        #expect((first["interval"] as? [Double])?.count == 2)
        #expect((outcome["runs"] as? [Any])?.count == 6)

        // What a run of the sweep is: the same as one alone.
        let run = try #require(
            JSONSerialization.jsonObject(
                with: data("runs/small-hidden-24-seed1/result.json")) as? [String: Any])
        #expect(run["seed"] as? Int == 1)
        let alone = try ranvier.run(
            "run", "small.yaml", "--seed", "1", "--set", "network.0.linear.outputs=24", "--quiet",
            "--output", "alone")
        #expect(alone.status == 0)
        #expect(
            try data("alone/model.safetensors")
                == data("runs/small-hidden-24-seed1/model.safetensors")
        )

        let stamp = try data("runs/small-hidden-2-seed0/result.json")
        let again = try ranvier.run(words)
        #expect(again.messages.components(separatedBy: "taking the run").count == 7)
        #expect(again.output == ending.output)
        #expect(try data("runs/small-hidden-2-seed0/result.json") == stamp)
        #expect(try again.output == String(decoding: data("runs/sweep.json"), as: UTF8.self))
        #expect(
            try String(decoding: data("runs/sweep.csv"), as: UTF8.self).hasPrefix(
                "run,seed,network.hidden,status,accuracy,"))
        #expect(
            try String(decoding: data("runs/sweep.html"), as: UTF8.self).contains("hidden = 24"))
        let list = try ranvier.run("runs", "list")
        #expect(list.output.contains("outputs 24") && list.output.contains(" … "))
    }

    @Test("without a validation part nothing is recommended; one seed has no deviation")
    func noChoiceByTestData() throws {
        let words = ["sweep", "small.yaml", "--vary", "encoding.steps=2,3", "--seeds", "1"]
        let ending = try ranvier.run(
            words + ["--set", "dataset.validation-fraction=0", "--json", "--quiet"])
        #expect(ending.status == 0, "\(ending.messages)")
        let outcome = try ending.json()
        #expect(outcome["best"] is NSNull)
        #expect((outcome["reason"] as? String)?.contains("validation-fraction") == true)
        let settings = try #require(outcome["settings"] as? [[String: Any]])
        #expect(try measure("accuracy", of: settings[0])["deviation"] is NSNull)
        #expect(
            FileManager.default.fileExists(
                atPath: ranvier.folder.url.appending(path: "runs/small-steps-2-seed0").path))
        let text = try ranvier.run(words + ["--set", "dataset.validation-fraction=0"])
        #expect(text.output.contains("One seed: no deviation is known"))
        #expect(text.output.contains("No setting is recommended"))
        // The same names with other settings are not taken for these.
        let other = try ranvier.run(words)
        #expect(other.status == 2 && other.messages.contains("dataset.validation-fraction"))
    }

    @Test("runs that fail are named, and the others told; if all fail, their status tells why")
    func failures() throws {
        let some = try ranvier.run(
            "sweep", "small.yaml", "--seeds", "2", "--vary", "network.2.linear.outputs=10,9",
            "--json", "--quiet")
        #expect(some.status == 1, "\(some.messages)")
        let outcome = try some.json()
        #expect(
            outcome["failed"] as? [String] == ["small-outputs-9-seed0", "small-outputs-9-seed1"])
        let settings = try #require(outcome["settings"] as? [[String: Any]])
        #expect(settings[0]["seeds"] as? [Int] == [0, 1])
        #expect(settings[1]["seeds"] as? [Int] == [])
        #expect(some.messages.contains("small-outputs-9-seed0 failed"))
        let all = try ranvier.run(
            "sweep", "small.yaml", "--seeds", "2", "--set", "network.2.linear.outputs=9", "--quiet",
            "--output", "none")
        #expect(all.status == 2 && all.messages.contains("all 2 runs failed"), "\(all.messages)")
    }

    @Test("what cannot be varied is refused before anything is trained")
    func refusals() throws {
        for (words, message) in [
            (["seed=0,1"], "--seeds"), (["name=a,b"], "changes no result"),
            (["network.hidden=8", "network.hidden=9"], "varied twice"),
            (["network.hidden=8,8.0"], "twice"), (["network.hidden=8,,9"], "an empty value"),
            (["network.linear.outputs=8,9"], "network.0.linear, network.2.linear"),
            (["network.hidden=24", "network.0.linear.outputs=8,9"], "is the key of"),
            (["network.hidden=8,0"], "found '0'"), (["network.hiden=8"], "found 'hiden'"),
        ] {
            let ending = try ranvier.run(
                ["sweep", "small.yaml"] + words.flatMap { ["--vary", $0] })
            #expect(ending.status == 2, "\(words)")
            #expect(ending.messages.contains(message), "\(words): \(ending.messages)")
        }
        #expect(try ranvier.run("sweep", "small.yaml", "--seeds", "0").status == 2)
        #expect(
            !FileManager.default.fileExists(
                atPath: ranvier.folder.url.appending(path: "runs").path))
    }

    @Test("SIGTERM stops the runs with their checkpoints; the same command ends in the same bits")
    func interrupted() throws {
        let words = [
            "small.yaml", "--seeds", "2", "--set", "training.epochs=150", "--quiet", "--output",
        ]
        func lines(_ folder: String) -> Int {
            (try? data("\(folder)/small-0/metrics.jsonl"))?.count { $0 == UInt8(ascii: "\n") } ?? 0
        }
        var folder = "", messages = "", status: Int32 = 0
        // On a machine that is busy elsewhere a sweep may end before it is told to: then another one is stopped.
        for attempt in 0..<10 where status != 130 {
            folder = "cut-\(attempt)"
            let process = Process()
            process.executableURL = try BuiltCommand.binary
            process.arguments = ["sweep"] + words + [folder]
            process.currentDirectoryURL = ranvier.folder.url
            process.standardOutput = FileHandle.nullDevice
            let errors = Pipe()
            process.standardError = errors
            try process.run()
            while lines(folder) < 5, process.isRunning { usleep(1000) }
            process.terminate()
            process.waitUntilExit()
            status = process.terminationStatus
            messages = String(
                decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        #expect(status == 130, "\(messages)")
        #expect(messages.contains("the same command goes on"))
        let before = lines(folder)
        #expect(before >= 5)
        usleep(100_000)
        #expect(lines(folder) == before, "nobody trains on")

        #expect(try ranvier.run(["sweep"] + words + [folder]).status == 0)
        #expect(try ranvier.run(["run"] + words + ["whole"]).status == 0)
        for run in ["small-0", "small-1"] {
            #expect(
                try data("\(folder)/\(run)/model.safetensors")
                    == data("whole/\(run)/model.safetensors"))
        }
    }

    @Test(
        "compare goes on with a run that was stopped, and a run gone on with is not taken for done")
    func compareResumes() throws {
        #expect(try ranvier.run("run", "small.yaml", "--quiet").status == 0)
        // As a stop after the second epoch leaves it: no result yet.
        let two = try ranvier.run(
            "run", "small.yaml", "--set", "training.epochs=2", "--output", "runs/other-0", "--quiet"
        )
        #expect(two.status == 0)
        try ranvier.write(Self.configuration, to: "other.yaml")
        let stored = ranvier.folder.url.appending(path: "runs/other-0/config.yaml")
        let text = try String(contentsOf: stored, encoding: .utf8)
        try text.replacing("epochs: 2", with: "epochs: 4").replacing(
            "name: small", with: "name: other"
        )
        .write(to: stored, atomically: true, encoding: .utf8)
        // Its result of two epochs is still there.
        let ending = try ranvier.run("compare", "small.yaml", "other.yaml", "--json")
        #expect(ending.status == 0, "\(ending.messages)")
        #expect(ending.messages.contains("going on after epoch 2"), "\(ending.messages)")
        #expect(
            try data("runs/other-0/model.safetensors") == data("runs/small-0/model.safetensors"))
    }

    @Test("going on to fewer epochs than are done is refused, and the run stays as it was")
    func fewerEpochs() throws {
        #expect(try ranvier.run("run", "small.yaml", "--quiet").status == 0)
        let before = try data("runs/small-0/config.yaml")
        let less = try ranvier.run(
            "run", "small.yaml", "--resume", "--set", "training.epochs=3", "--quiet")
        #expect(less.status == 2)
        #expect(less.messages.contains("has done 4 epochs, more than the 3"), "\(less.messages)")
        #expect(try data("runs/small-0/config.yaml") == before)
        let same = try ranvier.run("run", "small.yaml", "--resume")
        #expect(same.status == 0 && same.messages.contains("nothing is trained"))
    }
}

import Foundation
import RanvierTestSupport
import Testing

/// `ranvier run`, `evaluate` and `report` on the digits that ship with the package.
@Suite("Runs from outside", .serialized)
struct RunTests {
    let ranvier: BuiltCommand

    /// A small network that learns in well under a second.
    static let configuration = """
        dataset: {name: digits, limit: 400, validation-fraction: 0.1}
        encoding: {direct: {steps: 6}}
        network:
          - linear: {outputs: 32, gain: 2}
          - lif: {membrane-time-constant: 10e-3}
          - linear: {outputs: 10}
          - leaky-integrator
        training:
          epochs: 12
          optimizer: {adam: {learning-rate: 5e-3}}
          schedule: cosine
        """

    init() throws {
        ranvier = try BuiltCommand()
        try ranvier.write(Self.configuration, to: "small.yaml")
    }

    private func data(_ path: String) throws -> Data {
        try Data(contentsOf: ranvier.folder.url.appending(path: path))
    }

    @Test("writes everything that a run directory holds, and the fields of the result")
    func writesARun() throws {
        let ending = try ranvier.run("run", "small.yaml", "--json", "--quiet")
        #expect(ending.status == 0, "\(ending.messages)")
        let result = try ending.json()
        for key in ["method", "dataset", "seed", "version", "model", "baseline"] {
            #expect(result[key] != nil, "\(key)")
        }
        let fields = [
            "test": ["accuracy", "loss", "samples"],
            "training": ["epochs", "seconds", "samplesPerSecond"],
            "activity": ["spikesPerSample", "layers"],
            "operations": ["synaptic", "multiplyAccumulate"],
            "energy": ["table", "picojoulesPerSample"],
            "memory": ["weightBytes", "stateBytes", "peakResidentBytes"],
            "latency": ["secondsPerSample"],
            "calibration": ["expectedCalibrationError", "negativeLogLikelihood", "brier"],
        ]
        for (section, keys) in fields {
            let part = try #require(result[section] as? [String: Any])
            for key in keys { #expect(part[key] != nil, "\(section).\(key)") }
        }
        let test = try #require(result["test"] as? [String: Any])
        #expect(try #require(test["accuracy"] as? Double) > 0.85)
        #expect(test["samples"] as? Int == 359)
        let memory = try #require(result["memory"] as? [String: Any])
        #expect(memory["weightBytes"] as? Int == 4 * (64 * 32 + 32 + 32 * 10 + 10 + 1))
        let operations = try #require(result["operations"] as? [String: Any])
        #expect(operations["multiplyAccumulate"] as? Double == 2048.0)
        for file in [
            "config.yaml", "metrics.jsonl", "model.safetensors", "model.json", "result.json",
            "report.html", "figures/spikes.svg",
        ] {
            #expect(try !data("runs/small-0/\(file)").isEmpty, "\(file)")
        }

        let again = try ranvier.run("evaluate", "small-0", "--json", "--quiet")
        #expect(again.status == 0, "\(again.messages)")
        let evaluated = try #require(try again.json()["test"] as? [String: Any])
        #expect(evaluated["accuracy"] as? Double == test["accuracy"] as? Double)
        #expect(evaluated["loss"] as? Double == test["loss"] as? Double)

        let report = try ranvier.run("report", "runs/small-0")
        #expect(report.status == 0)
        let page = String(decoding: try data("runs/small-0/report.html"), as: UTF8.self)
        #expect(page.contains("Confusion") && page.contains("ranvier run small.yaml"))
        let list = try ranvier.run("runs", "list")
        #expect(list.output.contains("small-0") && list.output.contains("finished"))
    }

    @Test("a stored configuration runs again to the same bits; threads and seeds do what they say")
    func repeats() throws {
        func model(_ arguments: String...) throws -> Data {
            let ending = try ranvier.run(
                ["run"] + arguments + [
                    "--output", "out", "--overwrite", "--quiet", "--set", "baseline=none",
                ])
            #expect(ending.status == 0, "\(ending.messages)")
            return try data("out/model.safetensors")
        }
        let one = try model("small.yaml", "--threads", "1")
        #expect(try model("small.yaml", "--threads", "2") == one)
        try FileManager.default.copyItem(
            at: ranvier.folder.url.appending(path: "out/config.yaml"),
            to: ranvier.folder.url.appending(path: "stored.yaml"))
        #expect(try model("stored.yaml") == one)
        #expect(try model("small.yaml", "--seed", "1") != one)
        #expect(try model("small.yaml", "--set", "training.batch-size=16") != one)
    }

    @Test("Ctrl-C in mid-epoch leaves a whole checkpoint; resuming ends in the same bits")
    func interruptAndResume() throws {
        let settings = ["--set", "training.epochs=300", "--set", "baseline=none", "--quiet"]
        let whole = try ranvier.run(["run", "small.yaml", "--output", "whole"] + settings)
        #expect(whole.status == 0)

        let process = Process()
        process.executableURL = try BuiltCommand.binary
        process.arguments = ["run", "small.yaml", "--output", "cut"] + settings
        process.currentDirectoryURL = ranvier.folder.url
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let metrics = ranvier.folder.url.appending(path: "cut/metrics.jsonl")
        func lines() -> Int {
            (try? String(contentsOf: metrics, encoding: .utf8))?.count { $0 == "\n" } ?? 0
        }
        while lines() < 5, process.isRunning { usleep(1000) }
        process.interrupt()
        process.waitUntilExit()
        let messages = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(process.terminationStatus == 130, "\(messages)")
        #expect(messages.contains("--resume"))
        #expect(lines() >= 5 && lines() < 300)
        #expect(try ranvier.run("runs", "list", "--output", ".").output.contains("interrupted"))

        let resumed = try ranvier.run(
            ["run", "small.yaml", "--output", "cut", "--resume"] + settings)
        #expect(resumed.status == 0, "\(resumed.messages)")
        #expect(try data("cut/model.safetensors") == data("whole/model.safetensors"))
        #expect(lines() == 300)
    }

    @Test("a resumed run must be the same run")
    func resumesOnlyTheSame() throws {
        #expect(try ranvier.run("run", "small.yaml", "--output", "a", "--quiet").status == 0)
        let other = try ranvier.run(
            "run", "small.yaml", "--output", "a", "--resume", "--set", "training.batch-size=7")
        #expect(other.status == 2)
        #expect(other.messages.contains("training.batch-size"))
        let nothing = try ranvier.run("run", "small.yaml", "--output", "b", "--resume")
        #expect(nothing.status == 2 && nothing.messages.contains("no such run"))
    }

    @Test("what drives each layer is told, and doubts stand in the result")
    func tellsInputsAndDoubts() throws {
        let ending = try ranvier.run(
            "run", "small.yaml", "--set", "network.1.lif.membrane-time-constant=1e-5", "--set",
            "training.epochs=1", "--set", "baseline=none", "--json")
        #expect(ending.status == 0, "\(ending.messages)")
        let result = try ending.json()
        let operations = try #require(result["operations"] as? [String: Any])
        let layers = try #require(operations["layers"] as? [[String: Any]])
        #expect(layers.map { $0["name"] as? String } == ["linear1", "linear3"])
        #expect(layers.map { $0["input"] as? String } == ["analog", "spikes"])
        #expect(layers[0]["multiplyAccumulate"] as? Double == 2048.0)
        #expect(layers[1]["synaptic"] as? Double == operations["synaptic"] as? Double)
        let warnings = try #require(result["warnings"] as? [String])
        #expect(warnings.contains { $0.contains("'lif2'") && $0.contains("far below") })
        #expect(ending.messages.contains("far below the time step"))
    }

    @Test("a stored network with numbers that are none is refused by the name of the tensor")
    func numbersThatAreNone() throws {
        let run = try ranvier.run(
            "run", "small.yaml", "--set", "training.epochs=1", "--set", "baseline=none", "--output",
            "a", "--quiet")
        #expect(run.status == 0, "\(run.messages)")
        let url = ranvier.folder.url.appending(path: "a/model.safetensors")
        var bytes = try Data(contentsOf: url)
        bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xC0, 0x7F])
        try bytes.write(to: url)
        let changed = try ranvier.run("evaluate", "a")
        #expect(changed.status == 3)
        #expect(changed.messages.contains("remove the entry 'checksum'"))
        // Without the checksum the tensor is named. The entry gives way to blanks, so that all else stays in its place.
        let entry = try #require(
            bytes.firstRange(of: Data(#""checksum":"crc32:"#.utf8))?.lowerBound)
        let length = #""checksum":"crc32:00000000","#.utf8.count
        bytes.replaceSubrange(
            entry..<entry + length, with: Data(repeating: UInt8(ascii: " "), count: length))
        try bytes.write(to: url)
        let ending = try ranvier.run("evaluate", "a")
        #expect(ending.status == 3)
        #expect(ending.messages.contains("model.safetensors: tensor 'parameters/"))
        #expect(ending.messages.contains("nan"))
    }

    @Test("the artificial network runs by itself too")
    func artificialNetwork() throws {
        let ending = try ranvier.run("run", "small.yaml", "--set", "model=ann", "--json", "--quiet")
        let result = try ending.json()
        #expect(result["model"] as? String == "ann")
        let operations = try #require(result["operations"] as? [String: Any])
        #expect(operations["multiplyAccumulate"] as? Double == 2368.0)
        #expect(operations["synaptic"] as? Double == 0)
    }

    @Test("exact gradients run, repeat, resume and are evaluated like any other method")
    func exactGradients() throws {
        try ranvier.write(
            """
            method: exact
            dataset: {name: digits, limit: 300}
            encoding: {first-spike: {bins: 4, trial: 4}}
            network:
              - theta: {outputs: 40}
              - theta: {outputs: 10}
            training: {epochs: 8, batch-size: 30, learning-rate: 8e-3}
            baseline: none
            """, to: "exact.yaml")
        let ending = try ranvier.run("run", "exact.yaml", "--output", "whole", "--json", "--quiet")
        #expect(ending.status == 0, "\(ending.messages)")
        let result = try ending.json()
        #expect(result["method"] as? String == "exact")
        let test = try #require(result["test"] as? [String: Any])
        #expect(try #require(test["accuracy"] as? Double) > 0.5)
        let again = try ranvier.run("evaluate", "whole", "--json", "--quiet")
        let measured = try #require(try again.json()["test"] as? [String: Any])
        #expect(measured["loss"] as? Double == test["loss"] as? Double)

        let half = ["--output", "cut", "--quiet"]
        #expect(
            try ranvier.run(["run", "exact.yaml", "--set", "training.epochs=3"] + half).status == 0)
        let resumed = try ranvier.run(["run", "exact.yaml", "--resume", "--threads", "1"] + half)
        #expect(resumed.status == 0, "\(resumed.messages)")
        #expect(try data("cut/model.safetensors") == data("whole/model.safetensors"))
        let wrong = try ranvier.run(
            "run", "exact.yaml", "--output", "wrong", "--set", "network.1.theta.outputs=9")
        #expect(wrong.status == 2 && wrong.messages.contains("10 outputs"))
    }

    @Test("convolutions, normalisation and recurrence from a configuration")
    func deepNetworks() throws {
        try ranvier.write(
            """
            dataset: {name: digits, images: true, limit: 300}
            encoding: {direct: {steps: 4}}
            network:
              - conv2d: {channels: 8, padding: 1, bias: false}
              - batch-norm
              - lif: {leak: 0.5, reset: hard, surrogate: triangular}
              - max-pool2d
              - dropout: {probability: 0.1}
              - linear: {outputs: 32}
              - recurrent-lif: {leak: 0.9}
              - linear: {outputs: 10}
            training: {epochs: 6, optimizer: {adam: {learning-rate: 1e-2}}}
            """, to: "deep.yaml")
        let ending = try ranvier.run("run", "deep.yaml", "--output", "deep", "--json", "--quiet")
        #expect(ending.status == 0, "\(ending.messages)")
        let result = try ending.json()
        let test = try #require(result["test"] as? [String: Any])
        #expect(try #require(test["accuracy"] as? Double) > 0.7)
        let again = try ranvier.run("evaluate", "deep", "--json", "--quiet")
        let measured = try #require(try again.json()["test"] as? [String: Any])
        #expect(measured["loss"] as? Double == test["loss"] as? Double)
        let flat = try ranvier.run(
            "run", "deep.yaml", "--output", "flat", "--set", "dataset.images=false")
        #expect(flat.status == 2 && flat.messages.contains("conv2d1"), "\(flat.messages)")
        #expect(flat.messages.contains("dataset.images: true"), "\(flat.messages)")
    }
}

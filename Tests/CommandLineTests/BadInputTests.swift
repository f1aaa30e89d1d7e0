import Foundation
import RanvierTestSupport
import Testing

/// Everything a user can get wrong: exit status and message, and nothing left half-written.
@Suite("Bad input")
struct BadInputTests {
    let ranvier: BuiltCommand

    init() throws {
        ranvier = try BuiltCommand()
        try ranvier.write(RunTests.configuration, to: "small.yaml")
    }

    private func refused(
        _ arguments: [String], status: Int32, naming parts: [String],
        location: SourceLocation = #_sourceLocation
    ) throws {
        let ending = try ranvier.run(["run"] + arguments + ["--output", "out", "--json"])
        #expect(ending.status == status, "\(ending.messages)", sourceLocation: location)
        for part in parts {
            #expect(
                ending.messages.contains(part), "\(part) in: \(ending.messages)",
                sourceLocation: location)
        }
        let error = try #require(try ending.json()["error"] as? [String: Any])
        #expect(error["status"] as? Int == Int(status), sourceLocation: location)
        let left = ranvier.folder.url.appending(path: "out")
        #expect(!FileManager.default.fileExists(atPath: left.path), sourceLocation: location)
    }

    @Test(
        "configurations",
        arguments: [
            ("training.epoch=3", ["training.epoch", "unknown key", "did you mean 'epochs'"]),
            ("training.epochs=many", ["training.epochs", "integer", "many"]),
            ("training.epochs=0", ["training.epochs", "0"]),
            ("encoding.direct.steps=0", ["encoding.direct.steps", "0"]),
            ("dataset.name=digit", ["dataset.name", "digits"]),
            ("training.schedule=cosin", ["training.schedule", "cosine"]),
            ("training.loss.cross-entropy.of=mean", ["cross-entropy.of", "mean-membrane"]),
            ("network.0.linear.inputs=63", ["linear1", "63 inputs", "[64]"]),
            ("network.2.linear.outputs=9", ["10 outputs", "9"]),
            ("network={resnet: {depth: 9}}", ["network.resnet.depth", "6n + 2", "9"]),
            ("network={resnet: {depth: 8}}", ["resnet", "images", "[64]"]),
            ("training.batch-size=[32, 0]", ["training.batch-size.1", "at least 1", "0"]),
            (
                "network.1.lif={reset-potential: 0.5}",
                ["network.1.lif.reset-potential", "no effect"]
            ),
            ("training.truncation=6", ["training.truncation", "6 steps"]),
            ("training={truncation: 2, recompute: true}", ["training.recompute", "truncation"]),
            (
                "training={batch-size: 100000, memory-limit: 64}",
                ["100000", "MiB", "batch of at most"]
            ),
        ])
    func configurations(change: String, parts: [String]) throws {
        try refused(["small.yaml", "--set", change], status: 2, naming: parts)
    }

    @Test("an unknown key is named with its line")
    func unknownKeyHasALine() throws {
        try ranvier.write(RunTests.configuration + "\nepochs: 3\n", to: "typo.yaml")
        let line = RunTests.configuration.split(separator: "\n").count + 1
        try refused(
            ["typo.yaml"], status: 2, naming: ["typo.yaml:\(line)", "epochs", "Known keys"])
        try ranvier.write("network: [", to: "broken.yaml")
        try refused(["broken.yaml"], status: 2, naming: ["broken.yaml"])
        try refused(["absent.yaml"], status: 2, naming: ["absent.yaml", "no such file"])
    }

    // MARK: - Data

    private func idx(_ magic: [UInt8], _ lengths: [Int], _ values: [UInt8]) -> Data {
        var data = Data(magic)
        for length in lengths {
            data.append(
                contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) })
        }
        return data + Data(values)
    }

    /// Four good files, of which a test damages one.
    private func writeImages() throws -> [String] {
        let images = idx([0, 0, 8, 3], [4, 2, 2], (0..<16).map { UInt8($0) })
        let labels = idx([0, 0, 8, 1], [4], [0, 1, 0, 1])
        var settings = ["small.yaml", "--set", "dataset={name: idx}"]
        for part in ["train", "test"] {
            try images.write(to: ranvier.folder.url.appending(path: "\(part)-images"))
            try labels.write(to: ranvier.folder.url.appending(path: "\(part)-labels"))
            for what in ["images", "labels"] {
                settings += ["--set", "dataset.\(part)-\(what)=\(part)-\(what)"]
            }
        }
        return settings + ["--set", "network.2.linear.outputs=2"]
    }

    @Test("data files that are missing, truncated, of another kind, or contradict each other")
    func dataFiles() throws {
        let settings = try writeImages()
        let folder = ranvier.folder.url
        let good = try ranvier.run(["run"] + settings + ["--output", "good", "--quiet"])
        #expect(good.status == 0, "\(good.messages)")

        let images = folder.appending(path: "train-images")
        let whole = try Data(contentsOf: images)
        try FileManager.default.removeItem(at: images)
        try refused(settings, status: 3, naming: ["train-images"])
        try whole.dropLast(3).write(to: images)
        try refused(settings, status: 3, naming: ["train-images"])
        try idx([0, 0, 99, 3], [4, 2, 2], [UInt8](repeating: 0, count: 16)).write(to: images)
        try refused(settings, status: 3, naming: ["train-images"])
        try Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x63, 0x60]).write(to: images)
        try refused(settings, status: 3, naming: ["train-images", "gzip"])
        try whole.write(to: images)
        let labels = folder.appending(path: "test-labels")
        try idx([0, 0, 8, 1], [4], [0, 1, 0, 7]).write(to: labels)
        try refused(settings, status: 3, naming: ["test-labels", "7"])
        try idx([0, 0, 8, 1], [3], [0, 1, 0]).write(to: labels)
        try refused(settings, status: 3, naming: ["test-labels", "4 labels", "3"])
        try refused(
            ["small.yaml", "--set", "dataset.name=mnist", "--data-directory", "nowhere"], status: 3,
            naming: ["nowhere"])
    }

    @Test("tables with values that are no numbers")
    func tables() throws {
        let settings = ["small.yaml", "--set", "dataset={name: csv, train: t.csv}"]
        try ranvier.write("a,b,label\n1,2,0\n3,nan,1\n5,6,0\n", to: "t.csv")
        try refused(settings, status: 3, naming: ["t.csv", "line 3"])
        try ranvier.write("a,b,label\n1,2,0\n3,1\n", to: "t.csv")
        try refused(settings, status: 3, naming: ["t.csv", "line 3"])
    }

    // MARK: - Directories

    @Test("an existing run is refused without --overwrite, and kept")
    func existingRun() throws {
        func run(_ more: String...) throws -> BuiltCommand.Ending {
            try ranvier.run(["run", "small.yaml", "--output", "out", "--quiet"] + more)
        }
        #expect(try run().status == 0)
        let result = ranvier.folder.url.appending(path: "out/result.json")
        let before = try Data(contentsOf: result)
        let refused = try run()
        #expect(refused.status == 2 && refused.messages.contains("--overwrite"))
        #expect(try Data(contentsOf: result) == before)
        // A run that cannot begin does not cost the old one.
        #expect(try run("--overwrite", "--set", "training.epochs=0").status == 2)
        #expect(try Data(contentsOf: result) == before)
        #expect(try run("--overwrite").status == 0)
    }

    @Test("an output directory that cannot be written")
    func unwritableOutput() throws {
        let ending = try ranvier.run("run", "small.yaml", "--output", "/proc/ranvier/out")
        #expect(ending.status == 2)
        #expect(ending.messages.contains("/proc/ranvier"))
    }

    @Test("a corrupt checkpoint or network")
    func corruptCheckpoint() throws {
        #expect(try ranvier.run("run", "small.yaml", "--output", "out", "--quiet").status == 0)
        for (file, arguments) in [
            ("checkpoint.safetensors", ["run", "small.yaml", "--output", "out", "--resume"]),
            ("model.safetensors", ["evaluate", "out"]),
        ] {
            let url = ranvier.folder.url.appending(path: "out/\(file)")
            let whole = try Data(contentsOf: url)
            for damaged in [whole.prefix(whole.count / 2), Data("not a network".utf8)] {
                try damaged.write(to: url)
                let ending = try ranvier.run(arguments)
                #expect(ending.status == 3, "\(ending.messages)")
                #expect(ending.messages.contains(file), "\(ending.messages)")
            }
            try whole.write(to: url)
        }
    }

    @Test("a loss that is no number stops the run with 1 and a hint")
    func nonFiniteLoss() throws {
        let ending = try ranvier.run(
            "run", "small.yaml", "--output", "out", "--set",
            "training.optimizer={sgd: {learning-rate: 1e30}}")
        #expect(ending.status == 1, "\(ending.messages)")
        #expect(ending.messages.contains("step") && ending.messages.contains("learning rate"))
    }
}

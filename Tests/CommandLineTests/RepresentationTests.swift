import Foundation
import RanvierTestSupport
import Testing

/// `ranvier analyze cka` and `analyze robustness` on stored runs of several kinds.
@Suite("Representations from outside", .serialized)
struct RepresentationTests {
    let ranvier: BuiltCommand

    static let exact = """
        method: exact
        dataset: {name: digits, limit: 300}
        encoding: {first-spike: {curve: linear, bins: 16, trial: 4, latest: 1.5}}
        network:
          - theta: {outputs: 12}
          - theta: {outputs: 10}
        training: {epochs: 2, batch-size: 50, learning-rate: 4e-3}
        baseline: none
        """

    init() throws {
        ranvier = try BuiltCommand()
        try ranvier.write(RunTests.configuration, to: "small.yaml")
        try ranvier.write(Self.exact, to: "exact.yaml")
    }

    private func train(_ arguments: String...) throws {
        let ending = try ranvier.run(["run"] + arguments + ["--quiet"])
        #expect(ending.status == 0, "\(ending.messages)")
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: ranvier.folder.url.appending(path: path).path)
    }

    @Test("a stored network is counted as NeuroBench does; a network without a clock is refused")
    func neuroBench() throws {
        try train("small.yaml", "--set", "baseline=none", "--seed", "0")
        let ending = try ranvier.run(
            "analyze", "neurobench", "small-0", "--json", "--quiet")
        #expect(ending.status == 0, "\(ending.messages)")
        let found = try ending.json()
        #expect(
            Set(found.keys) == [
                "footprint", "connectionSparsity", "activationSparsity", "effectiveMACs",
                "effectiveACs", "denseOperations", "accuracy",
            ])
        #expect(try #require(found["footprint"] as? Int) > 0)
        #expect(try #require(found["effectiveACs"] as? Double) > 0)
        let text = try ranvier.run("analyze", "neurobench", "small-0", "--quiet")
        #expect(text.output.contains("dense operations per sample"))
        try train("exact.yaml", "--seed", "0")
        let refused = try ranvier.run("analyze", "neurobench", "exact-0")
        #expect(refused.status != 0 && refused.messages.contains("expected a clocked network"))
    }

    @Test("two seeds are alike, an untrained network is less so, a run is like itself")
    func spikingRuns() throws {
        for seed in ["0", "1"] {
            try train("small.yaml", "--set", "baseline=none", "--seed", seed)
        }
        let ending = try ranvier.run(
            "analyze", "cka", "small-0", "small-1", "--ceiling", "small-1", "--samples", "120",
            "--json", "--quiet")
        #expect(ending.status == 0, "\(ending.messages)")
        let result = try ending.json()
        let mean = try #require(result["mean"] as? Double)
        let floor = try #require(result["floor"] as? Double)
        #expect(mean > 0.5 && mean <= 1 && floor < mean)
        #expect(try #require(result["ceiling"] as? Double) == mean)
        #expect(result["batches"] as? Int == 2)
        // One layer of units and a readout: a mean of its kind, no blocks.
        #expect(try #require(result["kinds"] as? [String: Double])["act"] != nil)
        #expect(result["jaggedness"] == nil)
        let layers = try #require(result["layers"] as? [[String: Any]])
        #expect(layers.count == 2)
        #expect(try #require(layers[1]["firstProbe"] as? Double) > 0.6)
        #expect(try #require(layers[0]["firstDynamics"] as? Double) > 0)
        for file in [
            "heatmap.csv", "curve.csv", "time.csv", "result.json", "page.html",
            "figures/heatmap.svg", "figures/curve.svg",
        ] { #expect(exists("analysis/cka/\(file)"), "\(file)") }

        let own = try ranvier.run(
            "analyze", "cka", "small-0", "small-0", "--no-floor", "--time", "mean", "--bandwidth",
            "0.5", "--json", "--quiet")
        #expect(abs(try #require(try own.json()["mean"] as? Double) - 1) < 1e-6)
        let late = try ranvier.run("analyze", "cka", "small-0", "small-1", "--time", "6")
        #expect(late.status == 3 && late.messages.contains("0 to 5"), "\(late.messages)")

        let robustness = try ranvier.run(
            "analyze", "robustness", "small-0", "--sizes", "32", "--samples", "100", "--json",
            "--quiet")
        #expect(robustness.status == 0, "\(robustness.messages)")
        let attacked = try robustness.json()
        let clean = try #require(attacked["clean"] as? Double)
        let rows = try #require(attacked["rows"] as? [[String: Any]])
        let worst = try #require(
            rows.first { $0["change"] as? String == "PGD" }?["accuracy"] as? Double)
        #expect(clean > 0.8 && worst < clean - 0.2)
        let published = try ranvier.run(
            "analyze", "robustness", "small-0", "--sizes", "32", "--samples", "100",
            "--published-attack", "--json", "--quiet")
        let other = try #require(try published.json()["rows"] as? [[String: Any]])
        #expect(other.first?["accuracy"] as? Double != rows.first?["accuracy"] as? Double)
    }

    @Test("an exact, a spiking and an artificial network compare with one another")
    func otherMethods() throws {
        try train("exact.yaml")
        try train("small.yaml", "--set", "baseline=none", "--set", "training.epochs=2")
        try train(
            "small.yaml", "--set", "model=ann", "--set", "training.epochs=2", "--output",
            "runs/twin")
        for other in ["runs/exact-0", "runs/twin"] {
            let ending = try ranvier.run(
                "analyze", "cka", "runs/small-0", other, "--samples", "60", "--batches", "1",
                "--json", "--quiet")
            #expect(ending.status == 0, "\(ending.messages)")
            let layers = try #require(try ending.json()["layers"] as? [[String: Any]])
            let cka = try #require(layers.first?["cka"] as? Double)
            #expect(cka > 0.05 && cka < 1, "\(other)")
        }
        // Spike times have no gradient by the values here; noise is what is left.
        let noise = try ranvier.run(
            "analyze", "robustness", "runs/exact-0", "--samples", "40", "--json")
        #expect(noise.status == 0 && noise.messages.contains("attacks are left out"))
        let rows = try #require(try noise.json()["rows"] as? [[String: Any]])
        #expect(Set(rows.compactMap { $0["change"] as? String }) == ["Gaussian noise"])
    }

    @Test("the lift of residual blocks is that of the curve in the report")
    func residualBlocks() throws {
        try ranvier.write(
            """
            dataset: {name: digits, images: true, limit: 200}
            encoding: {direct: {steps: 4}}
            network:
              resnet: {depth: 8, channels: 4}
            training: {epochs: 3, augmentation: {shift: 1}}
            baseline: none
            """, to: "residual.yaml")
        for seed in ["0", "1"] { try train("residual.yaml", "--seed", seed) }
        let ending = try ranvier.run(
            "analyze", "cka", "residual-0", "residual-1", "--samples", "100", "--no-floor",
            "--json", "--quiet")
        #expect(ending.status == 0, "\(ending.messages)")
        let result = try ending.json()
        let layers = try #require(result["layers"] as? [[String: Any]])
        #expect(layers.count == 21 + 10)
        let curve = try layers.map {
            (name: try #require($0["name"] as? String), value: try #require($0["cka"] as? Double))
        }
        let projections = ["downPool", "downConv", "downBn"]
        let lifts = try (1...3).map { stage in
            let block = curve.filter { layer in
                layer.name.hasPrefix("stage\(stage).0.")
                    && !projections.contains { layer.name.hasSuffix($0) }
            }
            #expect(block.count == 7)
            let end = try #require(block.last)
            #expect(end.name.hasSuffix("out"))
            return end.value - (block.dropLast().map(\.value).min() ?? .nan)
        }
        let jaggedness = try #require(result["jaggedness"] as? Double)
        #expect(abs(jaggedness - lifts.reduce(0, +) / 3) < 1e-9)
        #expect(try #require(result["periodAmplitude"] as? Double) > 0)
        let kinds = try #require(result["kinds"] as? [String: Double])
        #expect(Set(["conv", "bn", "act", "out"]).isSubset(of: kinds.keys))
    }

    @Test("cka/cifar100 without its data ends with 3 and names the files")
    func missingData() throws {
        try FileManager.default.createDirectory(
            at: ranvier.folder.url.appending(path: "data"), withIntermediateDirectories: true)
        let ending = try ranvier.run(
            "reproduce", "cka/cifar100", "--quick", "--data-directory", "data")
        #expect(ending.status == 3, "\(ending.messages)")
        #expect(ending.messages.contains("train.bin"), "\(ending.messages)")
        #expect(ending.messages.contains("cifar100"), "\(ending.messages)")
    }

    @Test(
        "wrong usage ends with 2 and says what was expected",
        arguments: [
            (["analyze", "cka", "a"], "second"),
            (["analyze", "cka", "a", "b", "--samples", "3"], "at least 4"),
            (["analyze", "cka", "a", "b", "--time", "never"], "concatenate"),
            (["analyze", "cka", "a", "b", "--bandwidth", "0"], "positive"),
            (["analyze", "robustness", "a", "--sizes", "0"], "positive"),
            (["reproduce", "cka/dept"], "did you mean 'cka/depth'?"),
            (
                ["reproduce", "smooth/concept", "--epochs", "3"],
                "--epochs: expected with one of cka/"
            ),
            (["reproduce", "cka/attack", "--settings", "a"], "found cka/attack"),
            (["reproduce", "cka/depth", "--settings", "ResNet-21"], "did you mean 'ResNet-20'?"),
            (["reproduce", "cka/depth", "--epochs", "0"], "at least 1, found '0'"),
        ])
    func usage(_ arguments: [String], expected: String) throws {
        let ending = try ranvier.run(arguments)
        #expect(ending.status == 2)
        #expect(ending.messages.contains(expected), "\(ending.messages)")
    }
}

import Foundation
import RanvierTestSupport
import Testing

/// `method: exact` from outside: what a run leaves, comparisons with other methods, and bad input.
@Suite("Exact runs from outside", .serialized)
struct ExactRunTests {
    let ranvier: BuiltCommand

    static let configuration = """
        method: exact
        dataset: {name: digits, limit: 200}
        encoding: {first-spike: {curve: linear, bins: 8, trial: 4, latest: 1.5}}
        network:
          - theta: {outputs: 24}
          - theta: {outputs: 10}
        training: {epochs: 6, batch-size: 25, learning-rate: 1e-2, earliness: 0.1, temperature: 0.1}
        """

    init() throws {
        ranvier = try BuiltCommand()
        try ranvier.write(Self.configuration, to: "exact.yaml")
        try ranvier.write(RunTests.configuration, to: "small.yaml")
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOf: ranvier.folder.url.appending(path: path), encoding: .utf8)
    }

    @Test("the first spikes of a sample are recorded in every epoch, drawn, and survive resuming")
    func spikeTimes() throws {
        let ending = try ranvier.run("run", "exact.yaml", "--quiet", "--json")
        #expect(ending.status == 0, "\(ending.messages)")
        let lines = try text("runs/exact-0/metrics.jsonl").split(separator: "\n")
        #expect(lines.count == 6)
        for (index, line) in lines.enumerated() {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let metrics = try #require(object as? [String: Any])
            let records = try #require(metrics["spikeTimes"] as? [[String: Any]])
            // The first epoch also has the times before it.
            #expect(records.map { $0["epoch"] as? Int } == (index == 0 ? [0, 1] : [index + 1]))
            let layers = try #require(records.last?["layers"] as? [[Any]])
            #expect(layers.map(\.count) == [12, 10])
            #expect(layers[1].allSatisfy { $0 is Double })
        }
        for figure in ["output-times", "hidden-times"] {
            #expect(try text("runs/exact-0/figures/\(figure).svg").contains("<path"))
        }
        #expect(try text("runs/exact-0/report.html").contains("First spikes of the outputs"))
        let longer = try ranvier.run(
            "run", "exact.yaml", "--quiet", "--resume", "--set", "training.epochs=8")
        #expect(longer.status == 0, "\(longer.messages)")
        #expect(try text("runs/exact-0/metrics.jsonl").split(separator: "\n").count == 8)
    }

    @Test("compare trains what is not there, sets methods side by side, and names what differs")
    func compare() throws {
        let ending = try ranvier.run("compare", "exact.yaml", "small.yaml", "--json", "--quiet")
        #expect(ending.status == 0, "\(ending.messages)")
        let outcome = try ending.json()
        #expect(outcome["folders"] as? [String] == ["runs/exact-0", "runs/small-0"])
        let runs = try #require(outcome["runs"] as? [[String: Any]])
        #expect(runs.map { $0["method"] as? String } == ["exact", "surrogate"])
        #expect(try text("runs/comparison.html").contains("Accuracy against energy"))
        let again = try ranvier.run("compare", "exact.yaml", "small-0")
        #expect(again.status == 0, "\(again.messages)")
        #expect(again.messages.contains("taking the run that is there: runs/exact-0"))
        #expect(again.output.contains("exact") && again.output.contains("surrogate"))
        #expect(again.output.contains("its baseline"))
        try ranvier.write(
            Self.configuration.replacing("epochs: 6", with: "epochs: 7"), to: "exact.yaml")
        let other = try ranvier.run("compare", "exact.yaml", "small-0")
        #expect(other.status == 2)
        #expect(other.messages.contains("training.epochs"), "\(other.messages)")
        let unknown = try ranvier.run("compare", "nothing")
        #expect(unknown.status == 2 && unknown.messages.contains("no such run"))
        #expect(try ranvier.run("compare").status == 2)
    }

    @Test(
        "quantities that cannot be end with 2 and are named",
        arguments: [
            ("neuron.time-constant=0", "neuron.time-constant"),
            ("neuron.drive=0.25", "neuron.drive"),
            ("encoding.first-spike.trial=0", "trial"),
            ("encoding.first-spike.trial=.inf", "trial"),
            ("encoding.first-spike.trial=.nan", "trial"),
            ("encoding.first-spike.bins=0", "bins"),
            ("encoding.first-spike.latest=5", "latest"),
            ("encoding={first-spike: {bins: 100}}", "bins"),
            ("network.0.theta.outputs=0", "outputs"),
            ("network.1.theta.outputs=9", "10 outputs"),
            ("training.learning-rate=0", "learning-rate"),
            ("training.temperature=0", "temperature"),
            ("training.flip-probability=1.5", "flip-probability"),
            ("training.jitter=-1", "jitter"),
        ])
    func quantities(change: String, name: String) throws {
        let ending = try ranvier.run("run", "exact.yaml", "--set", change, "--output", "out")
        #expect(ending.status == 2, "\(ending.messages)")
        #expect(ending.messages.contains(name), "\(ending.messages)")
        let left = ranvier.folder.url.appending(path: "out")
        #expect(!FileManager.default.fileExists(atPath: left.path))
    }

    @Test("a loss that is no number ends with 1 and a hint")
    func nonFiniteLoss() throws {
        let ending = try ranvier.run(
            "run", "exact.yaml", "--set", "training.learning-rate=1e30", "--output", "out")
        #expect(ending.status == 1, "\(ending.messages)")
        #expect(ending.messages.contains("learning rate"), "\(ending.messages)")
    }
}

import Foundation
import Ranvier
import RanvierExperiments
import RanvierReports
import RanvierTestSupport
import Testing

/// A result says itself what it is worth: against chance, against its rivals, for each class.
@Suite struct VerdictTests {
    private let place: TemporaryFolder
    private let workbench = Workbench()

    init() throws { place = try TemporaryFolder() }

    private func run(
        _ name: String, _ table: String, keys: String = "label-column: state", epochs: Int = 6,
        training: String = "", baseline: String = "none"
    ) throws -> (result: RunResult, text: String, warnings: [String], folder: URL) {
        let data = place.url.appending(path: "\(name).csv")
        try table.write(to: data, atomically: true, encoding: .utf8)
        let configuration = place.url.appending(path: "\(name).yaml")
        try """
        dataset: {name: csv, train: \(data.path), \(keys), scaling: standard}
        encoding: {direct: {steps: 4}}
        network: {mlp: {hidden: [8], gain: 2}}
        training: {epochs: \(epochs), batch-size: 16, optimizer: {adam: {learning-rate: 1e-2}}\(training)}
        baseline: \(baseline)
        """.write(to: configuration, atomically: true, encoding: .utf8)
        nonisolated(unsafe) var warnings: [String] = []
        let folder = place.url.appending(path: "runs/\(name)")
        let outcome = try workbench.run(
            RunRequest(configuration: configuration, output: folder),
            events: WorkEvents(warning: { warnings.append($0) }))
        return (try RunResult(json: Data(outcome.json().utf8)), outcome.text, warnings, folder)
    }

    /// Labels that no column says anything about, `rare` of a hundred of them "bad".
    private func noise(_ rows: Int, rare: Int) -> String {
        let numbers = RandomStream(seed: 8, name: "noise").uniform(count: 2 * rows)
        return "a,b,state\n"
            + (0..<rows).map { row in
                "\(numbers[2 * row]),\(numbers[2 * row + 1]),"
                    + ((row * 37) % 100 < rare ? "bad" : "good")
            }.joined(separator: "\n") + "\n"
    }

    @Test func aUselessNetworkIsCalledUseless() throws {
        let outcome = try run("useless", noise(400, rare: 8))
        let result = outcome.result
        #expect(result.headline.hasPrefix("is no better than always naming the most frequent"))
        #expect(result.headline.contains("it never found the class 'bad'"))
        #expect(outcome.text.hasPrefix("The spiking network is no better than always naming"))
        #expect(result.rivals.map(\.name) == ["majority"])
        #expect(result.rivals[0].differences.allSatisfy { $0.verdict == .withinChance })
        #expect(result.warnings.contains { $0.contains("no better than") })
        #expect(result.warnings.contains { $0.contains("never found") && $0.contains("'bad'") })
        #expect(result.warnings.contains { $0.contains("unbalanced") })
        #expect(Set(outcome.warnings).isSuperset(of: result.warnings.filter { !$0.isEmpty }))
        #expect(result.classes.map(\.name) == ["bad", "good"])
        #expect(result.classes[0].recall == 0 && result.classes[0].precision == nil)
        let page = try String(
            contentsOf: outcome.folder.appending(path: "report.html"), encoding: .utf8)
        #expect(page.contains("The spiking network is no better than"))
        #expect(page.contains("What it had to beat") && page.contains("Class by class"))
    }

    @Test func aUsefulNetworkStandsBesideItsRivals() throws {
        let numbers = RandomStream(seed: 9, name: "useful").uniform(count: 600)
        let table =
            "a,b,state\n"
            + (0..<300).map {
                "\(numbers[2 * $0]),\(numbers[2 * $0 + 1]),"
                    + (numbers[2 * $0] > 0.5 ? "on" : "off")
            }.joined(separator: "\n") + "\n"
        let outcome = try run("useful", table, epochs: 20, baseline: "ann")
        let result = outcome.result
        #expect(result.rivals.map(\.name) == ["ann", "majority", "linear", "neighbours"])
        #expect(result.headline.contains("better than always naming the most frequent class"))
        #expect(result.headline.contains("conventional network (ANN)"))
        #expect(outcome.text.contains("balanced accuracy") && outcome.text.contains("neighbours"))
        #expect((result.rivals["linear"]?.measures["accuracy"]?.value ?? 0) > 0.9)
        let majority = try #require(result.rivals["majority"]?.measures["balanced-accuracy"])
        #expect(majority.value == 0.5)
        // result.json comes back as it was written, and an older one without the new keys is read.
        #expect(try RunResult(json: result.json()) == result)
        var object = try #require(
            try JSONSerialization.jsonObject(with: result.json()) as? [String: Any])
        let entries = try #require(object["baselines"] as? [[String: Any]])
        #expect(entries.allSatisfy { $0["measures"] != nil && $0["differences"] != nil })
        object["classes"] = nil
        object["baselines"] = entries.prefix(1).map {
            ["name": $0["name"], "measures": $0["measures"]]
        }
        let older = try RunResult(json: JSONSerialization.data(withJSONObject: object))
        #expect(older.classes.isEmpty && older.rivals.isEmpty && older.baseline != nil)
        // Measured again, the network stands beside the same rivals, but for the other network.
        let again = try RunResult(
            json: Data(
                workbench.evaluate(EvaluateRequest(run: outcome.folder)).json().utf8))
        #expect(again.rivals == Array(result.rivals.dropFirst()))
    }

    @Test func regressionIsHeldAgainstTheMean() throws {
        let numbers = RandomStream(seed: 10, name: "values").uniform(count: 600)
        func table(_ target: (Float, Float) -> Float) -> String {
            "a,b,flow\n"
                + (0..<300).map {
                    "\(numbers[2 * $0]),\(numbers[2 * $0 + 1]),"
                        + "\(target(numbers[2 * $0], numbers[2 * $0 + 1]))"
                }.joined(separator: "\n") + "\n"
        }
        let good = try run(
            "flow", table { 10 * $0 - $1 }, keys: "target-column: flow", epochs: 20
        ).result
        #expect(good.rivals.map(\.name) == ["mean"])
        #expect(good.headline.contains("better than always answering the mean"))
        #expect(good.measures["root-mean-squared-error"]?.interval != nil)
        #expect(abs(good.rivals[0].measures["explained-variance"]?.value ?? 1) < 0.05)
        let noise = RandomStream(seed: 11, name: "nothing").uniform(count: 300)
        nonisolated(unsafe) var row = -1
        let bad = try run(
            "nothing",
            table { _, _ in
                row += 1
                return noise[row]
            }, keys: "target-column: flow", epochs: 2
        ).result
        #expect(bad.headline.contains("than always answering the mean"))
        #expect(!bad.headline.contains("better than") || bad.headline.contains("no better than"))
    }

    @Test func classWeightsAreReadAndRefused() throws {
        // Bad ones lie a little higher: found only where they count as much as the good ones.
        let noise = RandomStream(seed: 12, name: "shift").normal(count: 400)
        let table =
            "a,b,state\n"
            + (0..<400).map { row in
                let isBad = (row * 37) % 100 < 8
                return "\(noise[row] + (isBad ? 1 : 0)),\(noise[(row * 7) % 400]),"
                    + (isBad ? "bad" : "good")
            }.joined(separator: "\n") + "\n"
        let weighted = try run("weighted", table, epochs: 10, training: ", class-weights: balanced")
        #expect((weighted.result.classes[0].recall ?? 0) > 0.3)
        let plain = try run("plain", table, epochs: 10)
        #expect((plain.result.classes[0].recall ?? 1) < 0.2)
        #expect(throws: TrainingError.self) {
            try run("three", table, training: ", class-weights: [1, 2, 3]")
        }
        #expect(throws: ConfigurationError.self) {
            try run("word", table, training: ", class-weights: even")
        }
        #expect(throws: ConfigurationError.self) {
            try run("negative", table, training: ", class-weights: [1, -2]")
        }
        let values = table.replacing("bad", with: "1").replacing("good", with: "0")
        #expect(throws: TrainingError.self) {
            try run(
                "regression", values, keys: "target-column: state",
                training: ", class-weights: balanced")
        }
    }

    @Test func partsWithoutSamplesAreRefused() throws {
        let error = #expect(throws: DataError.self) {
            try run("few", "a,b,state\n1,2,x\n2,3,y\n")
        }
        #expect(error?.description.contains("test") == true)
    }
}

import Foundation
import Ranvier
import RanvierExperiments
import RanvierReports
import RanvierTestSupport
import Testing

/// A run's folder alone, copied elsewhere, with the data it learned from deleted.
@Suite struct CopiedRunTests {
    private let place: TemporaryFolder
    private let workbench = Workbench()

    init() throws { place = try TemporaryFolder() }

    /// Rows of two columns and what is asked of them, seeded.
    private func table(
        _ rows: Int, seed: UInt64, column: String, target: (Double, Double) -> String
    )
        -> String
    {
        let numbers = RandomStream(seed: seed, name: "table").uniform(count: 2 * rows)
        var text = "temperature,pressure,\(column)\n"
        for row in 0..<rows {
            let (a, b) = (Double(numbers[2 * row]), Double(numbers[2 * row + 1]))
            text += "\(20 + 10 * a),\(1 + b),\(target(a, b))\n"
        }
        return text
    }

    private func write(_ text: String, to name: String) throws -> URL {
        let url = place.url.appending(path: name)
        try text.write(to: url, atomically: true, encoding: .utf8)
        return url
    }

    /// Trains on a table, deletes it, and copies the run's folder into an empty one.
    private func copiedRun(_ name: String, _ text: String, keys: String) throws -> URL {
        let data = try write(text, to: "\(name).csv")
        let configuration = try write(
            """
            dataset: {name: csv, train: \(data.path), \(keys), scaling: standard}
            encoding: {direct: {steps: 6}}
            network: {mlp: {hidden: [16], gain: 2}}
            training: {epochs: 12, batch-size: 16, optimizer: {adam: {learning-rate: 1e-2}}}
            baseline: none
            """, to: "\(name).yaml")
        let run = place.url.appending(path: "runs/\(name)")
        _ = try workbench.run(RunRequest(configuration: configuration, output: run))
        let copy = place.url.appending(path: "elsewhere-\(name)")
        try FileManager.default.copyItem(at: run, to: copy)
        try FileManager.default.removeItem(at: place.url.appending(path: "runs"))
        try FileManager.default.removeItem(at: data)
        return copy
    }

    @Test func classesArePredictedMeasuredAndReported() throws {
        func state(_ a: Double, _ b: Double) -> String { a + b > 1 ? "hot" : "cold" }
        let run = try copiedRun(
            "valve", table(160, seed: 1, column: "state", target: state),
            keys: "label-column: state")
        let report = try workbench.report(runs: [run], output: place.url)
        #expect(report.text.contains("report.html"))

        // Columns in another order and one more: taken by name, the stranger named in a warning.
        let rows = try write("pressure,note,temperature\n1.9,7,29\n1.05,7,20.5\n", to: "new.csv")
        nonisolated(unsafe) var warnings: [String] = []
        var request = PredictRequest(run: run, data: rows)
        request.showsProbabilities = true
        let answers = try workbench.predict(
            request, events: WorkEvents(warning: { warnings.append($0) }))
        let lines = answers.text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "row,prediction,confidence,unsure,cold,hot")
        #expect(lines.count == 3 && lines[1].hasPrefix("1,hot,") && lines[2].hasPrefix("2,cold,"))
        #expect(warnings.count == 1 && warnings[0].contains("note"))
        #expect(try answers.json().split(separator: "\n").count == 2)
        // What is asked for decides what is unsure.
        #expect(lines.dropFirst().allSatisfy { $0.contains(",false,") })
        request.leastConfidence = 1
        #expect(
            try workbench.predict(request).text.split(separator: "\n").dropFirst()
                .allSatisfy { $0.contains(",true,") })
        // A row on its own gives the same answer, scaled by the model itself.
        let model = try Model.load(run)
        #expect(try model.predict([29, 1.9]).text == "hot")
        #expect(throws: ModelError.row(expected: 2, found: 1)) { try model.predict([29]) }

        let labeled = try write(
            table(60, seed: 2, column: "state", target: state), to: "labeled.csv")
        let measured = try workbench.evaluate(EvaluateRequest(run: run, data: labeled.path))
        let result = try RunResult(json: Data(measured.json().utf8))
        #expect(result.measures.first?.name == "accuracy" && result.test.samples == 60)
        #expect((result.test.accuracy ?? 0) > 0.8)
        var robustness = RobustnessRequest(run: run)
        robustness.data = labeled.path
        robustness.output = place.url.appending(path: "robustness")
        #expect(try workbench.analyzeRobustness(robustness).json().contains("\"samples\" : 60"))

        var similarity = SimilarityRequest(first: run, second: run)
        similarity.data = labeled.path
        similarity.batchSize = 60
        similarity.batches = 1
        similarity.output = place.url.appending(path: "cka")
        #expect(try workbench.analyzeSimilarity(similarity).json().contains("\"cka\""))

        // Its own data are gone, and it says so.
        #expect(throws: DataError.self) { try workbench.evaluate(EvaluateRequest(run: run)) }
        let wrong = try write("temperature,humidity\n20,3\n", to: "wrong.csv")
        let error = #expect(throws: DataError.self) {
            try workbench.predict(PredictRequest(run: run, data: wrong))
        }
        #expect(error?.description.contains("pressure") == true)
    }

    @Test func valuesArePredictedInTheirOwnUnits() throws {
        func flow(_ a: Double, _ b: Double) -> String { "\(300 + 100 * a - 50 * b)" }
        let run = try copiedRun(
            "flow", table(200, seed: 3, column: "flow", target: flow), keys: "target-column: flow")
        let rows = try write("temperature,pressure\n30,1\n20,2\n", to: "new.csv")
        let answers = try workbench.predict(PredictRequest(run: run, data: rows))
        let lines = answers.text.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(lines[0] == ["row", "prediction", "deviation", "unsure"])
        let values = try lines.dropFirst().map { try #require(Double($0[1])) }
        #expect(abs(values[0] - 400) < 40 && abs(values[1] - 250) < 40, "\(values)")
        let labeled = try write(
            table(60, seed: 4, column: "flow", target: flow), to: "labeled.csv")
        let result = try RunResult(
            json: Data(
                workbench.evaluate(EvaluateRequest(run: run, data: labeled.path)).json().utf8))
        #expect(
            result.measures.map(\.name) == [
                "root-mean-squared-error", "mean-absolute-error", "explained-variance",
            ])
        #expect(result.test.accuracy == nil && result.calibration == nil)
        #expect((result.measures["explained-variance"]?.value ?? 0) > 0.5)
    }

    @Test func foldersOfEarlierVersionsAreRefusedByVersion() throws {
        let run = place.url.appending(path: "old")
        try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        _ = try write("seed: 0\n", to: "old/config.yaml")
        _ = try write(
            #"{"version": "0.1.0", "method": "surrogate", "model": "snn"}"#, to: "old/model.json")
        let error = #expect(throws: ModelFileError.self) {
            try workbench.evaluate(EvaluateRequest(run: run))
        }
        #expect(error?.description.contains("0.1.0") == true)
        #expect(error?.description.contains("--overwrite") == true)
    }
}

import Foundation
import Ranvier
import RanvierExperiments
import RanvierReports
import RanvierRuns
import RanvierTestSupport
import Testing

/// A stored network that goes on with other data, as a run of its own.
@Suite struct AdaptTests {
    /// Rows of five columns and a class: patterns and noise, changed as a drift would.
    private static func table(
        _ rows: Int, from first: Int = 0, hasLabels: Bool = true, drift: SensorDrift = SensorDrift()
    ) -> String {
        let patterns: [[Double]] = [
            [1, 4, 2, 8, 5], [6, 2, 7, 1, 3], [9, 9, 1, 4, 8],
        ]
        let names = ["a", "b", "c", "d", "e"]
        var lines = [(names + (hasLabels ? ["class"] : [])).joined(separator: ",")]
        for row in first..<first + rows {
            let kind = row * 5 % 3
            let values = (0..<5).map { column -> String in
                let noise = Double((row * 37 + column * 61) % 101) / 50 - 1
                let value =
                    drift.missing.contains(column)
                    ? 0 : drift.gain * (patterns[kind][column] + noise) + drift.offset
                return "\(value)"
            }
            lines.append((values + (hasLabels ? ["k\(kind)"] : [])).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private struct Place {
        let folder: TemporaryFolder
        let run: URL
        var output: URL { folder.url.appending(path: "adapted") }

        func file(_ name: String, _ text: String) throws -> String {
            try folder.write(text, to: name).path
        }
    }

    private func trained(_ method: String = "") throws -> Place {
        let folder = try TemporaryFolder()
        let data = try folder.write(Self.table(120), to: "june.csv")
        let network =
            method.isEmpty
            ? """
            dataset: {name: csv, train: \(data.path), label-column: class, test-fraction: 0.3, scaling: standard}
            encoding: {direct: {steps: 4}}
            network:
              - linear: {outputs: 12, gain: 3}
              - lif: {membrane-time-constant: 10e-3}
              - linear: {outputs: 3}
              - leaky-integrator
            training: {epochs: 10, batch-size: 12, optimizer: {adam: {learning-rate: 2e-2}}}
            """ : method.replacing("DATA", with: data.path)
        let configuration = try folder.write(network + "\nbaseline: none\n", to: "net.yaml")
        let run = folder.url.appending(path: "run")
        _ = try Workbench().run(RunRequest(configuration: configuration, output: run))
        return Place(folder: folder, run: run)
    }

    private func result(_ outcome: CommandOutcome) throws -> RunResult {
        try RunResult(json: Data(outcome.json().utf8))
    }

    @Test func labelledRowsTeachAndARunIsWritten() throws {
        let place = try trained(), workbench = Workbench()
        let before = try Data(contentsOf: place.run.appending(path: "model.safetensors"))
        let drift = SensorDrift(gain: 0.5, offset: 4, missing: [3])
        let new = try place.file("july.csv", Self.table(150, from: 500, drift: drift))
        var request = AdaptRequest(run: place.run, data: new)
        (request.output, request.rehearsal) = (place.output, 6)
        request.options.checkInterval = 30
        let outcome = try workbench.adapt(request)
        let adapted = try result(outcome)
        let record = try #require(adapted.adaptation)
        #expect(record.rule == "delta" && record.lessons > 0 && record.rehearsal == 6)
        #expect(record.missingChannels == ["d"] && record.origin == "run")
        let gained = try #require(record.gained), kept = try #require(record.kept)
        #expect(gained.after.value > gained.before.value + 0.2)
        #expect(gained.difference?.verdict == .better && gained.after.interval != nil)
        #expect(kept.after.value > kept.before.value - 0.1)
        #expect(record.checks.map(\.samples) == [0, 30, 60, 90])
        #expect(adapted.test.accuracy == gained.after.value)
        #expect(adapted.rivals.contains { $0.name == "run" })
        #expect(outcome.text.contains("Not there any more: d"))
        // The run that it came from stays as it was; its labels and settings are in the new one.
        #expect(
            try Data(contentsOf: place.run.appending(path: "model.safetensors")) == before)
        let page = try String(
            contentsOf: place.output.appending(path: "report.html"), encoding: .utf8)
        #expect(page.contains("What going on changed") && page.contains("What was gained"))
        let stored = try RunResult(storedIn: place.output.appending(path: "result.json"))
        #expect(stored.adaptation == record)
        // It is a run as others are: the model follows what its sensors are like now.
        let later = try place.file("august.csv", Self.table(60, from: 900, drift: drift))
        let own = try result(
            workbench.evaluate(EvaluateRequest(run: place.output, data: later)))
        let other = try result(workbench.evaluate(EvaluateRequest(run: place.run, data: later)))
        let accuracies = try (#require(own.test.accuracy), #require(other.test.accuracy))
        #expect(accuracies.0 > accuracies.1 + 0.1)
        _ = try workbench.evaluate(EvaluateRequest(run: place.output))
        let content = try workbench.reportContent(of: place.output)
        #expect(content.diagnostics.count == 1)
        // Nothing is trained with a scaling that is a model's, and nothing is replaced unasked.
        #expect(throws: DataError.self) {
            try workbench.run(
                RunRequest(
                    configuration: place.output.appending(path: "config.yaml"),
                    output: place.folder.url.appending(path: "again")))
        }
        #expect(throws: RunError.self) { try workbench.adapt(request) }
    }

    /// A trial on the run's own samples: nothing learns from labels, but those of old samples still judge.
    @Test func aTrialWithoutLabelsStillJudgesWhatWasKept() throws {
        let place = try trained()
        var request = AdaptRequest(run: place.run, data: nil)
        (request.output, request.labels) = (place.output, .ignored)
        request.drift = SensorDrift(gain: 0.5, offset: 2)
        let record = try #require(try result(Workbench().adapt(request)).adaptation)
        #expect(record.rule == nil && record.gained == nil && record.kept != nil)
        #expect(!record.checks.isEmpty)
        #expect(record.checks.allSatisfy { $0.new == nil && ($0.old ?? .nan).isFinite })
    }

    @Test func rowsWithoutLabelsAreFollowed() throws {
        let place = try trained(), workbench = Workbench()
        let drift = SensorDrift(gain: 0.4, offset: 5)
        let rows = try place.file(
            "rows.csv", Self.table(90, from: 300, hasLabels: false, drift: drift))
        var request = AdaptRequest(run: place.run, data: rows)
        request.output = place.output
        let record = try #require(try result(workbench.adapt(request)).adaptation)
        #expect(record.rule == nil && record.lessons == 0 && record.gained == nil)
        #expect(record.kept?.after.value == record.kept?.before.value)
        #expect(record.returning != nil)
        // Labels that are there are not looked at where nobody wants them to.
        let labeled = try place.file(
            "labeled.csv", Self.table(90, from: 300, drift: drift))
        var blind = AdaptRequest(run: place.run, data: labeled)
        (blind.output, blind.labels) = (place.folder.url.appending(path: "blind"), .ignored)
        _ = try workbench.adapt(blind)
        let models = try ["adapted", "blind"].map {
            try Model.load(place.folder.url.appending(path: $0)).signature.scaling
        }
        #expect(models[0] == models[1])
        let later = try place.file("later.csv", Self.table(60, from: 700, drift: drift))
        let own = try result(
            workbench.evaluate(EvaluateRequest(run: place.output, data: later)))
        #expect(try #require(own.test.accuracy) > 0.9)
        // Adapted again, the sensors that the model knows now are what counts; its first data are not.
        var again = AdaptRequest(run: place.output, data: rows)
        again.output = place.folder.url.appending(path: "twice")
        let twice = try #require(try result(workbench.adapt(again)).adaptation)
        #expect(twice.reference == "the scaling that the model learned with")
        let third = try result(
            workbench.evaluate(EvaluateRequest(run: again.folder, data: later)))
        #expect(try #require(third.test.accuracy) > 0.9)
    }

    @Test func theRunsOwnDataDriftForATrial() throws {
        let place = try trained()
        var request = AdaptRequest(run: place.run)
        (request.output, request.rule) = (place.output, "none")
        request.drift = SensorDrift(gain: 0.3, offset: 7)
        let record = try #require(try result(Workbench().adapt(request)).adaptation)
        #expect(record.drift == "gain=0.3,offset=7.0" && record.rule == nil)
        let gained = try #require(record.gained), kept = try #require(record.kept)
        // The same samples, as they are and drifted.
        #expect(gained.samples == kept.samples)
        #expect(kept.before.value > gained.before.value)
    }

    /// Networks without a clock follow their inputs, and are taught by nothing.
    @Test func aNetworkWithoutAClockFollowsItsInputs() throws {
        let place = try trained(
            """
            method: exact
            dataset: {name: csv, train: DATA, label-column: class, test-fraction: 0.3, scaling: range}
            encoding: {first-spike: {curve: linear, bins: 8, trial: 4, latest: 1.5}}
            network:
              - theta: {outputs: 8}
              - theta: {outputs: 3}
            training: {epochs: 2, batch-size: 12}
            """)
        let drift = SensorDrift(gain: 0.6, offset: 2)
        let new = try place.file("july.csv", Self.table(80, from: 500, drift: drift))
        var request = AdaptRequest(run: place.run, data: new)
        request.output = place.output
        let record = try #require(try result(Workbench().adapt(request)).adaptation)
        #expect(record.rule == nil && record.gained != nil)
        request.output = place.folder.url.appending(path: "taught")
        request.rule = "delta"
        #expect(throws: AlignmentError.self) { try Workbench().adapt(request) }
        #expect(!RunDirectory.isRun(request.folder))
    }

    @Test func whatCannotBeIsRefused() throws {
        let place = try trained(), workbench = Workbench()
        func refused(_ change: (inout AdaptRequest) throws -> Void) throws -> String {
            var request = AdaptRequest(run: place.run)
            request.output = place.output
            try change(&request)
            do {
                _ = try workbench.adapt(request)
                return ""
            } catch {
                return "\(error)"
            }
        }
        let rows = try place.file("rows.csv", Self.table(20, hasLabels: false))
        #expect(try refused { _ in }.contains("--drift"))
        #expect(try refused { ($0.data, $0.rule) = (rows, "dleta") }.contains("'delta'"))
        #expect(try refused { ($0.data, $0.rule) = (rows, "delta") }.contains("labels"))
        #expect(try refused { ($0.data, $0.labels) = (rows, .used) }.contains("class"))
        #expect(try refused { $0.data = "nothing.csv" }.contains("nothing.csv"))
        #expect(try refused { $0.drift = SensorDrift(missing: [9]) }.contains("missing channels"))
        let short = try place.file("short.csv", "a,b,class\n1,2,k0\n3,4,k1\n")
        #expect(try refused { $0.data = short }.contains("\"c\""))
        #expect(!RunDirectory.isRun(place.output))
    }
}

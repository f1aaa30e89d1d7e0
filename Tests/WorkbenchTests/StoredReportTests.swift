import Foundation
import Ranvier
import RanvierExperiments
import RanvierReports
import RanvierRuns
import RanvierTestSupport
import Testing

/// What reports, tables and indices read back: numbers that later are indices, sizes or parts of sums.
@Suite struct StoredReportTests {
    private func expectRefused(
        _ text: String, _ old: String, _ new: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "report.json")
        #expect(text.contains(old), "\(old)", sourceLocation: sourceLocation)
        let range = try #require(text.range(of: old))
        let changed = text.replacingCharacters(in: range, with: new)
        try Data(changed.utf8).write(to: file)
        let error = #expect(throws: StoredFileError.self, "\(new)", sourceLocation: sourceLocation)
        {
            try ReportContent(storedIn: file) { _ in }
        }
        #expect(error?.file.contains("report.json") == true, sourceLocation: sourceLocation)
    }

    @Test func reportsWithImpossibleNumbersAreRefused() throws {
        var sample = SampleRun()
        let content = try sample.content()
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "report.json")
        try content.sealedJSON().write(to: file)
        var warnings: [String] = []
        let back = try ReportContent(storedIn: file) { warnings.append($0) }
        #expect(back.result == content.result && warnings.isEmpty)
        #expect(try back.sealedJSON() == content.sealedJSON())

        let text = try StoredJSON.text(content)
        try expectRefused(text, "\"counts\":[[", "\"counts\":[[1,")
        try expectRefused(text, "\"counts\":[[", "\"counts\":[[0],[")
        let count = try #require(content.confusion?.counts[0][0])
        try expectRefused(text, "\"counts\":[[\(count)", "\"counts\":[[\(count + 1)")
        try expectRefused(text, "\"counts\":[[\(count)", "\"counts\":[[9223372036854775807")
        try expectRefused(text, "\"counts\":[[\(count)", "\"counts\":[[-\(count)")
        let bin = try #require(content.reliability?.bins[0].count)
        for number in ["9223372036854775807", "-1", "\(bin + 1)"] {
            try expectRefused(text, "\"count\":\(bin)", "\"count\":\(number)")
        }
        try expectRefused(text, "\"neurons\":128", "\"neurons\":9223372036854775807")
        try expectRefused(text, "\"neurons\":128", "\"neurons\":1")
        try expectRefused(text, "\"steps\":", "\"steps\":-")
        try expectRefused(text, "\"classNames\":[", "\"classNames\":[\"more\",")
        try expectRefused(text, "\"epoch\":1,", "\"epoch\":2,")
        try expectRefused(text, "\"weightBytes\":", "\"weightBytes\":9223372036854775807,\"x\":")
        try expectRefused(text, "\"stateBytes\":", "\"stateBytes\":-")
        try expectRefused(text, "\"interval\":[", "\"interval\":[7,")
        try expectRefused(text, "\"title\":", "\"format\":9,\"title\":")
        try expectRefused(
            text, "\"test\":{\"accuracy\":", "\"test\":{\"accuracy\":9223372036854775808,\"x\":")
    }

    /// Durations that are no numbers leave unknown how many samples a run learned from.
    @Test func aRunWithoutDurationsOpens() throws {
        let folder = try TemporaryFolder()
        let place = folder.url.appending(path: "c.yaml")
        try Data(
            """
            dataset: {name: digits, limit: 40}
            encoding: {direct: {steps: 2, time-step: 1e-3}}
            network:
              - linear: {outputs: 10}
              - leaky-integrator: {membrane-time-constant: 20e-3}
            training: {epochs: 1}
            baseline: none
            """.utf8
        ).write(to: place)
        let run = folder.url.appending(path: "run")
        _ = try Workbench().run(RunRequest(configuration: place, output: run))
        let file = run.appending(path: "result.json")
        let text = String(
            decoding: StoredJSON.unsealed(try Data(contentsOf: file)).content, as: UTF8.self)
        let range = try #require(
            text.range(of: #""samplesPerSecond" ?: ?[0-9.e+-]+"#, options: .regularExpression))
        try Data(text.replacingCharacters(in: range, with: #""samplesPerSecond":"nan""#).utf8)
            .write(to: file)
        let stored = try StoredRun(run, registry: .standard) { _ in }
        #expect(stored.trainingSamples == 0)
    }

    @Test func resultsAreSealedAndAreTheSameWithoutTheirSeal() throws {
        var sample = SampleRun()
        let result = try sample.content().result
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "result.json")
        try result.sealedJSON().write(to: file)
        #expect(try RunResult(storedIn: file) { _ in } == result)
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(try RunResult(json: Data(text.utf8)) == result)
        try Data(text.replacing("\"seed\" : 0", with: "\"seed\" : 1").utf8).write(to: file)
        let error = #expect(throws: StoredFileError.self) { try RunResult(storedIn: file) { _ in } }
        #expect(error?.reason.contains("remove the entry 'checksum'") == true)
        // The index says the same of it.
        let skipped = #expect(throws: RunError.self) {
            try RunRecord(folder: folder.url, relativeTo: folder.url) { _ in }
        }
        #expect(skipped?.description.contains("result.json") == true)
    }

    @Test func certaintiesThatContradictThemselvesAreRefused() throws {
        for text in [
            #"{"confidences":[0.9,0.8],"correct":[true]}"#,
            #"{"confidences":[0.8,0.9],"correct":[true,true]}"#,
            #"{"confidences":[1.5],"correct":[true]}"#,
            #"{"confidences":["nan"],"correct":[true]}"#,
        ] {
            #expect(throws: DecodingError.self) {
                try StoredJSON.value(SelectivePrediction.self, from: Data(text.utf8))
            }
        }
        let empty = try StoredJSON.value(
            SelectivePrediction.self, from: Data(#"{"confidences":[],"correct":[]}"#.utf8))
        #expect(empty.choice(forErrorRate: 0.5) == nil && empty.lowestErrorRate == 1)
    }

    @Test func changedConfigurationsAreTold() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "config.yaml")
        let text = StoredConfiguration.sealed("seed: 1\n")
        try Data(text.utf8).write(to: file)
        #expect(StoredConfiguration.warning(of: file) == nil)
        try Data(text.replacing("seed: 1", with: "seed: 2").utf8).write(to: file)
        let changed = try #require(StoredConfiguration.warning(of: file))
        #expect(changed.contains("config.yaml") && changed.contains("changed"))
        try Data("seed: 1\n".utf8).write(to: file)
        #expect(StoredConfiguration.warning(of: file)?.contains("no checksum") == true)
    }
}

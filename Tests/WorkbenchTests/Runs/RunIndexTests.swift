import Foundation
import RanvierConfiguration
import RanvierLearning
import RanvierTestSupport
import Testing

@testable import RanvierExperiments
@testable import RanvierRuns

@Suite("Index of runs")
struct RunIndexTests {
    let folder: TemporaryFolder
    var root: URL { folder.url }
    var file: URL { root.appending(path: "index.sqlite") }

    init() throws { folder = try TemporaryFolder() }

    func record(_ path: String, minute: Double = 0) -> RunRecord {
        var run = RunRecord(
            path: path, method: "surrogate-gradient", dataset: "digits", seed: 1, version: "0.1.0",
            status: .finished, started: Date(timeIntervalSince1970: 1_800_000_000 + 60 * minute))
        run.accuracy = 0.975
        return run
    }

    static let result = """
        {"method": "surrogate-gradient", "dataset": "digits", "seed": 2, "version": "0.1.0",
         "test": {"accuracy": 0.98, "loss": 0.1, "samples": 359},
         "training": {"epochs": 30, "seconds": 9.5, "samplesPerSecond": 5000},
         "activity": {"spikesPerSample": 120.5, "layers": []},
         "energy": {"table": "45 nm", "picojoulesPerSample": 4.5e3},
         "memory": {"weightBytes": 38400, "stateBytes": 552, "peakResidentBytes": 1}}
        """

    @Test("keeps measures, those that are no number, too")
    func measures() throws {
        let index = try RunIndex(root: root, create: true)
        var run = record("a")
        run.measures = [
            Measure("accuracy", 0.975, unit: Measure.share, higherIsBetter: true),
            Measure("explained-variance", .nan, higherIsBetter: true),
        ]
        try index.record(run)
        let found = try #require(try RunIndex(root: root, create: false).runs().first)
        #expect(found.measures.map(\.name) == ["accuracy", "explained-variance"])
        #expect(found.measures[0] == run.measures[0] && found.measures[1].value.isNaN)
    }

    /// Makes a run directory, with a result or without.
    func makeRun(_ path: String, result: String?) throws {
        _ = try RunDirectory.create(at: root.appending(path: path)) {
            try $0.write("method: surrogate-gradient\nseed: 7\n", to: .configuration)
            if let result { try $0.write(result, to: .result) }
        }
    }

    @Test("keeps what was recorded, the latest run first")
    func recording() throws {
        do {
            let index = try RunIndex(root: root, create: true)
            let first = try index.record(record("a"))
            try index.record(record("b", minute: 1))
            var again = record("a", minute: 2)
            again.status = .failed
            #expect(try index.record(again).id == first.id)
        }
        let index = try RunIndex(root: root, create: false)
        let runs = try index.runs()
        #expect(runs.map(\.path) == ["a", "b"])
        #expect(runs.map(\.status) == [.failed, .finished])
        var expected = record("b", minute: 1)
        expected.id = runs[1].id
        #expect(runs[1] == expected)
    }

    @Test("finds a run by number, name or path, and suggests the nearest")
    func lookup() throws {
        let index = try RunIndex(root: root, create: true)
        let run = try index.record(record("study/digits-0"))
        #expect(try index.run("digits-0") == run)
        #expect(try index.run("study/digits-0") == run)
        #expect(try index.run("1") == run)
        #expect(throws: RunIndexError.noSuchRun(name: "study/digit-0", nearest: "study/digits-0")) {
            try index.run("study/digit-0")
        }
    }

    @Test("shows a run whose process is gone as interrupted")
    func stale() throws {
        try makeRun("gone", result: nil)
        let alive = try RunDirectory.create(at: root.appending(path: "alive")) {
            try $0.write("seed: 1", to: .configuration)
        }
        let index = try RunIndex(root: root, create: true)
        for (path, minute) in [("gone", 0.0), ("alive", 1)] {
            var run = record(path, minute: minute)
            run.status = .running
            try index.record(run)
        }
        #expect(try index.runs().map(\.status) == [.running, .interrupted])
        withExtendedLifetime(alive) {}
    }

    @Test("that is missing, damaged or something else says what to do")
    func unusable() throws {
        let missing = try #require(throws: RunIndexError.self) {
            try RunIndex(root: root, create: false)
        }
        #expect(missing.description.contains("no index"))
        #expect(missing.exitStatus == .wrongUsage)
        try Data(repeating: 0x41, count: 4096).write(to: file)
        for create in [false, true] {
            let damaged = try #require(throws: RunIndexError.self) {
                try RunIndex(root: root, create: create)
            }
            #expect(damaged.description.contains("runs list --rebuild"), "\(damaged)")
            #expect(damaged.exitStatus == .badInput)
        }
        try Data().write(to: file)
        #expect(throws: RunIndexError.self) { try RunIndex(root: root, create: false) }
    }

    @Test("that was damaged in its middle is noticed")
    func damagedMiddle() throws {
        do {
            let index = try RunIndex(root: root, create: true)
            for number in 0..<50 { try index.record(record("run-\(number)")) }
        }
        var data = try Data(contentsOf: file)
        for position in 4096..<data.count { data[position] = 0xa5 }
        try data.write(to: file)
        #expect(throws: RunIndexError.self) {
            try RunIndex(root: root, create: false).runs()
        }
    }

    @Test("is made anew from the run directories")
    func rebuild() throws {
        try makeRun("digits-2", result: Self.result)
        try makeRun("study/digits-7", result: nil)
        try makeRun("broken", result: "{")
        try FileManager.default.createDirectory(
            at: root.appending(path: "notes"), withIntermediateDirectories: true)
        try Data("not a database, but long enough to be taken for one".utf8).write(to: file)
        let rebuilt = try RunIndex.rebuild(root: root)
        #expect(rebuilt.count == 2)
        #expect(rebuilt.skipped.map(\.description).joined().contains("broken/result.json"))
        let finished = try RunIndex(root: root, create: false).run("digits-2")
        #expect(finished.status == .finished && finished.seed == 2)
        #expect(finished.accuracy == 0.98 && finished.samplesPerSecond == 5000)
        #expect(finished.picojoulesPerSample == 4500 && finished.spikesPerSample == 120.5)
        let interrupted = try rebuilt.index.run("study/digits-7")
        #expect(interrupted.status == .interrupted && interrupted.seed == 7)
        #expect(interrupted.method == "surrogate-gradient")
        #expect(folder.names == ["broken", "digits-2", "index.sqlite", "notes", "study"])
    }
}

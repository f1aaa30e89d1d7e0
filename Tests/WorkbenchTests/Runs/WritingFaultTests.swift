import Foundation
import RanvierConfiguration
import RanvierTestSupport
import Testing

@testable import Ranvier
@testable import RanvierExperiments
@testable import RanvierFormats
@testable import RanvierRuns

/// Each file of a run cannot be written, or the process is killed while it writes it: at each of the steps of writing.
@Suite("Runs that cannot write a file")
struct WritingFaultTests {
    /// A file, and the how-manieth writing of it is disturbed.
    struct Stage: Sendable, CustomTestStringConvertible {
        let file: String
        var occurrence = 1
        var testDescription: String { "\(file), \(occurrence)." }
    }

    static let stages = [
        Stage(file: "config.yaml"), Stage(file: "model.json"),
        Stage(file: "checkpoint.safetensors"),
        Stage(file: "checkpoint.safetensors", occurrence: 2), Stage(file: "metrics.jsonl"),
        Stage(file: "metrics.jsonl", occurrence: 2), Stage(file: "model.safetensors"),
        Stage(file: "model.json", occurrence: 2), Stage(file: "certainty.json"),
        Stage(file: "result.json"), Stage(file: "report.json"), Stage(file: "report.html"),
        Stage(file: "confusion.svg"),
    ]

    /// Whether each file is disturbed at each step, which takes a minute; else every file at every other step.
    static let isThorough = ProcessInfo.processInfo.environment["RANVIER_ALL_FAULTS"] != nil

    /// The steps that a file is written in: metrics are added to and keep their name.
    static func operations(of stage: Stage) -> [WritingFault.Operation] {
        WritingFault.Operation.allCases.filter { stage.file != "metrics.jsonl" || $0 != .rename }
    }

    @Test("go on to the same bits, whatever stopped them, and leave nothing", arguments: stages)
    func anyStage(_ stage: Stage) throws {
        let number = Self.stages.firstIndex { $0.testDescription == stage.testDescription } ?? 0
        for (step, operation) in Self.operations(of: stage).enumerated()
        where Self.isThorough || (number + step + step / 2) % 2 == 0 {
            let method = SmallRun.Method.allCases[(number + step) % 2]
            let isKilled = (number / 2 + step / 2 + step) % 2 == 0
            let run = try SmallRun(method)
            let fault = WritingFault(
                operation, of: stage.file, occurrence: stage.occurrence, after: 20,
                isKilled ? .kill : .error(step == 0 ? EIO : ENOSPC))
            let error = try #require(throws: FileError.self, "\(operation)") {
                try run.perform(under: fault)
            }
            #expect(error.description.contains(stage.file), "\(error)")
            #expect(ExitStatus(for: error) == .runFailed)
            if !isKilled { #expect(run.leftovers == [], "\(operation)") }
            try run.goOn()
            #expect(run.leftovers == [], "\(operation)")
            let (found, expected) = (try run.lasting(), try SmallRun.expected(method))
            #expect(
                found.filter { expected[$0.key] != $0.value }.keys.sorted() == [], "\(operation)")
            #expect(found.keys.sorted() == expected.keys.sorted(), "\(operation)")
            let index = try RunIndex(root: run.place.url, create: false)
            #expect(try index.runs().map(\.status) == [.finished])
        }
    }

    @Test("keep the old file as it was", arguments: WritingFault.Operation.allCases)
    func oldFiles(_ operation: WritingFault.Operation) throws {
        let run = try SmallRun(.surrogate)
        try run.perform()
        let old = try run.files()
        for name in ["config.yaml", "result.json"] {
            #expect(throws: FileError.self) {
                try run.perform(
                    resume: true, under: WritingFault(operation, of: name, after: 7, .error(ENOSPC))
                )
            }
            #expect(try run.files()[name] == old[name])
            #expect(run.leftovers == [])
        }
    }

    @Test(
        "with --overwrite keep the old run until the new one is prepared",
        arguments: SmallRun.Method.allCases, [false, true])
    func overwrite(_ method: SmallRun.Method, isKilled: Bool) throws {
        let run = try SmallRun(method)
        try run.perform(seed: 1)
        let old = try run.files()
        for (file, operation) in [
            ("config.yaml", WritingFault.Operation.write), ("model.json", .flush), ("run", .rename),
        ] {
            let fault = WritingFault(
                operation, of: file, after: 5, isKilled ? .kill : .error(ENOSPC))
            #expect(throws: FileError.self, "\(file)") {
                try run.perform(overwrite: true, under: fault)
            }
            #expect(try run.files() == old, "\(file)")
            #expect(run.leftovers.isEmpty != isKilled, "\(file)")
        }
        try run.perform(overwrite: true)
        #expect(run.leftovers == [])
        #expect(try run.lasting() == SmallRun.expected(method))
    }

    @Test("only warn where the index cannot be written, and name it")
    func index() throws {
        let run = try SmallRun(.surrogate)
        let told = try run.perform(
            under: WritingFault(.write, of: RunIndex.fileName, occurrence: 2, .error(ENOSPC)))
        #expect(
            told.contains {
                $0.contains("index.sqlite") && $0.contains(String(cString: strerror(ENOSPC)))
            }, "\(told)")
        #expect(try run.lasting() == SmallRun.expected(.surrogate))
        #expect(try RunIndex.rebuild(root: run.place.url).index.runs().map(\.status) == [.finished])
    }

    @Test("get back the lines of metrics that a kill has cost", arguments: SmallRun.Method.allCases)
    func metrics(_ method: SmallRun.Method) throws {
        let run = try SmallRun(method)
        try run.perform()
        let file = run.folder.appending(path: "metrics.jsonl")
        let whole = try Data(contentsOf: file)
        // A part of the first, a part of the last, one too many.
        for damaged in [
            whole.prefix(9), whole.dropLast(1), Data("{}\n".utf8) + whole,
        ] {
            try damaged.write(to: file)
            let told = try run.perform(resume: true)
            #expect(told.contains { $0.contains("all 2 epochs are done already") }, "\(told)")
            #expect(try Data(contentsOf: file) == whole)
            #expect(try run.lasting() == SmallRun.expected(method))
        }
    }

    @Test("go on to no fewer epochs than are done", arguments: SmallRun.Method.allCases)
    func fewerEpochs(_ method: SmallRun.Method) throws {
        let run = try SmallRun(method)
        try run.perform()
        let old = try run.files()
        let error = try #require(throws: RunError.self) {
            try run.perform(resume: true, set: ["training.epochs=1"])
        }
        #expect(error == .beyond(path: run.folder.relativePath, done: 2, asked: 1))
        #expect(error.description.contains("2 epochs") && error.description.contains("the 1 "))
        #expect(error.exitStatus == .wrongUsage)
        #expect(try run.files() == old)
    }

    @Test("say that an early stop has ended them")
    func earlyStop() throws {
        let run = try SmallRun(.surrogate)
        // Without steps of any length no epoch is better than the first.
        let words = ["training.early-stop=1", "training.optimizer={adam: {learning-rate: 1e-30}}"]
        try run.perform(set: words + ["training.epochs=5"])
        let told = try run.perform(resume: true, set: words + ["training.epochs=9"])
        #expect(told.contains { $0.contains("early stop") && $0.contains("2 of 9") }, "\(told)")
        #expect(throws: RunError.beyond(path: run.folder.relativePath, done: 2, asked: 1)) {
            try run.perform(resume: true, set: words + ["training.epochs=1"])
        }
    }

    @Test("are not mistaken for finished where a sweep asks for fewer epochs")
    func sweep() throws {
        let run = try SmallRun(.surrogate)
        try run.perform()
        let plan = try PlannedRun(
            file: run.place.url.appending(path: "surrogate.yaml"),
            overrides: [ConfigurationOverride("training.epochs=1")], seed: 0, registry: .standard
        ) { _ in run.folder }
        #expect(throws: RunError.beyond(path: run.folder.relativePath, done: 2, asked: 1)) {
            try plan.state(registry: .standard)
        }
    }
}

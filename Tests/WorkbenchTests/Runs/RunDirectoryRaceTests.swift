import Dispatch
import Foundation
import RanvierConfiguration
import RanvierTestSupport
import Synchronization
import Testing

@testable import RanvierFormats
@testable import RanvierRuns

/// Many that want one folder at once. Locks are the system's and of open files, so that threads stand for processes.
@Suite("Runs in one place")
struct RunDirectoryRaceTests {
    let folder: TemporaryFolder
    var target: URL { folder.url.appending(path: "run") }

    init() throws { folder = try TemporaryFolder() }

    func makeRun(_ number: Int) throws -> RunDirectory {
        try RunDirectory.create(at: target, overwrite: true) {
            try $0.write("seed: \(number)\n", to: .configuration)
            try $0.write("\(number)", to: .architecture)
        }
    }

    @Test("that overwrite each other lose no directory and leave nothing")
    func overwrite() throws {
        _ = try makeRun(0)
        let isDone = Atomic(false)
        let wasGone = Atomic(false)
        let watcher = DispatchQueue(label: "watcher")
        watcher.async { [target] in
            while !isDone.load(ordering: .relaxed) {
                if access(target.appending(path: "config.yaml").path, F_OK) != 0 {
                    wasGone.store(true, ordering: .relaxed)
                }
                sched_yield()
            }
        }
        let won = Atomic(0)
        let refused = Atomic(0)
        let strange = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 32) { number in
            do {
                let run = try makeRun(number)
                // What it writes lands in the run that has the name.
                try run.write("\(number)", to: .result)
                let stored = try String(
                    contentsOf: target.appending(path: "config.yaml"), encoding: .utf8)
                if stored != "seed: \(number)\n" {
                    strange.withLock { $0.append("\(number): \(stored)") }
                }
                won.add(1, ordering: .relaxed)
            } catch is RunError {
                refused.add(1, ordering: .relaxed)
            } catch {
                strange.withLock { $0.append("\(error)") }
            }
        }
        isDone.store(true, ordering: .relaxed)
        watcher.sync {}
        #expect(strange.withLock { $0 } == [])
        let everGone = wasGone.load(ordering: .relaxed)
        let (winners, losers) = (won.load(ordering: .relaxed), refused.load(ordering: .relaxed))
        #expect(!everGone)
        #expect(winners + losers == 32 && winners > 0)
        #expect(folder.names == ["run"])
        let names = try FileManager.default.contentsOfDirectory(atPath: target.path).sorted()
        #expect(names == [".lock", "config.yaml", "model.json", "result.json"])
    }

    @Test("that are begun, removed and gone on with at once are whole or gone")
    func remove() throws {
        let strange = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 60) { number in
            do {
                switch number % 3 {
                case 0: _ = try makeRun(number)
                case 1: try RunDirectory.remove(target)
                default:
                    let run = try RunDirectory.open(target)
                    _ = try Data(contentsOf: run.url(of: .architecture))
                }
            } catch is RunError {
            } catch {
                strange.withLock { $0.append("\(number): \(error)") }
            }
        }
        #expect(strange.withLock { $0 } == [])
        #expect(["", "run"].contains(folder.names.joined()))
        if folder.names == ["run"] { try RunDirectory.remove(target) }
        #expect(folder.names == [])
    }

    @Test(
        "that register themselves while the index is rebuilt are all in it",
        arguments: [false, true])
    func index(isDamaged: Bool) throws {
        let root = folder.url
        if isDamaged { try folder.write(String(repeating: "A", count: 5000), to: "index.sqlite") }
        let strange = Mutex<[String]>([])
        let result = """
            {"method": "m", "dataset": "d", "seed": 0, "version": "1", "training": {"epochs": 1}}
            """
        // A damaged index is told of until it is replaced: here before any run begins.
        if isDamaged { _ = try RunIndex.rebuild(root: root) }
        DispatchQueue.concurrentPerform(iterations: 24) { number in
            do {
                guard number % 3 != 0 else {
                    if isDamaged, number == 12 {
                        // Another process finds the file unusable and replaces it.
                        try FileManager.default.removeItem(at: root.appending(path: "index.sqlite"))
                    }
                    _ = try RunIndex.rebuild(root: root)
                    return
                }
                let run = try RunDirectory.create(at: root.appending(path: "run-\(number)")) {
                    try $0.write("seed: \(number)\n", to: .configuration)
                }
                var record = RunRecord(
                    path: "run-\(number)", method: "m", dataset: "d", seed: number, version: "1")
                record = try RunIndex(root: root, create: true).record(record)
                if number == 23 {
                    record.status = .failed
                } else {
                    try run.write(result, to: .result)
                    record.status = .finished
                }
                record = try RunIndex(root: root, create: true).record(record)
            } catch {
                strange.withLock { $0.append("\(number): \(error)") }
            }
        }
        #expect(strange.withLock { $0 } == [])
        _ = try RunIndex.rebuild(root: root)
        let runs = try RunIndex(root: root, create: false).runs()
        #expect(
            runs.map(\.path).sorted()
                == (0..<24).filter { $0 % 3 != 0 }.map { "run-\($0)" }.sorted())
        #expect(Set(runs.compactMap(\.id)).count == runs.count)
        for run in runs {
            #expect(run.status == (run.path == "run-23" ? .failed : .finished), "\(run.path)")
        }
    }

    @Test("keep their numbers when the index is rebuilt")
    func numbers() throws {
        let index = try RunIndex(root: folder.url, create: true)
        for name in ["c", "a", "b"] {
            _ = try RunDirectory.create(at: folder.url.appending(path: name)) {
                try $0.write("seed: 1\n", to: .configuration)
            }
            try index.record(
                RunRecord(path: name, method: "m", dataset: "d", seed: 1, version: "1"))
        }
        let before = try index.runs().map { [$0.path: $0.id] }
        let rebuilt = try RunIndex.rebuild(root: folder.url)
        #expect(rebuilt.count == 3)
        #expect(try rebuilt.index.runs().map { [$0.path: $0.id] } == before)
        // Whoever has had it open all the time writes into the same file.
        try index.record(RunRecord(path: "d", method: "m", dataset: "d", seed: 1, version: "1"))
        #expect(try rebuilt.index.runs().count == 4)
    }

    @Test("are written to the index that has the name, also if it was replaced since it was opened")
    func replacedIndex() throws {
        let index = try RunIndex(root: folder.url, create: true)
        try FileManager.default.removeItem(at: folder.url.appending(path: "index.sqlite"))
        let other = try RunIndex(root: folder.url, create: true)
        try index.record(RunRecord(path: "a", method: "m", dataset: "d", seed: 1, version: "1"))
        #expect(try other.runs().map(\.path) == ["a"])
    }
}

import Foundation
import RanvierTestSupport
import Testing

@testable import RanvierConfiguration
@testable import RanvierExperiments
@testable import RanvierFormats
@testable import RanvierRuns

@Suite("Run directories")
struct RunDirectoryTests {
    let folder: TemporaryFolder
    var target: URL { folder.url.appending(path: "digits-0") }

    init() throws { folder = try TemporaryFolder() }

    /// Makes a run with this text as its configuration, and lets go of it.
    func makeRun(_ text: String, overwrite: Bool = false) throws {
        _ = try RunDirectory.create(at: target, overwrite: overwrite) {
            try $0.write(text, to: .configuration)
        }
    }

    func configuration() throws -> String {
        try String(contentsOf: target.appending(path: "config.yaml"), encoding: .utf8)
    }

    @Test("are made with the folders above them, and hold what was written")
    func create() throws {
        let deep = folder.url.appending(path: "a/b/run")
        let run = try RunDirectory.create(at: deep) {
            try $0.write("seed: 0\n", to: .configuration)
        }
        #expect(run.url.path == deep.path)
        try run.write(Data([1, 2]), to: .model)
        try run.writeFigure("<svg/>", named: "raster")
        let names = try FileManager.default.subpathsOfDirectory(atPath: deep.path).sorted()
        #expect(
            names == [".lock", "config.yaml", "figures", "figures/raster.svg", "model.safetensors"])
        #expect(RunDirectory.isRun(deep))
    }

    @Test("are not overwritten unless asked")
    func refuse() throws {
        try makeRun("first")
        let error = try #require(throws: RunError.self) { try makeRun("second") }
        #expect(error == .exists(path: target.path))
        #expect(error.exitStatus == .wrongUsage)
        #expect(error.description.contains("--overwrite"))
        #expect(try configuration() == "first")
        try makeRun("second", overwrite: true)
        #expect(try configuration() == "second")
        #expect(folder.names == ["digits-0"])
    }

    @Test("keep the old run if the new one does not begin")
    func failedOverwrite() throws {
        struct Failure: Error {}
        try makeRun("first")
        #expect(throws: Failure.self) {
            try RunDirectory.create(at: target, overwrite: true) {
                try $0.write("second", to: .configuration)
                throw Failure()
            }
        }
        #expect(try configuration() == "first")
        #expect(folder.names == ["digits-0"])
    }

    @Test("do not replace a folder that holds something else, but take an empty one")
    func foreignFolder() throws {
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        try makeRun("in the empty folder")
        try FileManager.default.removeItem(at: target)
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        try Data("thesis".utf8).write(to: target.appending(path: "thesis.tex"))
        #expect(throws: RunError.notARun(path: target.path)) {
            try makeRun("second", overwrite: true)
        }
        #expect(FileManager.default.fileExists(atPath: target.appending(path: "thesis.tex").path))
    }

    @Test("are written by one process at a time")
    func locked() throws {
        let run = try RunDirectory.create(at: target) { try $0.write("a", to: .configuration) }
        #expect(throws: RunError.locked(path: target.path)) { try RunDirectory.open(target) }
        #expect(throws: RunError.locked(path: target.path)) { try makeRun("b", overwrite: true) }
        #expect(RunLock.isHeld(directory: target))
        withExtendedLifetime(run) {}
    }

    @Test("are open again once the first writer is gone")
    func unlocked() throws {
        try makeRun("a")
        #expect(!RunLock.isHeld(directory: target))
        _ = try RunDirectory.open(target)
    }

    @Test("come back after a process died while replacing them")
    func recovery() throws {
        try makeRun("first")
        let hidden = folder.url.appending(path: ".digits-0.old-1-1")
        try FileManager.default.moveItem(at: target, to: hidden)
        let unfinished = folder.url.appending(path: ".digits-0.new-1-1")
        try FileManager.default.createDirectory(at: unfinished, withIntermediateDirectories: true)
        #expect(throws: RunError.exists(path: target.path)) { try makeRun("second") }
        #expect(try configuration() == "first")
        #expect(folder.names == ["digits-0"])
    }

    @Test("that cannot be made say so", arguments: ["/proc/ranvier/run", "/dev/null/run"])
    func unwritable(_ path: String) throws {
        let error = try #require(throws: FileError.self) {
            _ = try RunDirectory.create(at: URL(filePath: path))
        }
        #expect(ExitStatus(for: error) == .wrongUsage)
        #expect(error.description.contains("create the folder"), "\(error)")
    }

    @Test("that are files or not there are not opened")
    func missing() throws {
        #expect(throws: RunError.missing(path: target.path)) { try RunDirectory.open(target) }
        try Data().write(to: target)
        #expect(throws: FileError.self) { try makeRun("a", overwrite: true) }
    }

    @Test("collect metrics line by line, and drop those that a resumed run repeats")
    func metrics() throws {
        let run = try RunDirectory.create(at: target) { try $0.write("a", to: .configuration) }
        for epoch in 0..<3 {
            try run.appendMetrics(["epoch": Double(epoch), "loss": epoch == 1 ? .nan : 0.5])
        }
        let lines = RunDirectory.metricsLines(in: target)
        #expect(
            lines == [
                #"{"epoch":0,"loss":0.5}"#, #"{"epoch":1,"loss":"nan"}"#,
                #"{"epoch":2,"loss":0.5}"#,
            ])
        let half = try FileHandle(forWritingTo: run.url(of: .metrics))
        try half.seekToEnd()
        try half.write(contentsOf: Data("{\"epo".utf8))
        try half.close()
        #expect(RunDirectory.metricsLines(in: target) == lines)
        try run.restoreMetrics([["epoch": 0, "loss": 0.5], ["epoch": 1, "loss": Double.nan]])
        try run.appendMetrics(["epoch": 2])
        #expect(RunDirectory.metricsLines(in: target) == lines.prefix(2) + [#"{"epoch":2}"#])
    }

    @Test("are named after configuration and seed")
    func defaultName() {
        let file = URL(filePath: "Examples/digits.yaml")
        #expect(RunDirectory.defaultName(configuration: file, seed: 3) == "digits-3")
    }
}

import Foundation
import RanvierTestSupport
import Testing

@testable import RanvierFormats
@testable import RanvierRuns

@Suite("Partial files")
struct PartialFileTests {
    let folder: TemporaryFolder
    var file: URL { folder.url.appending(path: "table.csv") }

    init() throws { folder = try TemporaryFolder() }

    @Test("of dead processes go at the next write of their name, and no others")
    func abandoned() throws {
        // A number may be a living process's by now: the lock tells, not the number.
        let abandoned = ".table.csv.partial-\(getpid())-7"
        let kept = [
            ".other.csv.partial-1-7", ".table.csv.partial-1", ".table.csv.partial-x-1",
            "table.csv.partial-1-7",
        ]
        for name in kept + [abandoned] { try folder.write("half", to: name) }
        try AtomicFile.write(Data("whole".utf8), to: file)
        #expect(folder.names == (kept + ["table.csv"]).sorted())
    }

    @Test("that somebody writes stay, and become whole")
    func living() throws {
        let writer = try AtomicFileWriter(file)
        try writer.write(Data("first".utf8))
        try AtomicFile.write(Data("second".utf8), to: file)
        PartialFile.removeAbandoned(in: folder.url)
        #expect(folder.names.count == 2)
        try writer.finish()
        #expect(folder.names == ["table.csv"])
        #expect(try String(contentsOf: file, encoding: .utf8) == "first")
    }

    @Test("go with a writer that does not finish")
    func unfinished() throws {
        try AtomicFileWriter(file).write(Data("half".utf8))
        #expect(folder.names == [])
    }

    @Test("of names as long as names may be")
    func longName() throws {
        let long = folder.url.appending(path: String(repeating: "ä", count: 125) + ".csv")
        try AtomicFile.write(Data("whole".utf8), to: long)
        #expect(folder.names.count == 1)
    }

    @Test("are not made where a device is to be written")
    func device() throws {
        try AtomicFile.write(Data("gone".utf8), to: URL(filePath: "/dev/null"))
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let error = try #require(throws: FileError.self) {
            try AtomicFile.write(Data("too much".utf8), to: URL(filePath: "/dev/full"))
        }
        #expect(error.description.contains("/dev/full") && error.errorNumber == ENOSPC)
    }

    @Test("of a run and its figures go when it is gone on with")
    func run() throws {
        let target = folder.url.appending(path: "digits-0")
        _ = try RunDirectory.create(at: target) { try $0.write("seed: 0\n", to: .configuration) }
        try folder.write("half", to: "digits-0/.result.json.partial-1-2")
        try folder.write("half", to: "digits-0/figures/.loss.svg.partial-1-2")
        try folder.write("half", to: ".digits-1.removed-1-2/model.json")
        try folder.write("half", to: ".digits-1.new-1-2/.lock")
        try folder.write("thesis", to: ".thesis.new-1-2/thesis.tex")
        try folder.write("half", to: ".index.sqlite.new-12")
        _ = try RunDirectory.open(target)
        #expect(folder.names == [".thesis.new-1-2", "digits-0"])
        let names = try FileManager.default.subpathsOfDirectory(atPath: target.path).sorted()
        #expect(names == [".lock", "config.yaml", "figures"])
    }
}

import Foundation
import RanvierFormats
import RanvierTensors
import RanvierTestSupport
import Testing

@testable import RanvierData

/// Files of one data set: found, ordered, and matched by the names of their columns.
@Suite("Tables: columns and files")
struct TableMatchingTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, _ name: String) throws -> URL {
        let url = folder.url.appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return url
    }

    private func parts(
        _ train: String, _ test: String, _ change: (inout TableOptions) -> Void = { _ in }
    ) throws -> TableParts {
        var options = TableOptions()
        change(&options)
        return try TableParts(
            training: [write(train, "train.csv")], test: [write(test, "test.csv")], options)
    }

    private func rows(_ data: Dataset) -> [[Float]] {
        (0..<data.count).map { data.values(ofSample: $0) }
    }

    @Test("columns are matched by name, whatever their order; more columns are told")
    func permuted() throws {
        let found = try parts(
            "a,b,label\n1,2,x\n3,4,y\n", "label,extra,b,a\ny,9,6,5\nx,9,8,7\n")
        #expect(rows(try #require(found.test)) == [[5, 6], [7, 8]])
        #expect(found.test?.labels == [1, 0])
        #expect(found.warnings.contains { $0.contains("test.csv") && $0.contains("\"extra\"") })
        #expect(found.notes.contains { $0.contains("test.csv") && $0.contains("order") })
    }

    @Test(
        "a column that a file lacks is named with the file, and what may be meant",
        arguments: [
            ("Temp (°C),b,label", "Temp (F),b,label", "Temp (°C)", "unit"),
            ("temp,b,label", "Temp,b,label", "temp", "\"Temp\" has another unit or spelling"),
            ("pressure,b,label", "presure,b,label", "pressure", "presure"),
            ("a,b,label", "a,c,label", "b", "test.csv"),
            // A name that is a number is a name and never a position.
            ("0,1,label", "0,2,label", "1", "test.csv"),
            ("5,b,label", "b,label,c", "5", "test.csv"),
        ])
    func missing(train: String, test: String, column: String, advice: String) throws {
        expectDataError(.unknownName, mentioning: ["test.csv", "\"\(column)\"", advice]) {
            _ = try parts("\(train)\n1,2,0\n3,4,1\n", "\(test)\n1,2,0\n")
        }
    }

    @Test("the label, the time and the group must be in every file, and once")
    func otherColumns() throws {
        expectDataError(.unknownName, mentioning: ["test.csv", "label"]) {
            _ = try parts("a,label\n1,0\n2,1\n", "a,Label\n1,0\n")
        }
        // A column of times that was found, not asked for.
        expectDataError(.unknownName, mentioning: ["test.csv", "\"when\""]) {
            _ = try parts(
                "when,a,label\n2026-01-01,1,0\n2026-01-02,2,1\n", "a,label\n1,0\n2,1\n")
        }
        expectDataError(.unknownName, mentioning: ["test.csv", "2"]) {
            _ = try parts("a,b,label\n1,2,0\n3,4,1\n", "a,b,a,label\n1,2,3,0\n") {
                $0.features = ["a", "b"]
            }
        }
        expectDataError(.unknownName, mentioning: ["train.csv", "\"label\""]) {
            _ = try parts("a,label,label\n1,0,1\n3,1,0\n", "a,label\n1,0\n")
        }
        expectDataError(.unknownName, mentioning: ["train.csv", "\"a\"", "drop"]) {
            _ = try parts("a,a,label\n1,0,1\n3,1,0\n", "a,label\n1,0\n")
        }
    }

    @Test("what a column holds is decided by all rows of all files")
    func types() throws {
        let head = "a,b,label\n" + String(repeating: "1,2,0\n3,4,1\n", count: 50)
        expectDataError(.wrongFormat, mentioning: ["test.csv, line 4", "\"b\"", "\"bad\""]) {
            _ = try parts(head, "a,b,label\n1,2,0\n3,4,1\n5,bad,1\n")
        }
        expectDataError(.wrongFormat, mentioning: ["train.csv, line 102", "\"a\"", "\"bad\""]) {
            _ = try parts(head + "bad,1,1\n", "a,b,label\n1,2,0\n")
        }
        // Text in most rows is text, and left out with a word.
        let found = try parts("a,b,label\n1,u,0\n3,v,1\n", "a,b,label\n1,w,0\n")
        #expect(found.training.featureNames == ["a"])
        #expect(found.warnings.contains { $0.contains("\"b\"") && $0.contains("text") })
    }

    @Test("files without names: by position, also from the end")
    func headerless() throws {
        for label: TableColumn in [.named("2"), .named("-1"), 2, -1] {
            let found = try parts("1,2,0\n3,4,1\n5,6,1\n", "7,8,1\n9,1,0\n") {
                $0.asked = .label(label)
            }
            #expect(rows(found.training) == [[1, 2], [3, 4], [5, 6]], "\(label)")
            #expect(found.test?.labels == [1, 0], "\(label)")
        }
        expectDataError(.countMismatch, mentioning: ["test.csv", "3"]) {
            _ = try parts("1,2,0\n3,4,1\n5,6,1\n", "7,8\n9,1\n") { $0.asked = .label(-1) }
        }
        expectDataError(.wrongFormat, mentioning: ["test.csv", "names"]) {
            _ = try parts("1,2,0\n3,4,1\n5,6,1\n", "a,b,label\n9,1,0\n") { $0.asked = .label(-1) }
        }
    }

    @Test("features and columns to leave out; what has no effect is refused")
    func choice() throws {
        let table = "a,b,c,label\n1,2,3,0\n4,5,6,1\n"
        func chosen(_ change: (inout TableOptions) -> Void) throws -> [[Float]] {
            rows(try parts(table, table, change).training)
        }
        #expect(try chosen { $0.features = ["c", "a"] } == [[3, 1], [6, 4]])
        #expect(try chosen { $0.features = [1] } == [[2], [5]])
        #expect(try chosen { $0.drop = ["a", -2] } == [[2], [5]])
        expectDataError(.invalidParameter, mentioning: ["features", "\"label\""]) {
            _ = try chosen { $0.features = ["a", "label"] }
        }
        expectDataError(.invalidParameter, mentioning: ["drop", "\"b\""]) {
            _ = try chosen { ($0.features, $0.drop) = (["a"], ["b"]) }
        }
        expectDataError(.invalidParameter, mentioning: ["features", "\"b\""]) {
            _ = try chosen { ($0.features, $0.drop) = (["a", "b"], ["b"]) }
        }
        expectDataError(.unknownName, mentioning: ["train.csv", "\"d\""]) {
            _ = try chosen { $0.drop = ["d"] }
        }
    }

    // MARK: - Classes

    @Test(
        "classes come from all files; numbers are classes by their value",
        arguments: [
            (["-1", "+1"], ["1"], ["-1", "1"], [0, 1]),
            (["0.0", "1.0"], ["1"], ["0", "1"], [0, 1]),
            (["10", "20"], ["30"], ["10", "20", "30"], [0, 1]),
            (["1", "2"], ["1"], ["0", "1", "2"], [1, 2]),
            (["good", "bad"], ["ugly"], ["bad", "good", "ugly"], [1, 0]),
            (["良", "不良"], ["良"], ["不良", "良"], [1, 0]),
        ])
    func classes(train: [String], test: [String], names: [String], labels: [Int]) throws {
        let text = "a,label\n" + train.map { "1,\($0)\n" }.joined()
        let found = try parts(text, "a,label\n" + test.map { "2,\($0)\n" }.joined())
        #expect(found.training.targets == .classes(labels, names: names))
        #expect(found.test?.classCount == names.count)
    }

    @Test("what is no class is refused with its place")
    func noClasses() throws {
        expectDataError(.labelOutsideClasses, mentioning: ["test.csv, line 3", "\"label\""]) {
            _ = try parts("a,label\n1,x\n2,y\n", "a,label\n1,x\n2,\n")
        }
        expectDataError(.labelOutsideClasses, mentioning: ["fractions"]) {
            _ = try parts("a,label\n1,0.5\n2,1\n", "a,label\n1,1\n")
        }
        expectDataError(.labelOutsideClasses, mentioning: ["x, y", "z"]) {
            _ = try parts("a,label\n1,x\n2,y\n", "a,label\n1,z\n") { $0.classes = ["x", "y"] }
        }
    }

    // MARK: - Files

    @Test("folders, patterns and lists are in order of numbers, every file once")
    func order() throws {
        for number in [10, 2, 1] { _ = try write("a,label\n\(number),0\n", "d/file\(number).csv") }
        _ = try write("a,label\n3,1\n", "d/sub/other.TSV")
        _ = try write("nothing", "d/note.md")
        let packed = folder.url.appending(path: "d/file3.csv.gz")
        try Data(gzip(Array("a,label\n3,0\n".utf8))).write(to: packed)
        func names(_ paths: String...) throws -> [String] {
            try TableFiles.urls(paths, from: folder.url).map(\.lastPathComponent)
        }
        let files = ["file1.csv", "file2.csv", "file3.csv.gz", "file10.csv"]
        #expect(try names("d") == files + ["other.TSV"])
        #expect(try names("d/file*") == files)
        #expect(try names("d/file?.csv") == ["file1.csv", "file2.csv"])
        #expect(try names("d/file10.csv", "d/file2.csv") == ["file10.csv", "file2.csv"])
        try FileManager.default.createSymbolicLink(
            at: folder.url.appending(path: "link.csv"),
            withDestinationURL: folder.url.appending(path: "d/file1.csv"))
        for twice in [
            ["d/file1.csv", "d"], ["d/file1.csv", "link.csv"], ["./d/file1.csv", "d/file1*"],
        ] {
            expectDataError(.invalidParameter, mentioning: ["twice"]) {
                _ = try TableFiles.urls(twice, from: folder.url)
            }
        }
        for nothing in ["e", "d/x*", "d/sub/*.csv"] {
            expectDataError(.missing, mentioning: [nothing]) {
                _ = try TableFiles.urls([nothing], from: folder.url)
            }
        }
        let data = try Dataset(
            tables: TableFiles.urls(["d/file*"], from: folder.url), TableOptions())
        #expect(rows(data) == [[1], [2], [3], [10]])
        #expect(data.series?.codes == [0, 1, 2, 3])
    }

    // MARK: - Precision

    @Test("numbers that are large against their spread keep it, scaled or not yet")
    func largeOffset() throws {
        let base = 1.7e9
        let text = "t,label\n" + (0..<64).map { "\(base + Double($0) / 8),\($0 % 2)\n" }.joined()
        let data = try Dataset(tables: [write(text, "large.csv")], TableOptions())
        let scaling = try Scaling(fitting: data, scope: .perChannel)
        // Mean and deviation of 0…63 over 8.
        #expect(abs(scaling.offset[0] - (base + 31.5 / 8)) < 1e-6)
        let deviation = ((64 * 64 - 1) / 12.0).squareRoot() / 8
        #expect(abs(scaling.scale[0] - deviation) < 1e-6)
        let scaled = try scaling(data)
        for index in 0..<64 {
            let right = (Double(index) - 31.5) / 8 / deviation
            #expect(abs(Double(scaled.values(ofSample: index)[0]) - right) < 1e-6)
        }
        // New rows are scaled in the same way.
        let stream = try TableStream(
            folder.url.appending(path: "large.csv"), options: TableOptions(), features: ["t"],
            scaling: scaling)
        var seen: [Float] = []
        try stream.forEachBatch(of: 10) { batch in
            seen += batch.samples.features(of: Array(0..<batch.samples.count)).scalars
        }
        #expect(seen == rows(scaled).map { $0[0] })
    }

    @Test("one outlier does not cost the other numbers their digits")
    func outlier() throws {
        let base = 1.7e9
        let text =
            "t,label\n" + (0..<64).map { "\(base + Double($0) / 8),\($0 % 2)\n" }.joined()
            + "9e12,0\n"
        let data = try Dataset(tables: [write(text, "outlier.csv")], TableOptions())
        let scaling = try Scaling(fitting: data.subset(Array(0..<64)), scope: .perChannel)
        #expect(abs(scaling.offset[0] - (base + 31.5 / 8)) < 1e-6)
        #expect(abs(scaling.scale[0] - ((64 * 64 - 1) / 12.0).squareRoot() / 8) < 1e-6)
    }

    @Test("numbers to predict that single precision cannot resolve are refused")
    func largeTarget() throws {
        let text = "x,y\n" + (0..<20).map { "\($0),\(1_700_000_000 + $0)\n" }.joined()
        var options = TableOptions()
        options.asked = .values(["y"])
        let file = try write(text, "y.csv")
        expectDataError(.wrongFormat, mentioning: ["y.csv", "\"y\"", "subtract"]) {
            _ = try Dataset(tables: [file], options)
        }
    }
}

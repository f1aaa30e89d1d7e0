import Foundation
import RanvierFormats
import RanvierTensors
import RanvierTestSupport
import Testing

@testable import RanvierData

/// New rows for a stored model: as read at once, in whatever portions they come.
@Suite("Tables: streams")
struct TableStreamTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String) throws -> URL {
        let url = folder.url.appending(path: "t.csv")
        try Data(text.utf8).write(to: url)
        return url
    }

    /// Rows at which a sample ends, from 1, with its values.
    private func answers(
        _ text: String, features: [String]?, scaling: Scaling? = nil, timeStep: Double? = nil,
        size: Int = 3, change: (inout TableOptions) -> Void = { _ in }
    ) throws -> (rows: [Int], values: [[Float]], far: [Int], count: Int) {
        var options = TableOptions()
        change(&options)
        let stream = try TableStream(
            write(text), options: options, features: features, scaling: scaling, timeStep: timeStep)
        var rows: [Int] = [], values: [[Float]] = [], far: [Int] = [], count = 0
        try stream.forEachBatch(of: size) { batch in
            #expect(batch.firstRow == count && batch.rowCount <= size)
            count += batch.rowCount
            rows += batch.ends.map { batch.firstRow + $0 + 1 }
            values += (0..<batch.samples.count).map { batch.samples.values(ofSample: $0) }
            far += batch.farRows.map { batch.firstRow + $0 + 1 }
        }
        return (rows, values, far, count)
    }

    @Test("columns are taken by name; more of them are told; a missing one is named")
    func columns() throws {
        let found = try answers("c,b,a\n1,2,3\n4,5,6\n", features: ["a", "b"])
        #expect(found.values == [[3, 2], [6, 5]])
        let stream = try TableStream(
            write("c,label,b,a\n1,0,2,3\n"), options: TableOptions(), features: ["a", "b"],
            scaling: nil)
        #expect(stream.unusedColumns == ["c"])
        // A name that is a number is no position.
        expectDataError(.unknownName, mentioning: ["t.csv", "\"1\""]) {
            _ = try answers("0,2,3\n1,2,3\n", features: ["0", "1"]) { $0.format.hasHeader = true }
        }
        expectDataError(.unknownName, mentioning: ["t.csv", "\"b\""]) {
            _ = try answers("a,b,b\n1,2,3\n", features: ["a", "b"])
        }
        expectDataError(.wrongFormat, mentioning: ["t.csv, line 3", "\"a\""]) {
            _ = try answers("a\n1\nx1\n", features: ["a"])
        }
    }

    @Test("windows reach over the borders of portions", arguments: [1, 2, 3, 100])
    func windows(size: Int) throws {
        let text = "a\n" + (1...9).map { "\($0)\n" }.joined()
        let found = try answers(text, features: ["a"], size: size) { $0.window = 4 }
        #expect(found.rows == [4, 5, 6, 7, 8, 9])
        #expect(found.values.first == [1, 2, 3, 4] && found.values.last == [6, 7, 8, 9])
        #expect(found.count == 9)
    }

    @Test("windows reach over the borders of blocks of the file")
    func blocks() throws {
        let count = 90_000
        let text = "a,b\n" + (1...count).map { "\($0),\(900_000 + $0)\n" }.joined()
        #expect(text.utf8.count > 1 << 20)
        let found = try answers(text, features: ["a"], size: 1024) { $0.window = 3 }
        #expect(found.rows == Array(3...count))
        var isRight = found.values.count == count - 2
        for (index, value) in found.values.enumerated() {
            let first = Float(index + 1)
            isRight = isRight && value == [first, first + 1, first + 2]
        }
        #expect(isRight)
    }

    @Test("series that take turns have windows of their own")
    func groups() throws {
        let text = "m,a\n" + (1...5).map { "A,\($0)\nB,\($0 * 10)\n" }.joined()
        let found = try answers(text, features: ["a"], size: 3) { ($0.window, $0.group) = (3, "m") }
        #expect(found.rows == [5, 6, 7, 8, 9, 10])
        #expect(
            found.values == [
                [1, 2, 3], [10, 20, 30], [2, 3, 4], [20, 30, 40], [3, 4, 5], [30, 40, 50],
            ])
    }

    @Test("gaps in time end a window; the column of times is found where none is named")
    func times() throws {
        let text =
            "when,a\n"
            + [0, 1, 2, 3, 30, 31, 32, 31, 32].enumerated().map {
                String(format: "2026-01-01 00:00:%02d,%d\n", $1, $0 + 1)
            }.joined()
        for isNamed in [true, false] {
            let found = try answers(text, features: ["a"], timeStep: 1) {
                $0.window = 2
                if isNamed { $0.time = "when" }
            }
            // A step back ends a series as well.
            #expect(found.rows == [2, 3, 4, 6, 7, 9])
        }
        let far = try answers(text, features: ["a"], timeStep: 1) {
            ($0.window, $0.longestGap) = (2, 40)
        }
        #expect(far.rows == [2, 3, 4, 5, 6, 7, 9])
        expectDataError(.invalidParameter, mentioning: ["t.csv", "column of times"]) {
            _ = try answers(text, features: ["a"], timeStep: 2) { $0.window = 2 }
        }
    }

    @Test("missing numbers by policy")
    func missing() throws {
        let text = "a,b\n1,10\n,20\n3,?\n5,40\n"
        expectDataError(.wrongFormat, mentioning: ["t.csv, line 3", "\"a\""]) {
            _ = try answers(text, features: ["a", "b"])
        }
        let dropped = try answers(text, features: ["a", "b"]) { $0.missing = .dropped }
        #expect(dropped.rows == [1, 4] && dropped.count == 4)
        let last = try answers(text, features: ["a", "b"], size: 1) { $0.missing = .last }
        #expect(last.values == [[1, 10], [1, 20], [3, 20], [5, 40]])
        let masked = try answers(text, features: ["b", "a is missing", "a"]) {
            $0.missing = .number(0)
        }
        #expect(masked.values == [[10, 0, 1], [20, 1, 0], [0, 0, 3], [40, 0, 5]])
        let training = try Dataset(
            name: "t", values: [0, 20, 4, 60], featureShape: [2], labels: [0, 1])
        let scaling = try Scaling(
            fitting: training, scope: .perChannel, replacesMissing: true)
        let mean = try answers(text, features: ["a", "b"], scaling: scaling) { $0.missing = .mean }
        // Means 2 and 40, deviations 2 and 20.
        #expect(mean.values == [[-0.5, -1.5], [0, -1], [0.5, 0], [1.5, 0]])
    }

    @Test("rows far from what was learned from are counted")
    func far() throws {
        let training = try Dataset(
            name: "t", values: [0, 2], featureShape: [1], labels: [0, 1])
        let text = "a\n1\n2.5\n11.5\n-9.5\n"
        let range = try Scaling(fitting: training, kind: .minMax, scope: .perChannel)
        #expect(try answers(text, features: ["a"], scaling: range).far == [2, 3, 4])
        #expect(try answers(text, features: ["a"], scaling: range).values[2] == [1])
        let standard = try Scaling(fitting: training, scope: .perChannel)
        #expect(try answers(text, features: ["a"], scaling: standard).far == [3, 4])
    }

    @Test("steps of a window that are scaled each by itself are as in training")
    func scaledSteps() throws {
        let text = "a,label\n" + [1, 2, 4, 8, 16, 5].map { "\(1e6 + $0 / 64),0\n" }.joined()
        var options = TableOptions()
        options.window = 3
        let data = try Dataset(tables: [write(text)], options)
        let scaling = try Scaling(fitting: data, scope: .perFeature)
        let right = try scaling(data)
        let stream = try TableStream(
            write(text), options: options, features: ["a"], scaling: scaling)
        var values: [Float] = []
        try stream.forEachBatch(of: 2) { batch in
            guard batch.samples.count > 0 else { return }
            #expect(batch.samples.scaling == nil)
            let scaled = try scaling(batch.samples)
            values += (0..<scaled.count).flatMap { scaled.values(ofSample: $0) }
        }
        let expected = (0..<right.count).flatMap { right.values(ofSample: $0) }
        #expect(largestDifference(values, expected) < 1e-6)
    }
}

import Foundation
import RanvierConfiguration
import RanvierFormats
import RanvierTensors
import RanvierTestSupport
import Testing

@testable import RanvierData

/// Rows that follow each other become windows; splits keep what belongs together on one side.
@Suite("Tables: windows, times and splits")
struct TableWindowTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, _ name: String = "t.csv") throws -> URL {
        let url = folder.url.appending(path: name)
        try Data(text.utf8).write(to: url)
        return url
    }

    private func parts(
        _ text: String..., change: (inout TableOptions) -> Void = { _ in }
    ) throws -> TableParts {
        var options = TableOptions()
        change(&options)
        let files = try text.enumerated().map { try write($1, "t\($0).csv") }
        return try TableParts(training: files, options)
    }

    private func rows(_ data: Dataset) -> [[Float]] {
        (0..<data.count).map { data.values(ofSample: $0) }
    }

    /// Rows 0, 1, 2, … with the labels 0 0 1 0 1 1 0 0.
    private static let eight =
        "a,label\n" + [0, 0, 1, 0, 1, 1, 0, 0].enumerated().map { "\($0),\($1)\n" }.joined()

    // MARK: - Windows

    @Test("windows begin every stride rows; their label is the last, the most frequent, or any")
    func labels() throws {
        func found(_ label: TableOptions.WindowLabel, stride: Int = 1) throws -> Dataset {
            try parts(Self.eight) { ($0.window, $0.windowLabel, $0.stride) = (3, label, stride) }
                .training
        }
        let last = try found(.last)
        #expect(rows(last).first == [0, 1, 2] && rows(last).last == [5, 6, 7])
        #expect(last.featureShape == [3, 1])
        #expect(last.labels == [1, 0, 1, 1, 0, 0])
        #expect(try found(.majority).labels == [0, 0, 1, 1, 1, 0])
        #expect(try found(.any).labels == [1, 1, 1, 1, 1, 1])
        let wide = try found(.last, stride: 2)
        #expect(rows(wide) == [[0, 1, 2], [2, 3, 4], [4, 5, 6]])
        #expect(wide.labels == [1, 1, 0])
    }

    @Test("of two classes that are as frequent, the one that comes last names the window")
    func ties() throws {
        let data = try parts("a,label\n1,1\n2,0\n3,0\n4,1\n") {
            ($0.window, $0.windowLabel) = (2, .majority)
        }.training
        #expect(data.labels == [0, 0, 1])
    }

    @Test("what is asked may lie rows ahead; the column itself is then a value")
    func horizon() throws {
        let text = "x\n" + (0..<7).map { "\($0 * $0)\n" }.joined()
        let data = try parts(text) {
            ($0.asked, $0.window, $0.horizon) = (.values(["x"]), 3, 2)
        }.training
        #expect(rows(data) == [[0, 1, 4], [1, 4, 9], [4, 9, 16]])
        #expect(data.targets == .values([16, 25, 36], names: ["x"], units: [""]))
        // A class ahead; its own column stays the answer.
        let ahead = try parts(Self.eight) { $0.horizon = 1 }.training
        #expect(rows(ahead).count == 7)
        #expect(ahead.labels == [0, 1, 0, 1, 1, 0, 0])
    }

    @Test("no window crosses a row that is left out, a file, or a group")
    func breaks() throws {
        let gap = try parts("a,label\n1,0\n2,0\n,1\n4,1\n5,0\n6,0\n") {
            ($0.window, $0.missing) = (2, .dropped)
        }
        #expect(rows(gap.training) == [[1, 2], [4, 5], [5, 6]])
        #expect(gap.warnings.contains { $0.contains("1 of 6 rows") })
        let files = try parts("a,label\n1,0\n2,1\n", "label,a\n1,3\n0,4\n1,5\n") { $0.window = 2 }
        #expect(rows(files.training) == [[1, 2], [3, 4], [4, 5]])
        #expect(files.training.series?.codes == [0, 1, 1])
        // Two machines take turns; one goes on in the second file.
        let groups = try parts(
            "m,a,label\nA,1,0\nB,10,1\nA,2,0\nB,11,1\n", "m,a,label\nB,12,1\nB,13,0\n"
        ) {
            ($0.window, $0.group) = (2, "m")
        }
        #expect(rows(groups.training) == [[1, 2], [10, 11], [11, 12], [12, 13]])
        #expect(groups.training.labels == [0, 1, 1, 0])
        #expect(groups.training.series?.names == ["A", "B"])
        expectDataError(.countMismatch, mentioning: ["at least 9 rows"]) {
            _ = try parts(Self.eight) { $0.window = 9 }
        }
    }

    // MARK: - Times

    private func timed(_ seconds: [Double], window: Int? = 2) throws -> TableParts {
        let lines = seconds.map {
            String(
                format: "2026-01-01 00:%02d:%06.3f", Int($0) / 60,
                $0.truncatingRemainder(dividingBy: 60))
        }
        return try parts(
            "when,a,label\n" + lines.enumerated().map { "\($1),\($0),\($0 % 2)\n" }.joined()
        ) {
            $0.window = window
        }
    }

    @Test("the step is the median; gaps are told, and long ones end a series")
    func gaps() throws {
        let even = try timed((0..<8).map { Double($0) * 2 })
        #expect(even.training.timeStep == 2 && !even.warnings.contains { $0.contains("gap") })
        #expect(even.training.featureNames == ["a"])
        // One step of 4 s is told; one of 30 s ends a series.
        let gap = try timed([0, 2, 4, 8, 10, 40, 42, 44])
        #expect(gap.training.timeStep == 2)
        #expect(
            gap.warnings.contains { $0.contains("2 gaps") && $0.contains("30") }, "\(gap.warnings)")
        #expect(rows(gap.training).count == 6)
        #expect(!rows(gap.training).contains([4, 5]) && rows(gap.training).contains([2, 3]))
    }

    @Test("a row without a time hides no gap, in training and in a stream")
    func gapBehindARowWithoutTime() throws {
        let text =
            "when,a,label\n2026-01-01 00:00:00,0,0\n2026-01-01 00:00:02,1,1\n2026-01-01 00:00:04,2,0\n"
            + ",3,1\n2026-01-01 00:02:00,4,0\n2026-01-01 00:02:02,5,1\n"
        let data = try parts(text) { $0.window = 2 }.training
        #expect(rows(data) == [[0, 1], [1, 2], [2, 3], [4, 5]])
        var options = TableOptions()
        (options.window, options.time) = (2, "when")
        let stream = try TableStream(
            folder.url.appending(path: "t0.csv"), options: options, features: ["a"], scaling: nil,
            timeStep: 2)
        var seen: [[Float]] = []
        try stream.forEachBatch(of: 10) { seen += rows($0.samples) }
        #expect(seen == rows(data))
    }

    @Test(
        "rows that run backwards are refused where order matters, else told; the row is that of the file"
    )
    func backwards() throws {
        expectDataError(.corrupt, mentioning: ["t0.csv", "earlier", "row 3"]) {
            _ = try timed([0, 10, 5, 20, 15, 30])
        }
        let free = try timed([0, 10, 5, 20, 15, 30], window: nil)
        #expect(free.training.count == 6)
        #expect(free.warnings.contains { $0.contains("2 times") && $0.contains("row 3") })
        // In the second file the rows are counted anew.
        let head = "when,a,label\n", day = "2026-01-01 00:00:"
        let second = try parts(
            head + "\(day)00,1,0\n\(day)01,2,1\n\(day)02,3,1\n",
            head + "\(day)05,1,0\n\(day)04,2,1\n\(day)06,2,1\n")
        #expect(second.warnings.contains { $0.contains("t1.csv") && $0.contains("row 2") })
    }

    @Test("files that are sampled at other steps are named")
    func otherSteps() throws {
        func file(_ step: Int) -> String {
            "when,a,label\n"
                + (0..<20).map {
                    String(
                        format: "2026-01-01 00:%02d:%02d,%d,%d\n", $0 * step / 60, $0 * step % 60,
                        $0, $0 % 2)
                }
                .joined()
        }
        let mixed = try parts(file(1), file(1), file(4)) { $0.window = 3 }
        #expect(
            mixed.warnings.contains { $0.contains("another step") && $0.contains("t2.csv (4") },
            "\(mixed.warnings)")
        var options = TableOptions()
        options.window = 3
        let (first, second) = (try write(file(1), "one.csv"), try write(file(4), "four.csv"))
        expectDataError(.invalidParameter, mentioning: ["four.csv", "1.0", "4.0"]) {
            _ = try TableParts(training: [first], test: [second], options)
        }
        // Clocks differ a little.
        let near =
            "when,a,label\n"
            + (0..<20).map {
                String(format: "2026-01-01 00:00:%06.3f,%d,%d\n", Double($0) * 1.01, $0, $0 % 2)
            }.joined()
        let parts = try TableParts(training: [first], test: [write(near, "near.csv")], options)
        #expect(parts.test?.timeStep == parts.training.timeStep)
    }

    // MARK: - Splits

    private static let long = "a,label\n" + (0..<40).map { "\($0),\($0 % 2)\n" }.joined()

    /// Whether some samples have a row in common.
    private func overlap(_ a: Dataset, _ b: Dataset) -> Bool {
        !Set(rows(a).flatMap(\.self)).isDisjoint(with: rows(b).flatMap(\.self))
    }

    @Test("a split by time holds out the last rows, and no row is on both sides")
    func splitByTime() throws {
        for horizon in [0, 3] {
            let data = try parts(Self.long) { ($0.window, $0.horizon) = (4, horizon) }.training
            let (first, second) = try data.split(
                fraction: 0.25, by: .time, seed: 1, names: ("a", "b"))
            #expect(!overlap(first, second))
            #expect(
                (first.values(ofSample: first.count - 1).last ?? 0) + Float(horizon)
                    < second.values(ofSample: 0)[0])
            #expect(second.values(ofSample: second.count - 1).last == Float(39 - horizon))
        }
        // One row ahead, without windows: the answer to one row is the next row.
        let ahead = try parts("x\n" + (0..<20).map { "\($0)\n" }.joined()) {
            ($0.asked, $0.horizon) = (.values(["x"]), 1)
        }.training
        let (first, second) = try ahead.split(fraction: 0.2, by: .time, seed: 1, names: ("a", "b"))
        #expect(rows(second).first == [15] && rows(first).last == [13])
    }

    @Test("whole files or groups are held out, about the share that is asked for")
    func splitByFile() throws {
        func file(_ number: Int) -> String {
            "a,label\n" + (0..<10).map { "\(number * 10 + $0),\($0 % 2)\n" }.joined()
        }
        let data = try parts(file(0), file(1), file(2), file(3), file(4)) { $0.window = 2 }.training
        let (first, second) = try data.split(fraction: 0.2, by: .file, seed: 3, names: ("a", "b"))
        #expect(second.count == 9 && first.count == 36 && !overlap(first, second))
        #expect(Set(second.series?.codes ?? []).count == 1)
        let again = try data.split(fraction: 0.2, by: .file, seed: 3, names: ("a", "b"))
        #expect(rows(again.second) == rows(second))
        let one = try parts(Self.long) { $0.window = 2 }.training
        expectDataError(.countMismatch, mentioning: ["file"]) {
            _ = try one.split(fraction: 0.2, by: .file, seed: 1, names: ("a", "b"))
        }
    }

    @Test("folds are disjoint, and together the whole", arguments: SplitRule.allCases)
    func folds(rule: SplitRule) throws {
        let text =
            "m,a,label\n"
            + (0..<60).map { "\("ABCDEF".map(String.init)[$0 / 10]),\($0),\($0 % 3)\n" }.joined()
        let data = try parts(text) {
            if rule == .group { $0.group = "m" }
            if rule == .time { $0.window = 3 }
        }.training
        if rule == .file {
            expectDataError(.invalidParameter) { _ = try data.fold(0, of: 3, by: rule, seed: 1) }
            return
        }
        var seen: [[Float]] = []
        for fold in 0..<3 {
            let (first, second) = try data.fold(fold, of: 3, by: rule, seed: 1)
            #expect(!overlap(first, second), "\(rule)")
            #expect(rule == .time || first.count + second.count == data.count)
            seen += rows(second)
            if rule == .chance { #expect(second.classCounts.allSatisfy { 6...7 ~= $0 }) }
        }
        #expect(seen.sorted { $0[0] < $1[0] } == rows(data))
    }

    @Test("a split by chance of rows that follow each other is told")
    func neighbours() throws {
        _ = try write(
            "when,a,label\n"
                + (0..<40).map { String(format: "2026-01-01 00:00:%02d,%d,%d\n", $0, $0, $0 % 2) }
                .joined())
        func load(_ more: [String: ConfigurationValue]) throws -> DatasetConfiguration.Splits {
            try DatasetConfiguration.table(more.merging(["train": .string("t.csv")]) { $1 })
                .load(from: DataPlace(folder: folder.url))
        }
        let chance = try load(["split": .string("chance")])
        #expect(
            chance.warnings.contains { $0.contains("both sides") && $0.contains("split: time") })
        let windows = try load(["window": .integer(3)])
        #expect(!windows.warnings.contains { $0.contains("both sides") })
        #expect(windows.notes.contains { $0.contains("split by time") })
        expectDataError(.invalidParameter, mentioning: ["group-column"]) {
            _ = try load(["split": .string("group")])
        }
    }

    @Test("of two files one is for the test, and validation is held out of the other")
    func twoFiles() throws {
        for (window, kind) in [(nil, "chance"), (ConfigurationValue.integer(3), "time")] {
            for file in 0..<2 {
                _ = try write(
                    "a,label\n" + (0..<30).map { "\(file * 100 + $0),\($0 % 2)\n" }.joined(),
                    "f\(file).csv")
            }
            var keys: [String: ConfigurationValue] = [
                "train": .string("f*.csv"), "validation-fraction": .float(0.2),
            ]
            keys["window"] = window
            let splits = try DatasetConfiguration.table(keys)
                .load(from: DataPlace(folder: folder.url))
            let validation = try #require(splits.validation)
            #expect(Set(splits.test.series?.codes ?? []).count == 1)
            #expect(!overlap(splits.training, validation) && !overlap(splits.training, splits.test))
            #expect(splits.notes.contains { $0.contains("one file") && $0.contains("by \(kind)") })
        }
    }

    @Test("a limit keeps the shares of the classes, and each class")
    func sample() throws {
        let labels = [Int](repeating: 0, count: 60) + [Int](repeating: 1, count: 30) + [2, 2, 2]
        let text = "a,label\n" + labels.enumerated().map { "\($0),\($1)\n" }.joined()
        let data = try parts(text).training
        // Shares of 31: 20, 10 and 1.
        #expect(data.sample(31, seed: 5).classCounts == [20, 10, 1])
        #expect(data.sample(3, seed: 5).classCounts == [1, 1, 1])
        #expect(data.sample(100, seed: 5).count == 93)
        let one = data.sample(31, seed: 5), two = data.sample(31, seed: 6)
        #expect(rows(one) != rows(two) && rows(one) == rows(data.sample(31, seed: 5)))
    }

    // MARK: - Options

    @Test(
        "options without effect are refused",
        arguments: [
            ("stride", ConfigurationValue.integer(2)), ("window-label", .string("any")),
            ("longest-gap", .float(3)), ("missing-mask", .boolean(true)), ("fold", .integer(1)),
        ])
    func idle(key: String, value: ConfigurationValue) throws {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try DatasetConfiguration.table(["train": .string("t.csv"), key: value])
        }
        #expect(error.map { "\($0)".contains(key) } ?? false)
    }

    @Test("options that contradict each other are refused")
    func contradictions() throws {
        let base = ["train": ConfigurationValue.string("t.csv")]
        for (more, part) in [
            (["test": .string("u.csv"), "test-fraction": .float(0.4)], "test-fraction"),
            (["folds": .integer(3), "fold": .integer(3)], "fold"),
            (["folds": .integer(3), "test-fraction": .float(0.4)], "test-fraction"),
            (["label-column": .string("a"), "target-column": .string("b")], "target-column"),
            (["target-column": .string("b"), "classes": .list([.string("x")])], "classes"),
            (
                [
                    "target-column": .string("b"), "window": .integer(2),
                    "window-label": .string("any"),
                ], "window-label"
            ),
            (["missing": .string("median")], "refuse, drop, last, mean or a number"),
        ] as [([String: ConfigurationValue], String)] {
            let error = #expect(throws: ConfigurationError.self) {
                _ = try DatasetConfiguration.table(base.merging(more) { $1 })
            }
            #expect(error.map { "\($0)".contains(part) } ?? false, "\(part)")
        }
    }
}

import Foundation
import RanvierTestSupport
import Testing

/// Tables of one's own, from the command line: what is set has an effect, what has none is refused.
@Suite struct OwnTableTests {
    private let ranvier: BuiltCommand
    private static let rows = (0..<60).map { index in
        let isGood = index * 7 % 3 > 0
        return
            "\((isGood ? 10 : 14) + Double(index % 5) / 10),\(index * 37 % 11),\(isGood ? "OK" : "NG")"
    }
    private static let table = "a,b,label\n" + rows.joined(separator: "\n") + "\n"

    init() throws { ranvier = try BuiltCommand() }

    private func expect(
        _ status: Int32, _ parts: [String] = [], _ arguments: String...,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let ending = try ranvier.run(arguments)
        #expect(ending.status == status, "\(ending.messages)", sourceLocation: location)
        for part in parts {
            #expect(
                (ending.messages + ending.output).contains(part),
                "\(part) in: \(ending.messages)\(ending.output)", sourceLocation: location)
        }
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOf: ranvier.folder.url.appending(path: name), encoding: .utf8)
    }

    @Test func whatErrorsAdviseCanBeSet() throws {
        try ranvier.write("Line 5\nof today\n\n" + Self.table, to: "title.csv")
        try expect(3, ["skip-rows to 3"], "data", "check", "title.csv", "--target", "label")
        let skip = ["--target", "label", "--set", "dataset.skip-rows=3"]
        let check = try ranvier.run(["data", "check", "title.csv"] + skip)
        #expect(check.status == 0 && check.output.contains("60 rows"), "\(check.messages)")
        let run = try ranvier.run(
            ["run", "title.csv", "--output", "out", "--set", "training.epochs=2"] + skip)
        #expect(run.status == 0, "\(run.messages)")
        #expect(try text("out/implied.yaml").contains("  skip-rows: 3"))
        try expect(
            2, ["dataset.skip-rows"], "data", "check", "title.csv", "--set", "training.epochs=2")
        // Read as thousands or as decimals, only the user knows.
        try ranvier.write(
            "a;label\n"
                + (0..<40).map { "1,\(100 + $0);\($0 % 3 > 0 ? "x" : "y")\n" }.joined(),
            to: "comma.csv")
        try expect(3, ["set decimal"], "init", "comma.csv", "--target", "label")
        try expect(
            0, ["decimal: ','"], "init", "comma.csv", "--target", "label", "--set",
            "dataset.decimal=,")
    }

    @Test func checkTellsAllThatIsWrong() throws {
        try ranvier.write(Self.table, to: "t.csv")
        for (options, part) in [
            (["--group", "nope"], "expected a column \"nope\""), (["--window", "90"], "90 rows"),
            (["--horizon", "90"], "none long enough"),
            (["--drop", "label"], "leave it out of `drop`"),
        ] {
            let check = try ranvier.run(["data", "check", "t.csv", "--target", "label"] + options)
            #expect(check.status == 3, "\(check.messages)")
            #expect(check.output.contains("error: ") && check.output.contains(part), "\(options)")
        }
        // No name is near one that shares no letter with it.
        let check = try ranvier.run("data", "check", "t.csv", "--target", "9")
        #expect(check.status == 3 && !check.output.contains("did you mean"), "\(check.output)")
    }

    @Test func twoFilesAreEnough() throws {
        try ranvier.write(
            "a,b,label\n" + Self.rows[..<30].joined(separator: "\n"), to: "two/1.csv")
        try ranvier.write(
            "a,b,label\n" + Self.rows[30...].joined(separator: "\n"), to: "two/2.csv")
        try expect(
            0, ["fall on both sides"], "run", "two", "--target", "label", "--output", "out",
            "--set",
            "training.epochs=2")
        #expect(try text("out/implied.yaml").contains("split: chance"))
        // One group cannot be held out, and rows ahead have an order without a column of times.
        try ranvier.write(
            "m,a,b,label\n" + Self.rows.map { "P,\($0)\n" }.joined(), to: "one.csv")
        try expect(
            0, [], "run", "one.csv", "--target", "label", "--group", "m", "--horizon", "1",
            "--output", "one", "--set", "training.epochs=2")
        #expect(try text("one/implied.yaml").contains("split: time"))
    }

    @Test func whatPredictRefuses() throws {
        try ranvier.write(
            "a,b,y\n" + (0..<60).map { "\($0 % 7).5,\($0 % 11),\($0 % 7 + $0 % 11).25\n" }.joined(),
            to: "r.csv")
        try expect(
            0, [], "run", "r.csv", "--target", "y", "--output", "out", "--set", "training.epochs=2")
        for option in [["--probabilities"], ["--error", "0.1"], ["--least-confidence", "0.9"]] {
            let ending = try ranvier.run(["predict", "out", "r.csv"] + option)
            #expect(ending.status == 2 && ending.messages.contains(option[0]), "\(ending.messages)")
            #expect(ending.output.isEmpty)
        }
        // A file that lacks what the model knows is bad input, not wrong usage.
        try ranvier.write("a,y\n1.5,2\n2.5,3\n", to: "less.csv")
        try expect(3, ["column \"b\""], "predict", "out", "less.csv")
        try expect(3, ["column \"b\""], "evaluate", "out", "less.csv")
    }

    @Test func configurationsOfOtherNames() throws {
        try ranvier.write("# mine\nmethod: surrogate\ndataset: digits\n", to: "run.txt")
        try expect(2, ["looks like a configuration", ".yaml"], "run", "run.txt")
    }
}

extension OwnTableTests {
    @Test func changedDataAreNoticed() throws {
        let table = Self.table
        try ranvier.write(table, to: "t.csv")
        let arguments = [
            "run", "t.csv", "--target", "label", "--output", "out", "--features", "a", "b", "--set",
            "training.epochs=2",
        ]
        let first = try ranvier.run(arguments)
        #expect(first.status == 0, "\(first.messages)")
        let again = try ranvier.run(arguments + ["--resume"])
        #expect(again.status == 0, "\(again.messages)")
        try ranvier.write(table + "99,1,OK\n98,2,NG\n97,3,OK\n96,1,NG\n95,0,OK\n", to: "t.csv")
        let other = try ranvier.run(arguments + ["--resume"])
        #expect(other.status == 3, "\(other.messages)")
        #expect(other.messages.contains("the data that the run was begun with"))
    }

    @Test func missingScalingIsTold() throws {
        let rows = (0..<60).map { "\($0 % 7),\(1000 * ($0 * 37 % 11)),\($0 % 3 > 0 ? "x" : "y")\n" }
        try ranvier.write("a,b,label\n" + rows.joined(), to: "t.csv")
        for (scaling, isTold) in [("none", true), ("standard-per-channel", false)] {
            let run = try ranvier.run(
                "run", "t.csv", "--target", "label", "--output", scaling, "--set",
                "training.epochs=2", "--set", "dataset.scaling=\(scaling)", "--json")
            #expect(run.status == 0, "\(run.messages)")
            let warnings = try #require(try run.json()["warnings"] as? [String])
            #expect(
                warnings.contains { $0.contains("features are not scaled: 'b'") } == isTold,
                "\(warnings)")
        }
    }

    @Test func partsThatCannotBeAreRefused() throws {
        try ranvier.write(Self.table, to: "t.csv")
        for (change, part) in [
            ("split=file", "more than one file, found one"), ("split=group", "`group-column`"),
            ("folds=61", "at least 61"),
        ] {
            let run = try ranvier.run(
                "run", "t.csv", "--target", "label", "--output", "out", "--set", "dataset.\(change)"
            )
            #expect(run.status != 0 && run.messages.contains(part), "\(run.messages)")
        }
        let sweep = try ranvier.run("sweep", "t.csv", "--seeds", "2")
        #expect(sweep.status == 2 && sweep.messages.count < 400, "\(sweep.messages)")
    }
}

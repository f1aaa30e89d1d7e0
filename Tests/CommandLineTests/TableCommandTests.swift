import Foundation
import RanvierTestSupport
import Testing

/// A table of the user's, from `data check` to `predict`, from outside.
@Suite("Tables from outside", .serialized)
struct TableCommandTests {
    let ranvier: BuiltCommand

    init() throws { ranvier = try BuiltCommand() }

    /// Numbers without order, the same every time.
    private static func noise(_ index: Int, _ seed: Int = 1) -> Double {
        Double((index * 7919 + seed * 104_729) * 48_271 % 65_537) / 65_537
    }

    private func write(_ head: String, _ count: Int, to name: String, _ row: (Int) -> String) throws
    {
        try ranvier.write(
            ([head] + (0..<count).map(row)).joined(separator: "\n") + "\n", to: name)
    }

    private func read(_ name: String) throws -> [[String]] {
        try String(contentsOf: ranvier.folder.url.appending(path: name), encoding: .utf8)
            .split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
    }

    private func run(_ arguments: String...) throws -> BuiltCommand.Ending {
        let ending = try ranvier.run(arguments)
        #expect(ending.status == 0, "\(arguments): \(ending.messages)")
        return ending
    }

    private func refused(
        _ arguments: String..., status: Int32, saying parts: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let ending = try ranvier.run(arguments)
        #expect(ending.status == status, "\(ending.messages)", sourceLocation: sourceLocation)
        for part in parts {
            #expect(
                ending.messages.contains(part), "\(part) in \(ending.messages)",
                sourceLocation: sourceLocation)
        }
    }

    private static func line(_ index: Int) -> (temperature: String, flow: String, label: String) {
        let isGood = noise(index, 9) < 0.5
        return (
            String(format: "%.2f", (isGood ? 300 : 340) + 8 * noise(index)),
            String(format: "%.5f", (isGood ? 1.2 : 0.8) + 0.1 * noise(index, 2)),
            isGood ? "OK" : "NG"
        )
    }

    private func train() throws {
        try write("temp (°C),flow,OK_NG", 160, to: "line.csv") {
            let row = Self.line($0)
            return "\(row.temperature),\(row.flow),\(row.label)"
        }
        _ = try run(
            "run", "line.csv", "--target", "OK_NG", "--set", "training.epochs=4", "--output", "out")
    }

    @Test("classes: trained without a configuration, answered and measured by names of columns")
    func classes() throws {
        try train()
        try write("flow,extra,OK_NG,temp (°C)", 50, to: "new.csv") {
            let row = Self.line(1000 + $0)
            return "\(row.flow),7,\(row.label),\(row.temperature)"
        }
        let measured = try run("evaluate", "out", "new.csv", "--json")
        #expect(measured.messages.contains("columns not used: extra"))
        let test = try #require(try measured.json()["test"] as? [String: Any])
        let accuracy = try #require(test["accuracy"] as? Double)
        #expect(accuracy > 0.9)
        let answered = try run("predict", "out", "new.csv", "--probabilities", "-o", "answers.csv")
        #expect(answered.output.isEmpty && answered.messages.contains("extra"))
        let rows = try read("answers.csv")
        #expect(rows[0] == ["row", "prediction", "confidence", "unsure", "NG", "OK"])
        #expect(rows.dropFirst().map { $0[0] } == (1...50).map { "\($0)" })
        let right = (0..<50).count { rows[$0 + 1][1] == Self.line(1000 + $0).label }
        #expect(abs(Double(right) / 50 - accuracy) < 1e-9)
        for row in rows.dropFirst() {
            let (ng, ok) = (try #require(Double(row[4])), try #require(Double(row[5])))
            #expect(abs(ng + ok - 1) < 1e-5)
            #expect(abs(try #require(Double(row[2])) - max(ng, ok)) < 1e-6)
        }
        // A rate of errors that 25 or so validation samples can show, and one that they cannot.
        #expect(
            try run("predict", "out", "new.csv", "--error", "0.3").messages.contains("unsure below")
        )
        try refused(
            "predict", "out", "new.csv", "--error", "0.0001", "-o", "never.csv", status: 2,
            saying: ["--error 0.0001", "the lowest is"])
        #expect(
            !FileManager.default.fileExists(
                atPath: ranvier.folder.url.appending(path: "never.csv").path))
        // All is unsure where more is asked than any probability.
        let unsure = try run("predict", "out", "new.csv", "--least-confidence", "1")
        #expect(
            unsure.output.split(separator: "\n").dropFirst().allSatisfy { $0.hasSuffix(",true") })
        for (name, head, parts) in [
            ("unit.csv", "flow,OK_NG,temp (F)", ["unit.csv", "temp (°C)", "unit"]),
            ("less.csv", "flow,OK_NG,t", ["less.csv", "temp (°C)"]),
        ] {
            try ranvier.write("\(head)\n1,OK,300\n", to: name)
            try refused("predict", "out", name, status: 3, saying: parts)
            try refused("evaluate", "out", name, status: 3, saying: parts)
        }
        try ranvier.write("flow,temp (°C)\n1,300\n,310\n", to: "gap.csv")
        try refused(
            "predict", "out", "gap.csv", "-o", "never.csv", status: 3,
            saying: ["gap.csv, line 3", "flow"])
        #expect(
            !FileManager.default.fileExists(
                atPath: ranvier.folder.url.appending(path: "never.csv").path))
        // Columns of other rows may be added to what was learned from, labels may not.
        try ranvier.write("flow,temp (°C),OK_NG\n1,300,MAYBE\n", to: "class.csv")
        try refused("evaluate", "out", "class.csv", status: 3, saying: ["class.csv", "MAYBE"])
    }

    @Test("windows: answers of the stream are those of the measurement, across its portions")
    func windows() throws {
        try write("when,v,label", 1200, to: "series.csv") { index in
            let isFast = index / 100 % 2 == 1
            let value = sin(Double(index) * (isFast ? 1.5 : 0.2)) + 0.1 * Self.noise(index)
            return String(
                format: "2026-01-01 %02d:%02d:00,%.4f,%d", index / 60, index % 60, value,
                isFast ? 1 : 0)
        }
        _ = try run(
            "run", "series.csv", "--target", "label", "--window", "10", "--set",
            "training.epochs=2",
            "--set", "dataset.limit=200", "--set", "baseline=none", "--output", "out")
        let implied = try String(
            contentsOf: ranvier.folder.url.appending(path: "out/implied.yaml"), encoding: .utf8)
        for part in ["window: 10", "split: time", "time-column: when", "time-step: 60"] {
            #expect(implied.contains(part), "\(part)")
        }
        _ = try run("predict", "out", "series.csv", "-o", "answers.csv")
        let rows = try read("answers.csv").dropFirst()
        #expect(rows.count == 1200)
        #expect(rows.prefix(9).allSatisfy { $0[1].isEmpty && $0[2].isEmpty && $0[3] == "true" })
        let answered = rows.filter { !$0[1].isEmpty }
        #expect(answered.count == 1191)
        let right = answered.count { row in
            Int(row[1]) == ((Int(row[0]) ?? 0) - 1) / 100 % 2
        }
        let measured = try run("evaluate", "out", "series.csv", "--json")
        let test = try #require(try measured.json()["test"] as? [String: Any])
        let accuracy = try #require(test["accuracy"] as? Double)
        #expect(abs(Double(right) / 1191 - accuracy) < 1e-9)
    }

    @Test("numbers: several files, one held out whole; what is asked is answered in its unit")
    func numbers() throws {
        for file in 0..<4 {
            try write("x,z,y", 40, to: "m/f\(file).csv") { index in
                let (x, z) = (Self.noise(index + file * 40), Self.noise(index, 3 + file))
                return "\(x),\(z),\(100 + 3 * x - z)"
            }
        }
        _ = try run("run", "m", "--target", "y", "--set", "training.epochs=6", "--output", "out")
        let resolved = try String(
            contentsOf: ranvier.folder.url.appending(path: "out/config.yaml"), encoding: .utf8)
        #expect(resolved.contains("split: file") && resolved.contains("target-column: "))
        let rows = try run("predict", "out", "m/f0.csv").output.split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(rows.count == 40)
        #expect(rows.allSatisfy { 95...107 ~= Double($0[1]) ?? 0 })
        // The resolved configuration is accepted as it is.
        _ = try run("run", "out/config.yaml", "--output", "again", "--set", "training.epochs=1")
        try refused(
            "predict", "out", "m/f0.csv", "--error", "0.1", status: 2,
            saying: ["--error", "predicts numbers"])
    }

    @Test("gaps: the mean stands for them with a channel that says where, in training and later")
    func gaps() throws {
        try write("a,b,label", 120, to: "gap.csv") { index in
            let value = Double(index % 2) * 4 + Self.noise(index)
            return "\(index % 9 == 0 ? "N/A" : "\(value)"),\(Self.noise(index, 2)),\(index % 2)"
        }
        _ = try run(
            "run", "gap.csv", "--target", "label", "--set", "training.epochs=4", "--set",
            "baseline=none", "--output", "out")
        // Other gaps, and none at all.
        try ranvier.write("b,a\n0.5,?\n,4.5\n0.5,0.5\n", to: "new.csv")
        try ranvier.write("b,a\n0.5,4.5\n0.5,0.5\n", to: "whole.csv")
        let some = try run("predict", "out", "new.csv").output.split(separator: "\n")
        let whole = try run("predict", "out", "whole.csv").output.split(separator: "\n")
        #expect(some.count == 4 && whole.count == 3)
        #expect(some[3].dropFirst(2) == whole[2].dropFirst(2))
        _ = try run("evaluate", "out", "gap.csv")
    }

    @Test("data check ends with status 3 where training could not begin, and lists all")
    func check() throws {
        try write("row,a,label", 40, to: "t.csv") { "\($0 + 1),\(Self.noise($0)),\($0 % 2)" }
        let good = try run("data", "check", "t.csv", "--target", "label", "--json")
        let found = try #require(try good.json()["findings"] as? [[String: String]])
        #expect(
            found.contains {
                $0["severity"] == "warning" && $0["text"]?.contains("counts the rows") == true
            })
        let bad = try ranvier.run("data", "check", "t.csv", "--target", "lable", "--json")
        #expect(bad.status == 3)
        let errors = try #require(try bad.json()["findings"] as? [[String: String]])
        #expect(
            errors.contains { $0["severity"] == "error" && $0["text"]?.contains("label") == true })
        // Tables to measure on are looked at as well.
        try ranvier.write("row,b,label\n1,1,0\n", to: "test.csv")
        let test = try ranvier.run(
            "data", "check", "t.csv", "--target", "label", "--test", "test.csv")
        #expect(
            test.status == 3 && test.output.contains("test.csv") && test.output.contains("\"a\""),
            "\(test)")
        try refused(
            "run", "t.csv", "--target", "label", "--stride", "3", status: 2,
            saying: ["--stride", "--window"])
        try refused(
            "run", "t.csv", "--target", "a", "--missing", "median", status: 2, saying: ["--missing"]
        )
        // Names with line breaks, as sheets have them.
        try write("\"row\n(no)\",\"heat\n(°C)\",label", 60, to: "sheet.csv") {
            "\($0 + 1),\(Self.noise($0)),\($0 % 2)"
        }
        #expect(
            try run("init", "sheet.csv", "--target", "label", "-o", "sheet.yaml").output
                .contains("drop: [\"row\\n(no)\"]"))
        _ = try run(
            "run", "sheet.yaml", "--set", "training.epochs=1", "--set", "baseline=none",
            "--output", "sheet")
        // Damaged names of classes, too.
        try write("a,b,label", 60, to: "odd.csv") {
            "\(Self.noise($0)),\(Self.noise($0 + 99)),\($0 % 2 == 0 ? "o\u{1}k\u{7f}" : "no")"
        }
        _ = try run(
            "run", "odd.csv", "--target", "label", "--set", "training.epochs=1", "--set",
            "baseline=none", "--output", "odd")
        // One column that is suspicious is not left out where it is all there is.
        try write("a,label", 40, to: "one.csv") { "\($0 % 2 * 5),\($0 % 2)" }
        let text = try run("init", "one.csv", "--target", "label", "-o", "one.yaml").output
        #expect(!text.contains("drop:"))
        try refused(
            "init", "one.csv", "--target", "label", "-o", "one.yaml", status: 2,
            saying: ["one.yaml"])
    }
}

import Foundation
import RanvierTestSupport
import Testing

/// Troubles from practice, with the right values: never silently wrong.
@Suite("Troubles from practice", .serialized)
struct PracticeTests {
    let ranvier: BuiltCommand

    init() throws { ranvier = try BuiltCommand() }

    /// Numbers in 0…1 without order, the same every time.
    private func noise(_ index: Int, _ seed: Int = 1) -> Double {
        Double((index * 7919 + seed * 104_729) % 65_537 * 48_271 % 65_537) / 65_537
    }

    private func write(_ head: String, _ count: Int, to name: String, _ row: (Int) -> String) throws
    {
        try ranvier.write(
            ([head] + (0..<count).map(row)).joined(separator: "\n") + "\n", to: name)
    }

    private func configure(_ dataset: String, outputs: Int = 2, more: String = "") throws {
        try ranvier.write(
            """
            dataset: {name: csv, \(dataset)}
            encoding: {direct: {steps: 10, time-step: 1e-3}}
            network:
              - linear: {outputs: 16, gain: 2}
              - lif: {membrane-time-constant: 10e-3}
              - linear: {outputs: \(outputs)}
              - leaky-integrator: {membrane-time-constant: 10e-3}
            training: {epochs: 12, batch-size: 16, optimizer: {adam: {learning-rate: 1e-2}}}
            baseline: none
            \(more)
            """, to: "c.yaml")
    }

    /// Trains, and gives the share of right answers.
    private func accuracy(
        _ settings: [String] = [], saying parts: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Double {
        let ending = try ranvier.run(
            ["run", "c.yaml", "--json", "--overwrite"] + settings.flatMap { ["--set", $0] })
        #expect(ending.status == 0, "\(ending.messages)", sourceLocation: sourceLocation)
        for part in parts {
            #expect(
                ending.messages.contains(part), "\(part) in \(ending.messages)",
                sourceLocation: sourceLocation)
        }
        guard ending.status == 0 else { return -1 }
        let test = try #require(try ending.json()["test"] as? [String: Any])
        return try #require(test["accuracy"] as? Double)
    }

    private func refused(
        _ settings: [String] = [], status: Int32, saying parts: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let ending = try ranvier.run(
            ["run", "c.yaml", "--overwrite"] + settings.flatMap { ["--set", $0] })
        #expect(ending.status == status, "\(ending.messages)", sourceLocation: sourceLocation)
        #expect(!ending.messages.contains("epoch 1,"), sourceLocation: sourceLocation)
        for part in parts {
            #expect(
                ending.messages.contains(part), "\(part) in \(ending.messages)",
                sourceLocation: sourceLocation)
        }
    }

    // MARK: - Tables

    @Test("a mark in the first row of a column of numbers")
    func markFirst() throws {
        try write("noise,good,label", 120, to: "d.csv") { index in
            let value = Double(index % 2) * 3 + noise(index, 2)
            return "\(noise(index)),\(index == 0 ? "?" : "\(value)"),\(index % 2)"
        }
        try configure("train: d.csv")
        try refused(status: 3, saying: ["d.csv, line 2", "\"good\""])
        #expect(try accuracy(["dataset.missing=drop"]) > 0.95)
        #expect(try accuracy(["dataset.missing=mean"]) > 0.95)
    }

    @Test("names twice, columns in another order, labels by position")
    func columns() throws {
        func value(_ index: Int) -> String { "\(Double(index % 2) * 4 + noise(index) - 2)" }
        try write("x,label,x,label", 60, to: "twice.csv") {
            "\(noise($0)),\($0 % 2),\(value($0)),\(Int(noise($0, 3) * 2))"
        }
        try configure("train: twice.csv")
        try refused(status: 2, saying: ["twice.csv", "label"])
        try write("a,b,label", 60, to: "train.csv") { "\(value($0)),\(noise($0)),\($0 % 2)" }
        try write("label,b,a", 30, to: "test.csv") { "\($0 % 2),\(noise($0)),\(value($0 + 1000))" }
        try configure("train: train.csv, test: test.csv")
        #expect(try accuracy() == 1)
        let rows = (0..<60).map { "\(value($0)),\(noise($0)),\(["no", "yes"][$0 % 2])" }
        try ranvier.write(rows.joined(separator: "\n") + "\n", to: "bare.csv")
        for label in ["2", "-1"] {
            try configure("train: bare.csv, label-column: \(label)")
            #expect(try accuracy() == 1)
        }
        try configure("train: bare.csv, label-column: kind")
        try refused(status: 2, saying: ["bare.csv", "kind", "position"])
    }

    @Test("values large against their spread; a column that is the same in every row")
    func offsets() throws {
        for base in [0, 1_700_000_000] {
            try write("t,same,label", 80, to: "d.csv") {
                "\(base + ($0 % 2 == 0 ? -12 : 12) + $0 % 7),\(base),\($0 % 2)"
            }
            for scaling in ["standard", "auto", "range"] {
                try configure("train: d.csv, scaling: \(scaling)")
                #expect(try accuracy() == 1, "\(base), \(scaling)")
            }
        }
    }

    @Test("labels of every sort; classes that are absent or rare; few samples; a limit")
    func labels() throws {
        func value(_ index: Int, _ classes: Int = 2) -> String {
            "\(Double(index % classes) * 3 - 3 + noise(index))"
        }
        for (names, hint) in [(["-1", "+1"], ""), (["1", "2"], "0"), (["10", "20"], "")] {
            try write("a,label", 80, to: "d.csv") { "\(value($0)),\(names[$0 % 2])" }
            try configure("train: d.csv", outputs: hint.isEmpty ? 2 : 3)
            #expect(try accuracy(saying: hint.isEmpty ? [] : ["class"]) == 1, "\(names)")
        }
        try write("a,label", 62, to: "d.csv") { $0 == 30 ? "9,2" : "\(value($0)),\($0 % 2)" }
        try configure("train: d.csv", outputs: 3)
        _ = try accuracy(saying: ["class", "'2'"])
        try write("a,label", 3, to: "d.csv") { "\(value($0)),\($0 % 2)" }
        try configure("train: d.csv")
        try refused(status: 3, saying: ["test"])
        // Classes one after the other.
        try write("a,label", 150, to: "d.csv") { "\(value($0 / 50, 3)),\($0 / 50)" }
        try configure("train: d.csv, limit: 45", outputs: 3)
        #expect(try accuracy() > 0.9)
    }

    @Test("data without anything to learn")
    func degenerate() throws {
        try write("a,b,label", 40, to: "zeros.csv") { "0,0,\($0 % 2)" }
        try configure("train: zeros.csv, test: zeros.csv")
        #expect(try accuracy(saying: ["equal values"]) <= 0.5)
        try write("a,label", 40, to: "one.csv") { "\(noise($0)),0" }
        try configure("train: one.csv, test: one.csv", outputs: 1)
        _ = try accuracy(saying: ["class"])
    }

    @Test("what a file holds is told with what is missing")
    func info() throws {
        try ranvier.write("pressure,label\n101.5,0\n,1\n103.25,0\n?,1\n", to: "d.csv")
        let told = try ranvier.run("data", "info", "d.csv")
        for part in ["101.5 to 103.25", "2 missing"] {
            #expect(told.output.contains(part), "\(told.output)")
        }
        try ranvier.write("a,b,label\r1,2,0\r3,4,1\r", to: "cr.csv")
        #expect(try ranvier.run("data", "info", "cr.csv").output.contains("2"))
        for (name, text) in [
            ("hex", "a,label\n0x10,0\n0x1F,1\n"), ("tail", "a,label\n\"1.5\"7,0\n2,1\n"),
        ] {
            try ranvier.write(text, to: "\(name).csv")
            let ending = try ranvier.run(
                "run", "\(name).csv", "--target", "label", "--output", name)
            #expect(ending.status == 2 || ending.status == 3, "\(name): \(ending.messages)")
        }
    }

    // MARK: - Configurations

    @Test(
        "nothing in a configuration is guessed",
        arguments: [
            ("training.epochs", "1e1", "epochs"), ("training.epochs", "3.0", "epochs"),
            ("training.epochs", "0o10", "epochs"), ("training.epochs", "\"3\"", "epochs"),
            ("training.batch-size", "1_0", "batch-size"),
            ("encoding.direct.time-step", "1:30", "time-step"),
            ("encoding.direct.time-step", "0,001", "time-step"),
            ("network.0.linear.bias", "yes", "true or false"),
            ("seed", "18446744073709551615", "seed"), ("dataset.label-column", "no", "\"no\""),
        ])
    func yaml(key: String, value: String, part: String) throws {
        try write("a,label", 8, to: "d.csv") { "\(noise($0)),\($0 % 2)" }
        let word = key.split(separator: ".").last ?? ""
        var text = """
            dataset: {name: csv, train: d.csv, test-fraction: 0.5, label-column: label}
            encoding: {direct: {steps: 4, time-step: 1e-3}}
            network:
              - linear: {outputs: 4, bias: true}
              - lif
              - linear: {outputs: 2}
            training: {epochs: 1, batch-size: 4}
            seed: 0
            """
        text = text.replacing(try Regex("\(word): [^,}\\n]*"), with: "\(word): \(value)")
        #expect(text.contains(": \(value)"))
        try ranvier.write(text, to: "c.yaml")
        try refused(status: 2, saying: [part])
    }

    @Test(
        "layout of YAML: twice the same key, two documents, tabs; anchors and 010 are as YAML 1.2 has them"
    )
    func layout() throws {
        try write("a,label", 8, to: "d.csv") { "\(noise($0)),\($0 % 2)" }
        for (more, parts) in [
            ("seed: 1\nseed: 2", ["seed", "second"]), ("---\nseed: 5", ["document"]),
            ("\tseed: 1", ["YAML"]), ("base: &b {epochs: 1}", ["base", "unknown key"]),
        ] {
            try configure("train: d.csv", more: more)
            try refused(status: 2, saying: parts)
        }
        try configure("train: d.csv, test-fraction: 0.5")
        let file = ranvier.folder.url.appending(path: "c.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        try ranvier.write(
            text.replacing("{epochs: 12, batch-size: 16,", with: "{epochs: &n 02, batch-size: *n,"),
            to: "c.yaml")
        _ = try accuracy()
        let stored = try String(
            contentsOf: ranvier.folder.url.appending(path: "runs/c-0/config.yaml"), encoding: .utf8)
        #expect(stored.contains("epochs: 2") && stored.contains("batch-size: 2"))
    }

    // MARK: - Recordings

    @Test("recordings have a time step of their own, and events beyond the window are told")
    func recordings() throws {
        func event(_ x: Int, _ time: Int) -> [UInt8] {
            [UInt8(x), 3, 128 | UInt8(time >> 16), UInt8(time >> 8 & 255), UInt8(time & 255)]
        }
        for part in ["Train", "Test"] {
            for digit in 0...9 {
                // The last event comes after the 300 ms that are looked at.
                let bytes = (0..<20).flatMap { event(digit * 3, $0 * 10_000) } + event(0, 312_000)
                let url = ranvier.folder.url.appending(path: "n-mnist/\(part)/\(digit)/0.bin")
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: url)
            }
        }
        try recordings(of: "n-mnist", steps: 30, step: "10e-3")
        let told = try ranvier.run("run", "r.yaml", "--data-directory", ".", "--overwrite")
        #expect(told.status == 0, "\(told.messages)")
        #expect(
            told.messages.contains("20 of 420 events") && told.messages.contains("312"),
            "\(told.messages)")
        try recordings(of: "n-mnist", steps: 30, step: "1e-3")
        let other = try ranvier.run("run", "r.yaml", "--data-directory", ".", "--overwrite")
        #expect(other.status == 3 || other.status == 2)
        #expect(other.messages.contains("10 ms") && other.messages.contains("1 ms"))
    }

    private func recordings(of name: String, steps: Int, step: String) throws {
        try ranvier.write(
            """
            dataset: {name: \(name)}
            encoding: {sequence: {steps: \(steps), time-step: \(step)}}
            network:
              - linear: {outputs: 8, gain: 3}
              - lif: {leak: 0.9}
              - linear: {outputs: 10}
            training: {epochs: 1, batch-size: 5}
            baseline: none
            """, to: "r.yaml")
    }

    // MARK: - What networks share

    @Test("layers of few or equal samples have nothing to compare, and the reason is told")
    func similarity() throws {
        try write("a,b,label", 40, to: "train.csv") { "\(noise($0)),\(noise($0, 2)),\($0 % 2)" }
        for (name, count, isSame) in [("two", 2, false), ("same", 12, true), ("many", 12, false)] {
            try write("a,b,label", count, to: "\(name).csv") {
                let index = isSame ? 0 : $0
                return "\(noise(index)),\(noise(index, 2)),\(index % 2)"
            }
            try configure("train: train.csv, test: \(name).csv")
            let run = try ranvier.run(
                "run", "c.yaml", "--output", name, "--set", "training.epochs=1")
            #expect(run.status == 0, "\(run.messages)")
        }
        let few = try ranvier.run("analyze", "cka", "two", "two")
        #expect(few.status != 0 && few.messages.contains("at least 4 test samples"))
        // The same network is the same to itself; one that answers all samples alike says nothing.
        let many = try ranvier.run("analyze", "cka", "many", "many")
        #expect(many.status == 0 && many.output.contains("1.000"), "\(many.output)")
        let same = try ranvier.run("analyze", "cka", "same", "same")
        #expect(
            same.output.contains("Not defined") && same.output.contains("alike"), "\(same.output)")
    }
}

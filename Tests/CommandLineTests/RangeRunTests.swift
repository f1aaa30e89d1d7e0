import Foundation
import RanvierTestSupport
import Testing

/// Values outside what an encoding takes, from outside: told or refused before the first epoch, whatever the method.
@Suite("Ranges from outside", .serialized)
struct RangeRunTests {
    let ranvier: BuiltCommand

    init() throws {
        ranvier = try BuiltCommand()
        let rows = (0..<24).map { "\($0 % 2 * 4 + 2 + $0 / 8),\(8 - $0 % 2 * 4),\($0 % 2)" }
        let head = ["flow,heat,label"]
        try ranvier.write((head + rows).joined(separator: "\n"), to: "train.csv")
        // The third row lies above, the fifth below what was trained on.
        try ranvier.write(
            (head + ["2,8,0", "6,4,1", "10.1,4,1", "2,8,0", "2,3,0"]).joined(separator: "\n"),
            to: "test.csv")
        try ranvier.write("flow,heat\n2,8\n-70,4\n", to: "new.csv")
        for (name, encoding) in [
            ("poisson", "{poisson: {steps: 9}}"), ("level", "{latency: {steps: 11}}"),
            ("single", "{latency: {steps: 1}}"),
        ] {
            try ranvier.write(
                """
                dataset: {name: csv, train: train.csv, test: test.csv, scaling: range}
                encoding: \(encoding)
                network:
                  - linear: {outputs: 6, gain: 2}
                  - lif: {membrane-time-constant: 10e-3}
                  - linear: {outputs: 2}
                  - leaky-integrator
                training: {epochs: 2}
                baseline: none
                """, to: "\(name).yaml")
        }
        try ranvier.write(
            """
            method: exact
            dataset: {name: csv, train: train.csv, test: test.csv, scaling: range}
            encoding: {first-spike: {curve: linear, bins: 21, trial: 4, latest: 1.5}}
            network: [{theta: {outputs: 4}}, {theta: {outputs: 2}}]
            training: {epochs: 2, batch-size: 8}
            baseline: none
            """, to: "exact.yaml")
    }

    @Test("scaled test values outside the range are clipped and told; the resolution is told once")
    func clipped() throws {
        for (file, resolution) in [
            ("poisson", "standard deviation of up to 0.17"), ("level", "less than 0.1 apart"),
            ("exact", "less than 0.05 apart"),
        ] {
            let ending = try ranvier.run("run", "\(file).yaml", "--json")
            #expect(ending.status == 0, "\(ending.messages)")
            for part in ["2 values in 2 of 5 test samples", "10.1 in 'flow' (sample 2)"] {
                #expect(ending.messages.contains(part), "\(part) in \(ending.messages)")
            }
            let warnings = try #require(try ending.json()["warnings"] as? [String])
            #expect(warnings.contains { $0.contains("2 of 5 test samples") })
            #expect(ending.messages.contains(resolution), "\(ending.messages)")
            let report = ranvier.folder.url.appending(path: "runs/\(file)-0/report.html")
            let page = try String(contentsOf: report, encoding: .utf8)
            #expect(page.contains(resolution))
        }
        let measured = try ranvier.run("evaluate", "runs/poisson-0", "test.csv")
        #expect(measured.status == 0 && measured.messages.contains("2 of 5 samples"))
        let answers = try ranvier.run("predict", "runs/poisson-0", "new.csv")
        #expect(answers.status == 0 && answers.messages.contains("outside the range"))
    }

    @Test(
        "other scalings are refused before the first epoch, with part, sample and column",
        arguments: ["poisson", "level", "exact"])
    func refused(file: String) throws {
        for (scaling, found) in [("none", "2.0"), ("standard", "-")] {
            let ending = try ranvier.run(
                "run", "\(file).yaml", "--set", "dataset.scaling=\(scaling)", "--output", "out")
            #expect(ending.status == 3, "\(ending.messages)")
            for part in ["training part", "sample 0", "'flow'", found, "scaling: range"] {
                #expect(ending.messages.contains(part), "\(part) in \(ending.messages)")
            }
            #expect(!ending.messages.contains("epoch 1"))
            let left = ranvier.folder.url.appending(path: "out")
            #expect(!FileManager.default.fileExists(atPath: left.path))
        }
        let word = ["poisson": "poisson", "level": "latency", "exact": "first-spike"][file]
        let raw = try ranvier.run("run", "\(file).yaml", "--set", "dataset.scaling=none")
        #expect(raw.messages.contains("the encoding '\(word ?? "")'"), "\(raw.messages)")
        // Only the test part lies outside.
        try ranvier.write("flow,heat,label\n0,1,0\n1,0,1\n0.2,0.9,0\n0.8,0.1,1\n", to: "train.csv")
        try ranvier.write("flow,heat,label\n0,1,0\n1,0,1\n0.2,1.5,0\n", to: "test.csv")
        let ending = try ranvier.run("run", "\(file).yaml", "--set", "dataset.scaling=none")
        #expect(ending.status == 3)
        for part in ["test part", "sample 2", "'heat'", "1.5"] {
            #expect(ending.messages.contains(part), "\(part) in \(ending.messages)")
        }
        #expect(!ending.messages.contains("epoch 1"))
    }

    @Test("an encoding under which all values look alike is warned of")
    func alike() throws {
        let ending = try ranvier.run("run", "single.yaml", "--json")
        #expect(ending.status == 0)
        let warnings = try #require(try ending.json()["warnings"] as? [String])
        #expect(warnings.contains { $0.contains("look alike") })
    }
}

import Foundation
import RanvierTestSupport
import Testing

/// `ranvier runs compare` and `runs remove`, and runs on data named by relative paths.
@Suite("Stored runs from outside", .serialized)
struct RunManagementTests {
    let ranvier: BuiltCommand

    init() throws {
        ranvier = try BuiltCommand()
        var rows = "a,b,label\n"
        for row in 0..<60 {
            let (a, b) = (Double(row % 10) / 10, Double(row % 7) / 7)
            rows += "\(a),\(b),\(a + b > 0.8 ? "high" : "low")\n"
        }
        try ranvier.write(rows, to: "case/data/train.csv")
        try ranvier.write(rows, to: "case/data/test.csv")
        try ranvier.write(
            """
            dataset: {name: csv, train: data/train.csv, test: ../case/data/test.csv}
            encoding: {direct: {steps: 4}}
            network: {mlp: {hidden: [8], gain: 2}}
            training: {epochs: 3, optimizer: {adam: {learning-rate: 1e-2}}}
            baseline: none
            """, to: "case/table.yaml")
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: ranvier.folder.url.appending(path: path).path)
    }

    @Test(
        "a run on relative paths is evaluated, run again, attacked and gone on with from anywhere")
    func relativePaths() throws {
        let ending = try ranvier.run("run", "case/table.yaml", "--quiet")
        #expect(ending.status == 0, "\(ending.messages)")
        let file = ranvier.folder.url.appending(path: "runs/table-0/config.yaml")
        let stored = try String(contentsOf: file, encoding: .utf8)
        let folder = ranvier.folder.url.standardizedFileURL.path
        #expect(stored.contains("train: \(folder)/case/data/train.csv\n"), "\(stored)")
        #expect(stored.contains("test: \(folder)/case/data/test.csv\n"), "\(stored)")
        for words in [
            ["evaluate", "runs/table-0"],
            ["run", "runs/table-0/config.yaml", "--output", "deep/er/again"],
            ["analyze", "robustness", "runs/table-0", "--output", "robustness"],
            ["compare", "runs/table-0", "case/table.yaml"],
            ["run", "case/table.yaml", "--resume"],
        ] {
            let ending = try ranvier.run(words + ["--quiet"])
            #expect(ending.status == 0, "\(words): \(ending.messages)")
        }
        // Earlier versions stored paths as they were written.
        try stored.replacing("\(folder)/case/", with: "").write(
            to: file, atomically: true, encoding: .utf8)
        let old = try ranvier.run("compare", "case/table.yaml", "--quiet")
        #expect(old.status == 0, "\(old.messages)")
        let resumed = try ranvier.run("run", "case/table.yaml", "--resume", "--quiet")
        #expect(resumed.status == 0, "\(resumed.messages)")
        #expect(try String(contentsOf: file, encoding: .utf8) == stored)
        // A path that is set starts from the configuration's folder, too.
        let set = try ranvier.run(
            "run", "case/table.yaml", "--set", "dataset.train=data/test.csv", "--output", "set",
            "--quiet")
        #expect(set.status == 0, "\(set.messages)")
    }

    @Test("runs are compared: settings that differ, measures, and sample by sample")
    func compare() throws {
        for (name, hidden) in [("a", "8"), ("b", "[2]")] {
            let ending = try ranvier.run(
                "run", "case/table.yaml", "--output", "runs/\(name)", "--set",
                "network.hidden=\(hidden)", "--quiet")
            #expect(ending.status == 0, "\(ending.messages)")
        }
        let ending = try ranvier.run("runs", "compare", "a", "b", "--json")
        #expect(ending.status == 0, "\(ending.messages)")
        let outcome = try ending.json()
        let settings = try #require(outcome["settings"] as? [[String: Any]])
        #expect(settings.map { $0["key"] as? String } == ["network.mlp.hidden"])
        #expect(settings[0]["values"] as? [[Int]] == [[8], [2]])
        let measures = try #require(outcome["measures"] as? [[String: Any]])
        let accuracy = try #require(measures.first { $0["name"] as? String == "accuracy" })
        let shares = try #require(accuracy["values"] as? [[String: Any]]).compactMap {
            $0["value"] as? Double
        }
        let pair = try #require((outcome["pairs"] as? [[String: Any]])?.first)
        let comparison = try #require(pair["comparison"] as? [String: Any])
        #expect(comparison["samples"] as? Int == 60)
        let difference = try #require(comparison["difference"] as? Double)
        #expect(abs(difference - (shares[1] - shares[0])) < 1e-9)
        let text = try ranvier.run("runs", "compare", "a", "b")
        #expect(text.output.contains("paired over 60 test samples"))
        #expect(try ranvier.run("runs", "compare", "a").status == 2)
        // Other test samples: no pairs.
        try ranvier.write("a,b,label\n0.1,0.2,low\n0.9,0.8,high\n", to: "case/data/few.csv")
        _ = try ranvier.run(
            "run", "case/table.yaml", "--output", "runs/c", "--set", "dataset.test=data/few.csv",
            "--quiet")
        let other = try ranvier.run("runs", "compare", "a", "c", "--json")
        #expect((try other.json()["pairs"] as? [Any])?.isEmpty == true)
        #expect(other.messages.contains("different test samples"), "\(other.messages)")
    }

    @Test("runs are removed with their entries; what is no run, or more than one, stays")
    func remove() throws {
        for name in ["a", "b", "c"] {
            let ending = try ranvier.run(
                "run", "case/table.yaml", "--output", "runs/\(name)", "--quiet", "--set",
                "training.epochs=1")
            #expect(ending.status == 0, "\(ending.messages)")
        }
        try ranvier.write("a thesis", to: "runs/b/thesis.tex")
        let refused = try ranvier.run("runs", "remove", "a", "b")
        #expect(refused.status == 2 && refused.messages.contains("thesis.tex"))
        #expect(exists("runs/a/config.yaml") && exists("runs/b/thesis.tex"))
        for path in ["case", "nothing"] {
            #expect(try ranvier.run("runs", "remove", path).status == 2)
        }
        #expect(exists("case/table.yaml"))
        try FileManager.default.createSymbolicLink(
            at: ranvier.folder.url.appending(path: "runs/link"),
            withDestinationURL: ranvier.folder.url.appending(path: "runs/a"))
        #expect(try ranvier.run("runs", "remove", "link").messages.contains("a link"))

        let removed = try ranvier.run("runs", "remove", "a", "--json")
        #expect(removed.status == 0, "\(removed.messages)")
        let rows = try #require(try removed.json()["removed"] as? [[String: Any]])
        #expect((rows[0]["folder"] as? String)?.hasSuffix("runs/a") == true)
        #expect(try ranvier.run("runs", "remove", "runs/b", "--force").status == 0)
        #expect(!exists("runs/a") && !exists("runs/b"))
        let left = try #require(
            try ranvier.run("runs", "list", "--json").json()["runs"] as? [[String: Any]])
        #expect(left.map { $0["path"] as? String } == ["c"])
        // A run whose folder somebody has removed by hand is forgotten.
        try FileManager.default.removeItem(at: ranvier.folder.url.appending(path: "runs/c"))
        let gone = try ranvier.run("runs", "remove", "c")
        #expect(gone.status == 0 && gone.output.contains("gone already"), "\(gone.messages)")
        #expect(try ranvier.run("runs", "remove").status == 2)
    }

    @Test("a run that is being written is not removed")
    func removeRunning() throws {
        try ranvier.write("seed: 0\n", to: "runs/busy/config.yaml")
        try ranvier.write("", to: "runs/busy/.lock")
        let descriptor = open(
            ranvier.folder.url.appending(path: "runs/busy/.lock").path, O_RDWR)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let ending = try ranvier.run("runs", "remove", "runs/busy", "--force")
        #expect(ending.status == 2 && ending.messages.contains("another process"))
        #expect(exists("runs/busy/config.yaml"))
    }
}

import Foundation
import RanvierTestSupport
import Testing

/// `ranvier bench`, `analyze continuity` and `reproduce`.
@Suite("Studies from outside")
struct StudyTests {
    let ranvier: BuiltCommand

    init() throws { ranvier = try BuiltCommand() }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: ranvier.folder.url.appending(path: path).path)
    }

    @Test("bench exact-ttfs has its fields, and the loss of every implementation")
    func bench() throws {
        let ending = try ranvier.run(
            "bench", "exact-ttfs", "--precision", "float64", "--runs", "2", "--activity", "init",
            "--json")
        #expect(ending.status == 0, "\(ending.messages)")
        let result = try ending.json()
        for key in [
            "threads", "medianSeconds", "minSeconds", "maxSeconds", "samplesPerSecond",
            "peakResidentBytes", "cpuSecondsPerStep", "eventsPerSample", "floor",
        ] { #expect(result[key] != nil, "\(key)") }
        #expect(result["workload"] as? String == "exact-ttfs")
        #expect(result["runs"] as? Int == 2)
        let loss = try #require(result["initialLoss"] as? Double)
        // The stated digits end earlier than the sum they stand for: 1.4 · 10⁻⁸ lies between them.
        #expect(abs(loss - 2.336421251) < 3e-8)
    }

    @Test("bench in words states the floor; other settings change the result")
    func benchInWords() throws {
        let ending = try ranvier.run(
            "bench", "exact-ttfs", "--batch", "3", "--runs", "1", "--forward-only", "--threads", "1"
        )
        #expect(ending.status == 0, "\(ending.messages)")
        #expect(ending.output.contains("batch 3, float32, activity active, forward only"))
        #expect(ending.output.contains("floor") && ending.output.contains("counted"))
    }

    @Test("analyze continuity: QIF and theta never jump, LIF does")
    func continuity() throws {
        let ending = try ranvier.run(
            "analyze", "continuity", "--sweeps", "2", "--positions", "15", "--seed", "3", "--json",
            "--quiet")
        #expect(ending.status == 0, "\(ending.messages)")
        let models = try #require(try ending.json()["models"] as? [[String: Any]])
        let jumps = Dictionary(
            uniqueKeysWithValues: models.compactMap { model in
                (model["model"] as? String).map { ($0, model["jumps"] as? Int ?? -1) }
            })
        #expect(jumps["QIF"] == 0)
        #expect(jumps["theta"] == 0)
        #expect(try #require(jumps["LIF"]) > 0)
        #expect(try #require(jumps["clocked LIF"]) > 0)
        for file in [
            "continuity.csv", "result.json", "page.html", "figures/jumps.svg",
            "figures/sweep-lif.svg",
        ] { #expect(exists("analysis/continuity/\(file)"), "\(file)") }
    }

    @Test("reproduce --list names the studies")
    func list() throws {
        let ending = try ranvier.run("reproduce", "--list")
        #expect(ending.status == 0)
        for study in ["concept", "single-neuron", "recurrent", "mnist", "continuity", "cost"] {
            #expect(ending.output.contains("smooth/\(study)"))
        }
        let listed = try ranvier.run("reproduce", "--list", "--json").json()
        #expect((listed["studies"] as? [[String: String]])?.count ?? 0 >= 5)
    }

    @Test("reproduce smooth/single-neuron meets the published numbers and writes its files")
    func singleNeuron() throws {
        let ending = try ranvier.run(
            "reproduce", "smooth/single-neuron", "--quick", "--json", "--quiet", "--output", "out")
        #expect(ending.status == 0, "\(ending.messages)")
        let result = try ending.json()
        let rows = try #require(result["comparisons"] as? [[String: Any]])
        let first = try #require(rows.first)
        let measured = try #require(first["measured"] as? Double)
        let published = try #require(first["published"] as? Double)
        #expect(published == 43.209 && abs(measured - published) < 1e-3)
        let last = try #require(rows.first { $0["quantity"] as? String == "Loss at step 2999" })
        #expect(try #require(last["measured"] as? Double) < 1e-20)
        for file in ["table.csv", "result.json", "page.html", "figures/loss.svg"] {
            #expect(exists("out/smooth/single-neuron/\(file)"), "\(file)")
        }
    }

    @Test("smooth/cost counts more events for more spikes, neurons and targets, and times them")
    func cost() throws {
        let ending = try ranvier.run(
            "reproduce", "smooth/cost", "--quick", "--json", "--quiet", "--output", "out",
            "--threads", "1")
        #expect(ending.status == 0, "\(ending.messages)")
        let tables = try #require(try ending.json()["tables"] as? [[String: Any]])
        #expect(tables.map { $0["name"] as? String } == ["spikes", "neurons", "fan-out"])
        for table in tables {
            let rows = try #require(table["rows"] as? [[Any]])
            let events = rows.compactMap { $0[3] as? Double }
            let costs = rows.compactMap { $0[5] as? Double }
            #expect(events.count == 2 && events[0] < events[1])
            // What is faster by the clock is not for a test on a busy machine.
            #expect(costs.count == 2 && costs.allSatisfy { $0 > 0 })
        }
        for file in ["spikes.csv", "neurons.csv", "fan-out.csv", "figures/fan-out.svg"] {
            #expect(exists("out/smooth/cost/\(file)"), "\(file)")
        }
    }

    @Test("smooth/concept finds the published limits")
    func concept() throws {
        let ending = try ranvier.run("reproduce", "smooth/concept", "--quick", "--json", "--quiet")
        #expect(ending.status == 0, "\(ending.messages)")
        let rows = try #require(try ending.json()["comparisons"] as? [[String: Any]])
        for quantity in ["QIF: smallest weight with a spike", "LIF: smallest weight with a spike"] {
            let row = try #require(rows.first { $0["quantity"] as? String == quantity })
            let published = try #require(row["published"] as? Double)
            #expect(abs(try #require(row["measured"] as? Double) - published) < 1e-9)
        }
    }

    @Test("MNIST that is not there ends with 3, says where it was looked for, and leaves nothing")
    func missingData() throws {
        try ranvier.write("", to: "data/nothing")
        let ending = try ranvier.run(
            "reproduce", "smooth/mnist", "--quick", "--data-directory", "data")
        #expect(ending.status == 3)
        #expect(ending.messages.contains("train-images"), "\(ending.messages)")
        #expect(!exists("reproduced/smooth"))
    }

    @Test(
        "wrong usage ends with 2 and says what was expected",
        arguments: [
            (["reproduce", "smooth/recurent"], "did you mean 'smooth/recurrent'?"),
            (["reproduce"], "--list"),
            (
                ["reproduce", "smooth/concept", "--seed", "1", "--seeds", "2"],
                "expected one of them"
            ),
            (["bench", "exact-tfs"], "did you mean 'exact-ttfs'?"),
            (["bench", "exact-ttfs", "--batch", "0"], "at least 1"),
            (["bench", "exact-ttfs", "--precision", "float16"], "float16"),
            (["bench", "cka", "--n", "21"], "a depth 6 n + 2"),
            (["analyze", "continuity", "--sweeps", "0"], "at least 1"),
        ])
    func usage(_ arguments: [String], expected: String) throws {
        let ending = try ranvier.run(arguments)
        #expect(ending.status == 2)
        #expect(ending.messages.contains(expected), "\(ending.messages)")
    }

    @Test("Ctrl-C ends a study with 130 and leaves nothing half-written")
    func interrupt() throws {
        let process = Process()
        process.executableURL = try BuiltCommand.binary
        process.arguments = ["reproduce", "smooth/recurrent"]
        process.currentDirectoryURL = ranvier.folder.url
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        while !exists("reproduced/smooth/recurrent"), process.isRunning { usleep(1000) }
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        #expect(!exists("reproduced/smooth/recurrent"))
    }
}

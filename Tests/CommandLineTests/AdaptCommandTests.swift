import Foundation
import RanvierTestSupport
import Testing

/// `adapt` from outside: a run goes on with drifted data, and what is wrong ends with the right status.
@Suite struct AdaptCommandTests {
    let command: BuiltCommand

    init() throws { command = try BuiltCommand() }

    private func run(_ folder: TemporaryFolder) throws -> URL {
        try folder.write(
            """
            dataset: {name: digits, limit: 200}
            encoding: {direct: {steps: 4}}
            network:
              - linear: {outputs: 16, gain: 2}
              - lif: {leak: 0.9}
              - linear: {outputs: 10}
              - leaky-integrator: {leak: 0.9}
            training: {epochs: 5, batch-size: 10, optimizer: {adam: {learning-rate: 1e-2}}}
            baseline: none

            """, to: "net.yaml")
        let run = folder.url.appending(path: "run")
        let done = try command.run([
            "run", folder.url.appending(path: "net.yaml").path, "--output", run.path, "--quiet",
        ])
        #expect(done.status == 0, "\(done.messages)")
        return run
    }

    @Test func aRunGoesOn() throws {
        let folder = try TemporaryFolder()
        let run = try run(folder), output = folder.url.appending(path: "adapted")
        let arguments = [
            "adapt", run.path, "--drift", "gain=0.5,offset=0.3", "--rule", "none", "--output",
            output.path,
        ]
        let done = try command.run(arguments + ["--json", "--quiet"])
        #expect(done.status == 0, "\(done.messages)")
        let adaptation = try #require(try done.json()["adaptation"] as? [String: Any])
        func accuracy(_ key: String, _ moment: String) throws -> Double {
            let change = try #require(adaptation[key] as? [String: Any])
            let measure = try #require(change[moment] as? [String: Any])
            return try #require(measure["value"] as? Double)
        }
        #expect(try accuracy("gained", "after") > accuracy("gained", "before"))
        #expect(try accuracy("kept", "after") == accuracy("kept", "before"))
        #expect((adaptation["checks"] as? [Any])?.count ?? 0 > 2)
        // It is not replaced unasked, and the page shows the curve.
        let again = try command.run(arguments + ["--quiet"])
        #expect(again.status == 2 && again.messages.contains("--overwrite"))
        let replaced = try command.run(arguments + ["--overwrite", "--quiet"])
        #expect(replaced.status == 0 && replaced.output.contains("old data"))
        let figure = output.appending(path: "figures/adaptation.svg")
        #expect(FileManager.default.fileExists(atPath: figure.path))
        let evaluated = try command.run(["evaluate", output.path, "--quiet"])
        #expect(evaluated.status == 0, "\(evaluated.messages)")
        for (arguments, status, words) in [
            (["--rule", "dleta", "--drift", "gain=2"], 2, "did you mean 'delta'"),
            (["--drift", "speed=2"], 2, "gain=NUMBER"),
            ([], 2, "--drift"),
            (["nothing.csv"], 3, "nothing.csv"),
            (["--drift", "gain=2", "--no-labels", "--rule", "fa"], 2, "needs labels"),
            (["--drift", "gain=2", "--rule", "none", "--rate", "0.1"], 2, "--rate"),
        ] as [([String], Int32, String)] {
            let wrong = try command.run(
                ["adapt", run.path, "--output", folder.url.appending(path: "x").path, "--quiet"]
                    + arguments)
            #expect(wrong.status == status, "\(arguments): \(wrong.status) \(wrong.messages)")
            #expect(wrong.messages.contains(words), "\(arguments): \(wrong.messages)")
        }
    }
}

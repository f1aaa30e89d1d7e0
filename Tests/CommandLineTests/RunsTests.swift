import Foundation
import RanvierTestSupport
import Testing

@Suite("Command line: runs and data")
struct RunsTests {
    let ranvier: BuiltCommand

    init() throws { ranvier = try BuiltCommand() }

    static let result = """
        {"method": "surrogate-gradient", "dataset": "digits", "seed": 3, "version": "0.1.0",
         "test": {"accuracy": 0.9812, "loss": 0.1, "samples": 359},
         "energy": {"table": "45 nm", "picojoulesPerSample": 4500}}
        """

    /// A finished run and one that stopped half-way.
    func makeRuns() throws {
        try ranvier.write("seed: 3\n", to: "runs/digits-3/config.yaml")
        try ranvier.write(Self.result, to: "runs/digits-3/result.json")
        try ranvier.write("seed: 4\nmethod: ann\n", to: "runs/digits-4/config.yaml")
    }

    @Test("runs are listed and shown after the index was made anew")
    func rebuild() throws {
        try makeRuns()
        let rebuilt = try ranvier.run("runs", "list", "--rebuild")
        #expect(rebuilt.status == 0, "\(rebuilt.messages)")
        #expect(rebuilt.messages.contains("2 runs"))
        let listed = try ranvier.run("runs", "list")
        #expect(listed.output == rebuilt.output)
        #expect(listed.output.contains("digits-3  finished"))
        #expect(listed.output.contains("98.12 %") && listed.output.contains("4.5 nJ"))
        #expect(listed.output.contains("digits-4  interrupted"))
        let runs = try #require(
            try ranvier.run("runs", "list", "--json").json()["runs"] as? [[String: Any]])
        #expect(runs.count == 2)
        let shown = try ranvier.run("runs", "show", "digits-3", "--json").json()
        #expect(shown["accuracy"] as? Double == 0.9812)
        #expect(shown["dataset"] as? String == "digits")
        let unknown = try ranvier.run("runs", "show", "digit-3")
        #expect(unknown.status == 2)
        #expect(unknown.messages.contains("did you mean 'digits-3'?"), "\(unknown.messages)")
    }

    @Test("a damaged index ends with 3 and says how to make it anew")
    func damagedIndex() throws {
        try makeRuns()
        try ranvier.write(String(repeating: "damage ", count: 1000), to: "runs/index.sqlite")
        let ending = try ranvier.run("runs", "list")
        #expect(ending.status == 3)
        #expect(ending.messages.contains("ranvier runs list --rebuild"))
        // The result was written by hand, without a checksum, which is all there is to tell.
        let told = try ranvier.run("runs", "list", "--rebuild", "--quiet").messages
        #expect(told.split(separator: "\n").count == 1 && told.contains("result.json"), "\(told)")
        #expect(try ranvier.run("runs", "list").status == 0)
    }

    @Test("a report of a run that did not finish, or of something else, is refused")
    func report() throws {
        try makeRuns()
        let unfinished = try ranvier.run("report", "runs/digits-4")
        #expect(unfinished.status == 3)
        #expect(unfinished.messages.contains("has not finished"), "\(unfinished.messages)")
        try ranvier.write("", to: "notes/a.txt")
        let other = try ranvier.run("report", "notes")
        #expect(other.status == 2)
        #expect(other.messages.contains("expected a run directory"), "\(other.messages)")
    }

    @Test("data sets are listed; the digits are always there")
    func data() throws {
        let list = try ranvier.run("data", "list", environment: ["RANVIER_DATA": ""])
        #expect(list.status == 0)
        #expect(list.output.contains("digits") && list.output.contains("built in"))
        let info = try ranvier.run("data", "info", "digits", "--json")
        #expect(try info.json()["status"] as? String == "built in")
        try ranvier.write("a,b\n1,2\n3,4\n", to: "table.csv")
        #expect(try ranvier.run("data", "info", "table.csv").output.contains("CSV"))
        let unknown = try ranvier.run("data", "info", "digts")
        #expect(unknown.status == 3)
        #expect(unknown.messages.contains("did you mean 'digits'?"), "\(unknown.messages)")
    }
}

import Foundation
import RanvierTestSupport
import Testing

@Suite("Command line")
struct UsageTests {
    let ranvier: BuiltCommand

    init() throws { ranvier = try BuiltCommand() }

    @Test(
        "help goes to standard output, with examples, and ends with 0",
        arguments: [
            ["--help"], ["help"], [], ["run", "--help"], ["help", "evaluate"], ["report", "-h"],
            ["runs", "list", "--help"], ["runs", "show", "--help"], ["data", "list", "--help"],
            ["data", "info", "--help"], ["bench", "--help"], ["reproduce", "--help"],
            ["analyze", "continuity", "--help"], ["compare", "--help"],
        ])
    func help(_ arguments: [String]) throws {
        let ending = try ranvier.run(arguments)
        #expect(ending.status == 0)
        #expect(ending.output.contains("USAGE: ranvier") && ending.output.contains("EXAMPLES"))
        #expect(ending.messages.isEmpty)
    }

    @Test("states its version")
    func version() throws {
        let ending = try ranvier.run("--version")
        #expect(ending.status == 0)
        #expect(ending.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(ending.output)")
    }

    @Test("writes completion scripts", arguments: ["bash", "zsh", "fish"])
    func completion(_ shell: String) throws {
        let ending = try ranvier.run("--generate-completion-script", shell)
        #expect(ending.status == 0)
        #expect(ending.output.contains("ranvier") && ending.output.contains("overwrite"))
    }

    @Test(
        "wrong usage ends with 2 and says what was expected",
        arguments: [
            (["rnu"], "did you mean 'run'?"),
            (["run"], "Missing expected argument '<config>'"),
            (["run", "a.yaml", "b.yaml"], "b.yaml"),
            (["run", "a.yaml", "--sed", "3"], "--seed"),
            (["run", "a.yaml", "--seed", "three"], "three"),
            (["run", "a.yaml", "--seed=-1"], "at least 0"),
            (["run", "a.yaml", "--threads", "0"], "at least 1"),
            (["run", "a.yaml", "--overwrite", "--resume"], "expected one of them, found both"),
            (["run", "a.yaml", "--set", "epochs"], "KEY.PATH=VALUE"),
            (["run", "a.yaml"], "a.yaml: cannot read the configuration: no such file"),
            (["evaluate", "nothing"], "no such run"),
            (["report"], "Missing expected argument"),
            (["runs", "list"], "runs/index.sqlite: no index of runs there"),
            (["runs", "show", "3"], "no index of runs there"),
            (["runs", "list", "--rebuild", "--output", "/proc/ranvier"], "/proc/ranvier"),
        ])
    func usage(_ arguments: [String], expected: String) throws {
        let ending = try ranvier.run(arguments)
        #expect(ending.status == 2)
        #expect(ending.messages.contains(expected), "\(ending.messages)")
        #expect(ending.output.isEmpty)
        let asJSON = try ranvier.run(arguments + ["--json"])
        #expect(asJSON.status == 2)
        let error = try #require(try asJSON.json()["error"] as? [String: Any])
        #expect(error["status"] as? Int == 2)
        #expect((error["message"] as? String)?.contains(expected) == true)
    }

    @Test("a configuration that is not YAML ends with 2, file and line")
    func configuration() throws {
        try ranvier.write("training:\n  epochs: [3\nname: x\n", to: "broken.yaml")
        let ending = try ranvier.run("run", "broken.yaml")
        #expect(ending.status == 2)
        #expect(ending.messages.contains("broken.yaml:3"), "\(ending.messages)")
    }

    @Test(
        "integers at their extremes are refused by name, or taken",
        arguments: [
            ["run", "--threads"], ["run", "--seed"], ["run", "--seeds"], ["run", "--window"],
            ["run", "--stride"], ["run", "--horizon"], ["sweep", "--jobs"], ["sweep", "--seeds"],
            ["bench", "--runs"], ["bench", "--n"], ["bench", "--batch"], ["bench", "--steps"],
            ["reproduce", "--epochs"], ["compare", "--seed"],
        ])
    func integers(_ words: [String]) throws {
        for text in ["-1", "1000000001", "9223372036854775807", "9223372036854775808"] {
            // What is named is not there, so that nothing runs where the number is taken.
            let ending = try ranvier.run([words[0], "nothing.csv", "\(words[1])=\(text)"])
            #expect(ending.status == 2 || ending.status == 3, "\(words) \(text)")
            let isNamed =
                ending.messages.contains(words[1]) || ending.messages.contains("nothing")
            #expect(isNamed, "\(words) \(text): \(ending.messages)")
            #expect(!ending.messages.contains("Fatal"), "\(ending.messages)")
        }
    }
}

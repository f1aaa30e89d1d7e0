import Foundation
import RanvierDeployment
import RanvierTestSupport
import Testing

/// Programs that are run.
@Suite("A tool")
struct ToolTests {
    let folder: TemporaryFolder
    private let shell = Tool(at: URL(filePath: "/bin/sh"))

    init() throws { folder = try TemporaryFolder() }

    @Test("hands over what it wrote, its status and its signal")
    func ending() throws {
        let input = try folder.write("words", to: "input")
        let ending = try shell.run(
            ["-c", "cat; echo more >&2; exit 3"], in: folder.url, input: input, work: "a test")
        #expect(ending.output == "words" && ending.messages == "more\n" && ending.status == 3)
        let killed = try shell.run(["-c", "kill -9 $$"], in: folder.url, work: "a test")
        #expect(killed.status == 128 + 9)
        #expect(folder.names == ["input"])
    }

    @Test("that fails is an error with its last lines")
    func failure() throws {
        #expect {
            try shell.succeed(
                ["-c", "for i in 1 2 3; do echo line $i; done; exit 4"], in: folder.url,
                work: "counting")
        } throws: {
            $0 as? ToolchainError
                == .failed(
                    tool: "sh", work: "counting", status: 4, lines: ["line 1", "line 2", "line 3"])
        }
    }

    @Test("that runs on is stopped with what it started")
    func limit() throws {
        #expect {
            try shell.run(
                ["-c", "echo begun; sleep 300; true"], in: folder.url, limit: .milliseconds(300),
                work: "sleeping")
        } throws: { error in
            guard case .stopped(let tool, "sleeping", _, let lines)? = error as? ToolchainError
            else { return false }
            // A busy machine may stop it before its first word.
            return tool == "sh" && lines.allSatisfy { $0 == "begun" }
                && "\(error)".contains("more than 0.3")
        }
    }

    @Test("that is missing names the package that brings it", arguments: ToolName.allCases)
    func missing(_ name: ToolName) {
        #expect(!name.package.isEmpty)
        do {
            let tool = try Tool.find(name)
            #expect(tool.name == name.rawValue)
        } catch {
            #expect("\(error)".contains(name.remedy) && "\(error)".contains(name.rawValue))
        }
    }
}

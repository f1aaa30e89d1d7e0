import Foundation
import RanvierTestSupport
import Testing

/// What becomes of an answer that cannot be written.
@Suite("Standard output")
struct OutputTests {
    let ranvier: BuiltCommand

    init() throws { ranvier = try BuiltCommand() }

    /// Runs a line of the shell in which `ranvier` is the built command; status and standard error.
    private func shell(_ line: String) throws -> (status: Int32, messages: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", "ranvier() { '\(try BuiltCommand.binary.path)' \"$@\"; }\n\(line)",
        ]
        process.currentDirectoryURL = ranvier.folder.url
        let errors = ranvier.folder.url.appending(path: "errors")
        try Data().write(to: errors)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOf: errors, encoding: .utf8))
    }

    @Test(
        "that is full is an error of one line, for whatever is written there",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
        arguments: [
            "--help", "--version", "data list", "data list --json", "reproduce --list",
            "--generate-completion-script bash",
        ])
    func full(_ words: String) throws {
        let ending = try shell("ranvier \(words) > /dev/full")
        #expect(ending.status == 1)
        #expect(ending.messages.split(separator: "\n").count == 1, "\(ending.messages)")
        #expect(ending.messages.contains("standard output"))
    }

    @Test("whose reader is gone is an error of one line, no signal")
    func closedPipe() throws {
        // The reader ends before the first byte is written.
        let ending = try shell("{ sleep 0.2; ranvier --help; echo \"status $?\" >&2; } | true")
        let lines = ending.messages.split(separator: "\n")
        #expect(lines.count == 2 && lines.last == "status 1", "\(ending.messages)")
        #expect(lines.first?.contains("its reader is gone") == true)
    }

    @Test("that is closed from the start is an error; closed messages are none")
    func closed() throws {
        #expect(try shell("ranvier data list >&-").status == 1)
        #expect(try shell("ranvier data list 2>&-").status == 0)
        #expect(try shell("ranvier data list <&-").status == 0)
        #expect(try shell("ranvier run nothing.yaml 2>&- >&-").status == 2)
    }
}

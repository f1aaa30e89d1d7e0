import Foundation
import RanvierTestSupport
import Testing

/// A compiler of C, or another tool beside it, as tests run them.
struct CCompiler {
    /// What a program said, and how it ended.
    struct Outcome {
        var status: Int32
        var text: String
    }

    /// Where a program lies; nil where it is not installed.
    static func path(of program: String) -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return folders.split(separator: ":").map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a program in a folder.
    static func run(_ program: String, _ arguments: [String], in folder: TemporaryFolder) throws
        -> Outcome
    {
        let process = Process()
        process.executableURL = URL(filePath: path(of: program) ?? program)
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, text: String(decoding: data, as: UTF8.self))
    }

    /// What generated code is compiled with everywhere.
    static let strict = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"]

    /// Packages that bring programs.
    static let packages = [
        "gcc": "gcc", "clang": "clang", "nm": "binutils",
        "arm-none-eabi-gcc": "gcc-arm-none-eabi", "arm-none-eabi-size": "binutils-arm-none-eabi",
    ]
}

extension Trait where Self == ConditionTrait {
    /// Runs the test if a program is there; else it is reported as skipped, with the package that brings it.
    static func needs(_ program: String) -> Self {
        .enabled(
            if: CCompiler.path(of: program) != nil,
            "skipped: no \(program); install \(CCompiler.packages[program] ?? program)")
    }
}

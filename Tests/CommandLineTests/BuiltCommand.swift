import Foundation
import RanvierTestSupport
import Testing

/// The built command `ranvier`, run from outside.
struct BuiltCommand {
    /// What a finished process left.
    struct Ending {
        let status: Int32
        let output: String
        let messages: String

        /// The one JSON object on standard output.
        func json() throws -> [String: Any] {
            let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
            return try #require(object as? [String: Any])
        }
    }

    /// A folder for the process to work in, gone with this value's last copy.
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The binary beside the test bundle, built in the same configuration.
    static var binary: URL {
        get throws {
            let bundles = CommandLine.arguments.map { URL(filePath: $0) }.filter {
                $0.path.contains(".xctest") || $0.lastPathComponent.hasPrefix("RanvierPackageTests")
            }
            let places = bundles + [Bundle.main.executableURL].compactMap(\.self)
            for place in places {
                var folder = place
                while folder.path != "/" {
                    folder.deleteLastPathComponent()
                    let candidate = folder.appending(path: "ranvier")
                    if FileManager.default.isExecutableFile(atPath: candidate.path),
                        !candidate.hasDirectoryPath, !isFolder(candidate)
                    {
                        return candidate
                    }
                }
            }
            throw CocoaError(.fileNoSuchFile)
        }
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    /// Runs the command to its end.
    func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) throws -> Ending {
        try run(arguments, environment: environment)
    }

    /// Runs the command to its end.
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Ending {
        let process = Process()
        process.executableURL = try Self.binary
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // Files, not pipes: nothing can fill up while nobody reads.
        let name = UUID().uuidString
        let files = ["out", "err"].map { folder.url.appending(path: ".\(name).\($0)") }
        for file in files { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        return Ending(
            status: process.terminationStatus, output: texts[0], messages: texts[1])
    }

    /// Writes a file into the folder.
    func write(_ text: String, to name: String) throws {
        let url = folder.url.appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }
}

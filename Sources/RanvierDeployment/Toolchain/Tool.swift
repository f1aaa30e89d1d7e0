import Foundation

/// A program on this machine.
public struct Tool: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Where it is.
    public let url: URL

    /// A program at a place.
    public init(at url: URL) {
        name = url.lastPathComponent
        self.url = url
    }

    /// Finds a program in the folders of `PATH`, then beside `swift`.
    ///
    /// WebAssembly's linker and runner are looked for beside `swift` first: there they fit each other.
    /// - Throws: ``ToolchainError/missing(tool:remedy:)`` with the package that brings it.
    public static func find(_ tool: ToolName) throws -> Tool {
        let folders =
            switch tool {
            case .wasmLinker, .wasmKit: besideSwift + path
            case .gcc, .clang, .size, .nm, .armGCC, .armSize, .armNM, .armQEMU, .riscvGCC,
                .riscvSize, .riscvNM, .riscvQEMU:
                path + besideSwift
            }
        guard let url = executable(tool.rawValue, in: folders) else {
            throw ToolchainError.missing(tool: tool.rawValue, remedy: tool.remedy)
        }
        return Tool(at: url)
    }

    /// Whether a program is there.
    public static func isThere(_ tool: ToolName) -> Bool { (try? find(tool)) != nil }

    /// The clang that makes WebAssembly: the one beside the linker of it.
    static func webAssemblyCompiler() throws -> Tool {
        let folder = try find(.wasmLinker).url.deletingLastPathComponent()
        return try executable(ToolName.clang.rawValue, in: [folder]).map(Tool.init(at:))
            ?? find(.clang)
    }

    /// The folders of `PATH`.
    private static var path: [URL] {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map {
            URL(filePath: String($0), directoryHint: .isDirectory)
        }
    }

    /// The folder that `swift` really lies in.
    private static var besideSwift: [URL] {
        executable("swift", in: path).map {
            [$0.resolvingSymlinksInPath().deletingLastPathComponent()]
        } ?? []
    }

    private static func executable(_ name: String, in folders: [URL]) -> URL? {
        folders.map { $0.appending(path: name, directoryHint: .notDirectory) }.first {
            FileManager.default.isExecutableFile(atPath: $0.path(percentEncoded: false))
        }
    }
}

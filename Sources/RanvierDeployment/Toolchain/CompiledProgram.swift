import Foundation

/// An exported network, compiled together with a program that shows it samples.
public struct CompiledProgram: Sendable {
    /// The program around the network.
    public enum Main: String, Sendable, Hashable, CaseIterable {
        /// Reads samples, writes their scores.
        case scores
        /// Compares with the golden samples in `<name>_golden.h`, on every target.
        case golden
        /// The export's own `<name>_test.c`, on this machine.
        case exported
        /// The least on Cortex-M, measured and never run: a start, and a loop that waits for an interrupt before each row and leaves
        /// answers in a variable.
        case bare
    }

    /// The network.
    public let network: CNetworkSource
    /// What it is compiled for.
    public let target: CTarget
    /// How it is compiled.
    public let optimization: CompilerOptimization
    /// The program around it.
    public let main: Main
    let folder: WorkFolder

    /// Warnings of which none is allowed.
    static let warnings = [
        "-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror",
    ]

    /// Compiles and links.
    ///
    /// - Parameters:
    ///   - network: the exported network.
    ///   - target: what for.
    ///   - optimization: how.
    ///   - main: the program around it.
    ///   - sanitized: whether undefined behaviour and wrong addresses end the program; only on this machine.
    /// - Throws: ``ToolchainError``: a warning is an error, and shown.
    public init(
        _ network: CNetworkSource, for target: CTarget = .host,
        optimization: CompilerOptimization = .speed, main: Main = .scores, sanitized: Bool = false
    ) throws {
        self.network = network
        self.target = target
        self.optimization = optimization
        self.main = main
        let isHost = target == .host || target == .hostClang
        if !isHost, sanitized || main == .exported {
            throw ToolchainError.unsupported(
                target: target.rawValue,
                reason: (sanitized ? "sanitisers need" : "\(network.name)_test.c needs")
                    + " an operating system: take '\(CTarget.host.rawValue)'")
        }
        if main == .bare, target.board?.compiler != .armGCC {
            throw ToolchainError.unsupported(
                target: target.rawValue,
                reason:
                    "the bare program is written for Cortex-M: take '\(CTarget.cortexM0.rawValue)'")
        }
        // Nothing is linked for what nothing runs on.
        guard isHost || target == .wasm32 || target.board != nil else {
            throw ToolchainError.unsupported(
                target: target.rawValue, reason: target.obstacle ?? "it has no board")
        }
        let compiler = try target.compiler()
        let sources = try Self.sources(of: network, target, main)
        folder = try WorkFolder(files: network.files.merging(sources) { $1 })
        let names = (["\(network.name).c"] + sources.keys.filter { $0.hasSuffix(".c") }).sorted()
        let units = main == .exported ? ["\(network.name).c", "\(network.name)_test.c"] : names
        try compiler.succeed(
            Self.warnings + [optimization.rawValue] + target.options
                + Self.sanitizers(sanitized, compiler) + units + Self.linking(target)
                + ["-o", "program"],
            in: folder.url, work: "compiling \(network.name) for \(target.rawValue)")
    }

    /// Files beside those of the network.
    private static func sources(
        of network: CNetworkSource, _ target: CTarget, _ main: Main
    ) throws -> [String: String] {
        var files = ["board.h": BoardFiles.header, "line.h": BoardFiles.line]
        switch main {
        case .bare:
            guard let board = target.board else { return [:] }
            return [
                "bare.c": network.renamed(BoardFiles.bare),
                "board.ld": BoardFiles.linkerScript(board),
            ]
        case .scores: files["scores.c"] = network.renamed(BoardFiles.scores)
        case .golden:
            try network.needs("\(network.name)_golden.h")
            files["golden.c"] = network.renamed(BoardFiles.golden)
        case .exported:
            try network.needs("\(network.name)_test.c")
            try network.needs("\(network.name)_golden.h")
        }
        if let board = target.board {
            files["board.c"] = BoardFiles.board
            files["board.ld"] = BoardFiles.linkerScript(board)
        } else {
            files["board.c"] = target == .wasm32 ? BoardFiles.webAssembly : BoardFiles.host
        }
        return files
    }

    private static func sanitizers(_ sanitized: Bool, _ compiler: Tool) -> [String] {
        guard sanitized else { return [] }
        // The linker beside clang knows what its sanitisers export; others warn of each.
        let folder = compiler.url.deletingLastPathComponent()
        let linker = folder.appending(path: "ld.lld").path(percentEncoded: false)
        let hasOwn =
            compiler.name == ToolName.clang.rawValue
            && FileManager.default.isExecutableFile(atPath: linker)
        return ["-g", "-fsanitize=undefined,address", "-fno-sanitize-recover=all"]
            + (hasOwn ? ["-fuse-ld=lld"] : [])
    }

    static func linking(_ target: CTarget) -> [String] {
        switch target {
        case .host, .hostClang, .avr, .xtensa: []
        case .cortexM0, .cortexM0Plus, .cortexM3, .cortexM4, .cortexM7, .cortexM33, .cortexM55:
            ["-nostdlib", "-T", "board.ld", "-lgcc"]
        case .riscv32, .riscv32imc:
            ["-nostdlib", "-Wl,--no-warn-rwx-segments", "-T", "board.ld", "-lgcc"]
        case .wasm32: ["-nostdlib", "-Wl,--export=_start"]
        }
    }

    /// Where the program is; gone with this value's last copy.
    public var url: URL { folder.path("program") }
}

extension CNetworkSource {
    /// - Throws: ``ToolchainError/source(file:expected:found:)`` where a file is missing.
    func needs(_ file: String) throws {
        guard files[file] == nil else { return }
        throw ToolchainError.source(
            file: file, expected: "the file among those of the network",
            found: files.keys.sorted().joined(separator: ", "))
    }
}

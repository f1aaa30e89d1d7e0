import Foundation

/// Bytes that an exported network takes on a target, without the program around it.
public struct NetworkSize: Sendable, Hashable, Codable {
    /// Instructions, in flash.
    public let code: Int
    /// Weights, thresholds and other constants, in flash.
    public let tables: Int
    /// Variables with a first value: in flash and in RAM.
    public let variables: Int
    /// Variables that begin as zero, in RAM.
    public let zeroed: Int
    /// The state of the network, in RAM: what its caller keeps.
    public let state: Int
    /// Constants by name, the largest first.
    public let largestTables: [Symbol]

    /// A constant.
    public struct Symbol: Sendable, Hashable, Codable {
        /// Its name.
        public let name: String
        /// Its bytes.
        public let bytes: Int
    }

    /// Bytes of flash.
    public var flash: Int { code + tables + variables }
    /// Bytes of RAM, but for the stack.
    public var ram: Int { variables + zeroed + state }
}

extension CNetworkSource {
    /// Compiles the network alone and measures its object file.
    ///
    /// - Throws: ``ToolchainError``; WebAssembly has no such sizes, its module is measured as it is.
    public func size(
        on target: CTarget, optimization: CompilerOptimization = .size
    ) throws -> NetworkSize {
        let (sizes, symbols) = try target.measuringTools()
        let folder = try WorkFolder(
            files: files.merging([
                "probe.c":
                    "#include \"\(name).h\"\nunsigned char probe[sizeof(\(name)_state)];\n"
            ]) { $1 })
        try target.compiler().succeed(
            CompiledProgram.warnings + [optimization.rawValue] + target.options
                + ["-c", "\(name).c", "probe.c"],
            in: folder.url, work: "compiling \(name) for \(target.rawValue)")
        let sections = try SectionSizes(tool: sizes, file: "\(name).o", folder: folder)
        let constants = try Self.symbols(symbols, "\(name).o", in: folder, kinds: ["r", "R"])
        let probe = try Self.symbols(symbols, "probe.o", in: folder, kinds: ["B", "C"])
        guard let state = probe.first(where: { $0.name == "probe" }) else {
            throw ToolchainError.output(
                tool: symbols.name, expected: "the size of \(name)_state", found: "none")
        }
        return NetworkSize(
            code: sections.code, tables: sections.constants, variables: sections.variables,
            zeroed: sections.zeroed, state: state.bytes, largestTables: constants)
    }

    /// Symbols with a size, the largest first.
    private static func symbols(
        _ tool: Tool, _ file: String, in folder: WorkFolder, kinds: Set<Substring>
    ) throws -> [NetworkSize.Symbol] {
        // Address, size, kind, name.
        let text = try tool.succeed(
            ["-S", file], in: folder.url, work: "reading the symbols of \(file)")
        var symbols: [NetworkSize.Symbol] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 4, kinds.contains(words[2]), let bytes = Int(words[1], radix: 16)
            else { continue }
            symbols.append(NetworkSize.Symbol(name: String(words[3]), bytes: bytes))
        }
        return symbols.sorted { $0.bytes == $1.bytes ? $0.name < $1.name : $0.bytes > $1.bytes }
    }
}

extension CTarget {
    /// What measures object files of it.
    func measuringTools() throws -> (sizes: Tool, symbols: Tool) {
        switch self {
        case .host, .hostClang: (try .find(.size), try .find(.nm))
        case .cortexM0, .cortexM0Plus, .cortexM3, .cortexM4, .cortexM7, .cortexM33, .cortexM55:
            (try .find(.armSize), try .find(.armNM))
        case .riscv32, .riscv32imc: (try .find(.riscvSize), try .find(.riscvNM))
        case .wasm32:
            throw ToolchainError.unsupported(
                target: rawValue, reason: "its module is measured as it is")
        case .avr, .xtensa:
            throw ToolchainError.unsupported(target: rawValue, reason: obstacle ?? "refused")
        }
    }
}

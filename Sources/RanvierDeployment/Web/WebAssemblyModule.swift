import Foundation

/// An exported network as a module of WebAssembly, for a page.
///
/// It imports nothing and exports `set(word, value)`, `reset()`, `step()`, `score(output)`, `answer()`, `margin()` and
/// `count(layer)`: a sample is a reset, then for each row its words set and a step.
public struct WebAssemblyModule: Sendable, Hashable {
    /// The module.
    public let bytes: Data

    /// Compiles the C source; no library is linked.
    ///
    /// - Throws: ``ToolchainError``.
    public init(_ network: CNetworkSource, optimization: CompilerOptimization = .speed) throws {
        let compiler = try CTarget.wasm32.compiler()
        let folder = try WorkFolder(
            files: network.files.merging(["page.c": network.renamed(WebFiles.shim)]) { $1 })
        try compiler.succeed(
            CompiledProgram.warnings + [optimization.rawValue] + CTarget.wasm32.options
                + (network.interface.counts > 0 ? ["-D\(network.name.uppercased())_COUNTS"] : [])
                + ["\(network.name).c", "page.c", "-nostdlib", "-Wl,--no-entry,--strip-all"]
                + ["-o", "module.wasm"],
            in: folder.url, work: "compiling \(network.name) for a page")
        bytes = try Data(contentsOf: folder.path("module.wasm"))
    }
}

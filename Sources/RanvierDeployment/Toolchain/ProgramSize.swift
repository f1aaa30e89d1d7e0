/// Bytes that a whole program takes on a board: network, reading and writing, start.
public struct ProgramSize: Sendable, Hashable, Codable {
    /// Bytes of flash.
    public let flash: Int
    /// Bytes of RAM, but for the stack.
    public let ram: Int
}

extension CompiledProgram {
    /// Measures the whole program on its board.
    ///
    /// - Throws: ``ToolchainError``; on this machine the operating system's share cannot be told apart.
    public func size() throws -> ProgramSize {
        guard target.board != nil else {
            throw ToolchainError.unsupported(
                target: target.rawValue, reason: "only a program on a board has a size of its own")
        }
        let sections = try SectionSizes(
            tool: target.measuringTools().sizes, file: "program", folder: folder)
        return ProgramSize(
            flash: sections.code + sections.constants + sections.variables,
            ram: sections.variables + sections.zeroed)
    }
}

import Foundation

/// Bytes of an object file or a program by what they are.
struct SectionSizes {
    private(set) var code = 0
    private(set) var constants = 0
    private(set) var variables = 0
    private(set) var zeroed = 0

    /// Reads what `size -A` writes: a line `section bytes address` for each section.
    init(tool: Tool, file: String, folder: WorkFolder) throws {
        let text = try tool.succeed(
            ["-A", file], in: folder.url, work: "reading the sizes of \(file)")
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[0].hasPrefix("."), let bytes = Int(words[1]) else {
                continue
            }
            func isOne(of names: String...) -> Bool {
                names.contains { words[0] == $0 || words[0].hasPrefix($0 + ".") }
            }
            if isOne(of: ".text") {
                code += bytes
            } else if isOne(of: ".rodata", ".srodata") {
                constants += bytes
            } else if isOne(of: ".data", ".sdata") {
                variables += bytes
            } else if isOne(of: ".bss", ".sbss") {
                zeroed += bytes
            }
        }
        guard code > 0 else {
            throw ToolchainError.output(
                tool: tool.name, expected: "sections with code", found: String(text.prefix(200)))
        }
    }
}

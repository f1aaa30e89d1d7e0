import Foundation

/// What a compiled network makes of samples.
public struct ProgramOutcome: Sendable, Hashable {
    /// One sample.
    public struct Sample: Sendable, Hashable {
        /// Index of the largest score, the first of equal ones.
        public let answer: Int32
        /// Largest less second largest score.
        public let margin: Int32
        /// The scores.
        public let scores: [Int32]
        /// Instructions of reset, steps and answer: not cycles; nil where the target counts none.
        public let instructions: Int?
    }

    /// The samples, in order.
    public let samples: [Sample]
    /// Bytes of stack that the first sample takes, those of the caller left out; nil where the target does not tell.
    public let stack: Int?

    /// Instructions of a sample over all of them: not cycles; nil where the target counts none.
    public var instructions: InstructionCount? {
        InstructionCount(samples.compactMap(\.instructions))
    }

    /// Reads lines of `answer margin ticks score…`, then one with the stack.
    ///
    /// - Throws: ``ToolchainError/output(tool:expected:found:)``.
    init(of program: CompiledProgram, _ ending: Tool.Ending, samples count: Int) throws {
        let outputs = program.network.interface.outputs
        let tool = "\(program.network.name) on \(program.target.rawValue)"
        let lines = try ending.output.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let numbers = words.compactMap { Int32($0) }
            guard numbers.count == words.count else {
                throw ToolchainError.output(
                    tool: tool, expected: "whole numbers", found: String(line.prefix(100)))
            }
            return numbers
        }
        guard lines.count == count + 1, lines.last?.count == 1,
            lines.dropLast().allSatisfy({ $0.count == 3 + outputs })
        else {
            throw ToolchainError.output(
                tool: tool, expected: "\(count) lines of \(3 + outputs) numbers and a last one",
                found: "\(lines.count) lines, the last '\(lines.last ?? [])'")
        }
        let board = program.target.board
        samples = lines.dropLast().map { line in
            Sample(
                answer: line[0], margin: line[1], scores: Array(line[3...]),
                instructions: board?.instructions(ticks: Int(UInt32(bitPattern: line[2]))))
        }
        stack = board == nil || count == 0 ? nil : Int(lines[count][0])
    }
}

import RanvierConfiguration

/// Why an exported network could not be compiled, run or measured.
public enum ToolchainError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A program that is not there.
    case missing(tool: String, remedy: String)
    /// A program that ended with an error; the last lines of what it wrote.
    case failed(tool: String, work: String, status: Int32, lines: [String])
    /// A program that was stopped because it ran for too long, or wrote too much.
    case stopped(tool: String, work: String, reason: String, lines: [String])
    /// What a target cannot do.
    case unsupported(target: String, reason: String)
    /// A file of the exported network that is not what its interface promises.
    case source(file: String, expected: String, found: String)
    /// Samples that do not fit the network.
    case samples(expected: String, found: String)
    /// What a program wrote that cannot be understood.
    case output(tool: String, expected: String, found: String)

    /// Names the program or file, what was expected, what was found, and what to try.
    public var description: String {
        switch self {
        case .missing(let tool, let remedy): "'\(tool)' was not found: \(remedy)"
        case .failed(let tool, let work, let status, let lines):
            "\(tool) failed at \(work) with status \(status)" + Self.told(lines)
        case .stopped(let tool, let work, let reason, let lines):
            "\(tool) was stopped at \(work): \(reason)" + Self.told(lines)
        case .unsupported(let target, let reason): "target '\(target)': \(reason)"
        case .source(let file, let expected, let found):
            "\(file): expected \(expected), found \(found)"
        case .samples(let expected, let found):
            "samples for the exported network: expected \(expected), found \(found)"
        case .output(let tool, let expected, let found):
            "what \(tool) wrote: expected \(expected), found \(found)"
        }
    }

    private static func told(_ lines: [String]) -> String {
        lines.isEmpty ? "; it said nothing" : ":\n" + lines.joined(separator: "\n")
    }
}

extension ToolchainError: ExitStatusProviding {
    /// A target that is refused is wrong usage, samples that do not fit are bad input; else the work failed.
    public var exitStatus: ExitStatus {
        switch self {
        case .unsupported: .wrongUsage
        case .samples, .source: .badInput
        case .missing, .failed, .stopped, .output: .runFailed
        }
    }
}

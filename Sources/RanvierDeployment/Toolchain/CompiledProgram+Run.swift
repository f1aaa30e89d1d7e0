import Foundation

extension CompiledProgram {
    /// Shows samples to the network.
    ///
    /// - Parameters:
    ///   - samples: each of `rows · inputWords` elements of the network's input type; words of spikes as bit patterns.
    ///   - limit: how long the program may run.
    /// - Throws: ``ToolchainError``.
    public func outcome(
        of samples: [[Int32]], limit: Duration = .seconds(120)
    ) throws -> ProgramOutcome {
        guard main == .scores else {
            throw ToolchainError.unsupported(
                target: target.rawValue, reason: "the program '\(main.rawValue)' reads no samples")
        }
        try check(samples)
        let place = try WorkFolder()
        let file = place.path("samples")
        try Data(samples.lazy.joined().flatMap { Self.bytes($0) }).write(to: file)
        let ending = try run(in: place, input: file, limit: limit)
        guard ending.status == 0 else { throw try failure(ending) }
        return try ProgramOutcome(of: self, ending, samples: samples.count)
    }

    /// Runs a program that reads no samples.
    ///
    /// - Returns: its status, 0 where all samples agree, and what it wrote.
    public func check(limit: Duration = .seconds(120)) throws -> Tool.Ending {
        guard main != .scores, main != .bare else {
            throw ToolchainError.unsupported(
                target: target.rawValue,
                reason: "the program '\(main.rawValue)' "
                    + (main == .bare ? "never ends" : "needs samples"))
        }
        let ending = try run(in: WorkFolder(), limit: limit)
        guard ending.status <= 1 else { throw try failure(ending) }
        return ending
    }

    /// Exported networks take no memory at run time, and the search for leaks fails in some containers.
    private static let environment = ["ASAN_OPTIONS": "detect_leaks=0"]

    private func run(
        in place: WorkFolder, input: URL? = nil, limit: Duration
    ) throws -> Tool.Ending {
        let (tool, arguments) = try launch()
        let isBoard = target.board != nil
        let ending = try tool.run(
            arguments, in: place.url, input: isBoard ? nil : input, limit: limit,
            environment: Self.environment, work: "running \(network.name) on \(target.rawValue)")
        // Some versions of the emulator write a board's console to standard error.
        guard isBoard, ending.output.isEmpty else { return ending }
        return Tool.Ending(status: ending.status, output: ending.messages, messages: "")
    }

    /// The error of a program that did not end as it should; statuses are those of the board's file.
    private func failure(_ ending: Tool.Ending) throws -> ToolchainError {
        let work = "running \(network.name) on \(target.rawValue)"
        let reason =
            switch ending.status {
            case 64: "a row of the samples ended too soon"
            case 65: "an element of a sample is beyond the input type of \(network.name).h"
            case 70: "the processor came to a fault"
            case 71: "the samples could not be read"
            case 72: "the scores could not be written"
            case 73: "the stack ran into the variables: the network needs a target with more RAM"
            default: nil as String?
            }
        let error = try launch().0.failure(ending, work: work)
        guard let reason, case .failed(let tool, let work, let status, let lines) = error else {
            return error
        }
        return .failed(tool: tool, work: work, status: status, lines: lines + [reason])
    }

    /// What runs the program.
    private func launch() throws -> (Tool, [String]) {
        let path = url.path(percentEncoded: false)
        if let board = target.board {
            return (try .find(board.emulator), board.emulation + ["-kernel", path])
        }
        if target == .wasm32 { return (try .find(.wasmKit), ["run", path]) }
        return (Tool(at: url), [])
    }

    /// - Throws: ``ToolchainError/samples(expected:found:)`` that names the sample.
    private func check(_ samples: [[Int32]]) throws {
        let (words, range) = (network.interface.sampleWords, network.interface.input.range)
        for (index, sample) in samples.enumerated() {
            guard sample.count == words else {
                throw ToolchainError.samples(
                    expected: "\(words) elements", found: "\(sample.count) in sample \(index)")
            }
            if let place = sample.firstIndex(where: { !range.contains($0) }) {
                throw ToolchainError.samples(
                    expected: "\(network.interface.input.rawValue) from \(range.lowerBound) to "
                        + "\(range.upperBound)",
                    found: "\(sample[place]) at element \(place) of sample \(index)")
            }
        }
    }

    private static func bytes(_ value: Int32) -> [UInt8] {
        let bits = UInt32(bitPattern: value)
        return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
}

extension Board {
    /// What the emulator is told, but for the program.
    var emulation: [String] {
        ["-M", machine] + (emulator == .riscvQEMU ? ["-bios", "none"] : [])
            + ["-display", "none", "-monitor", "none", "-serial", "none"]
            + ["-semihosting-config", "enable=on,target=native"]
            + ["-icount", "shift=\(instructionShift)"]
    }
}

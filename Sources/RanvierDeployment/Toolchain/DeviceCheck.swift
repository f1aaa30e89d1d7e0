import RanvierLearning

/// An exported network compiled for a target and run there, word for word beside the engine here.
public struct DeviceCheck: Codable, Sendable, Hashable {
    /// How a check ended.
    public enum Status: String, Codable, Sendable, Hashable {
        /// All scores of all samples are equal.
        case agrees
        /// Some are not.
        case differs
        /// It was not compiled or did not run to the end.
        case failed
        /// A tool is missing.
        case skipped
    }

    /// The target.
    public var target: String
    /// What is known of the target: `works`, `needs hardware`, `not supported`.
    public var support: String
    /// How it ended.
    public var status: Status
    /// Samples that were shown.
    public var samples: Int
    /// Samples whose scores are all equal.
    public var agreeing: Int
    /// Bytes of instructions of the network alone.
    public var codeBytes: Int?
    /// Bytes of constant tables.
    public var tableBytes: Int?
    /// Bytes of the state.
    public var stateBytes: Int?
    /// Bytes of stack that a sample takes.
    public var stackBytes: Int?
    /// Instructions of the average sample, which are not cycles.
    public var instructions: Double?
    /// Instructions of the dearest sample that was shown.
    public var mostInstructions: Int?
    /// What is missing, or what went wrong.
    public var reason: String?

    /// A check before it was done.
    init(target: String, support: String, samples: Int) {
        self.target = target
        self.support = support
        self.samples = samples
        status = .failed
        agreeing = 0
    }

    /// Compiles a network, shows it samples, and compares.
    ///
    /// - Parameters:
    ///   - source: the files.
    ///   - samples: elements of the network's input type, row after row.
    ///   - scores: what the engine here says.
    ///   - limit: how long the program may run.
    public init(
        of source: CNetworkSource, on target: CTarget, samples: [[Int32]], scores: [[Int32]],
        optimization: CompilerOptimization = .size, limit: Duration = .seconds(300)
    ) {
        self.target = target.rawValue
        support = target.support.rawValue
        status = .failed
        self.samples = samples.count
        agreeing = 0
        do {
            if target != .wasm32 {
                let size = try source.size(on: target, optimization: optimization)
                (codeBytes, tableBytes, stateBytes) = (size.code, size.tables, size.state)
            }
            let outcome = try CompiledProgram(source, for: target, optimization: optimization)
                .outcome(of: samples, limit: limit)
            agreeing = zip(outcome.samples, scores).count { $0.scores == $1 }
            status = agreeing == scores.count ? .agrees : .differs
            stackBytes = outcome.stack
            instructions = outcome.instructions?.mean
            mostInstructions = outcome.instructions?.largest
        } catch let error as ToolchainError {
            if case .missing = error { status = .skipped }
            reason = "\(error)"
        } catch {
            reason = "\(error)"
        }
    }
}

extension IntegerInput {
    /// A sample's numbers as elements of the C input type: as they are, or spikes packed into words, each row from a new word on.
    public func elements(of sample: [Int32]) -> [Int32] {
        guard case .spikes = encoding else { return sample }
        let width = rowCount, words = (width + 31) / 32
        return (0..<rows).flatMap { row in
            (0..<words).map { word in
                var bits: UInt32 = 0
                for bit in 0..<min(32, width - 32 * word)
                where sample[row * width + 32 * word + bit] != 0 {
                    bits |= 1 << UInt32(bit)
                }
                return Int32(bitPattern: bits)
            }
        }
    }
}

import RanvierConfiguration

/// What can be wrong with an event-driven network, its input or its training.
///
/// Every case names the quantity, says what was expected and what was found; `description` adds what
/// to try.
public enum ExactError: Error, Equatable, Sendable {
    /// A parameter of a neuron, a network or a loss lies outside its range.
    case invalidParameter(name: String, value: Double, expected: String)
    /// A list or a matrix has the wrong number of entries.
    case wrongCount(name: String, expected: Int, found: Int)
    /// An index points outside its list.
    case indexOutOfRange(name: String, index: Int, count: Int)
    /// The event limit was reached before the end of the trial.
    case eventLimitReached(limit: Int, time: Double, trial: Double)
    /// Oscillatory LIF only: neurons make one another fire for ever at one instant.
    case instantaneousCycle(neuron: Int, time: Double)
    /// A batch without samples.
    case emptyBatch
    /// A network that does not fit into memory.
    case tooLarge(MemoryNeedError)
    /// A list that has to grow does not.
    case unsorted(name: String, index: Int)
    /// A tensor of a stored state that nothing asks for.
    case unknownTensor(name: String)
    /// A view that parameters of exact-gradient networks are not seen through.
    case unsupportedView(parameter: String, kind: String, supported: [String])
}

extension ExactError: CustomStringConvertible {
    /// What is wrong and what to try.
    public var description: String {
        switch self {
        case .invalidParameter(let name, let value, let expected):
            "\(name) is \(value), expected \(expected)"
        case .wrongCount(let name, let expected, let found):
            "\(name) has \(found) entries, expected \(expected)"
        case .indexOutOfRange(let name, let index, let count):
            "\(name) is \(index), expected 0..<\(count)"
        case .eventLimitReached(let limit, let time, let trial):
            "the limit of \(limit) events was reached at t = \(time), before the end of the trial at "
                + "\(trial); weaker weights give fewer spikes, or raise the event limit"
        case .instantaneousCycle(let neuron, let time):
            "neuron \(neuron) fires twice at t = \(time): neurons fire one another for ever at one "
                + "instant; keep the weights of each cycle below the threshold"
        case .tooLarge(let error): error.description
        case .emptyBatch:
            "the batch is empty, expected at least one sample"
        case .unknownTensor(let name):
            "'\(name)' is no tensor of this method"
        case .unsupportedView(let parameter, let kind, let supported):
            "'\(parameter)' is seen through '\(kind)', expected "
                + (supported.isEmpty
                    ? "no view of these numbers"
                    : "one of \(supported.joined(separator: ", ")), which spike times have an exact "
                        + "gradient through") + "; take the view away"
        case .unsorted(let name, let index):
            "\(name) does not grow at entry \(index); sort it and remove repeated values"
        }
    }
}

extension ExactError {
    /// Throws unless `value` is finite and greater than `bound`.
    package static func require(_ name: String, _ value: Double, above bound: Double)
        throws(ExactError)
    {
        guard value.isFinite, value > bound else {
            throw .invalidParameter(
                name: name, value: value, expected: "a finite number above \(bound)")
        }
    }

    /// Throws unless `value` is finite and lies in `range`.
    package static func require(
        _ name: String, _ value: Double, in range: ClosedRange<Double>
    ) throws(ExactError) {
        guard value.isFinite, range.contains(value) else {
            throw .invalidParameter(
                name: name, value: value,
                expected: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Throws unless `value` is finite.
    package static func requireFinite(_ name: String, _ value: Double) throws(ExactError) {
        guard value.isFinite else {
            throw .invalidParameter(name: name, value: value, expected: "a finite number")
        }
    }

    /// Throws unless `found` equals `expected`.
    package static func require(
        _ name: String, count found: Int, equals expected: Int
    ) throws(ExactError) {
        guard found == expected else {
            throw .wrongCount(name: name, expected: expected, found: found)
        }
    }

    /// Throws unless `index` lies in `0..<count`.
    package static func require(_ name: String, index: Int, below count: Int) throws(ExactError) {
        guard index >= 0, index < count else {
            throw .indexOutOfRange(name: name, index: index, count: count)
        }
    }
}

extension ExactError: ExitStatusProviding {
    /// Quantities that cannot be, or a network that does not come to an end.
    public var exitStatus: ExitStatus {
        switch self {
        case .eventLimitReached, .instantaneousCycle: .runFailed
        default: .wrongUsage
        }
    }
}

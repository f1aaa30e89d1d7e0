import RanvierConfiguration

/// What can go wrong in expectation propagation.
public enum BayesError: Error, Hashable, CustomStringConvertible {
    /// Totals stopped being numbers.
    case diverged(epoch: Int, batchSize: Int, gain: Double, memory: Double)
    /// A configuration names a posterior to go on from that does not fit.
    case start(place: String, expected: String, found: String)

    /// What happened, and what to try.
    public var description: String {
        switch self {
        case .diverged(let epoch, let batchSize, let gain, let memory):
            "the posterior stopped being numbers in epoch \(epoch) (batch-size \(batchSize), gain "
                + "\(gain), memory \(memory)). \(Self.stabilityLimit)"
        case .start(let place, let expected, let found):
            "start: \(place): expected \(expected), found \(found)"
        }
    }

    /// The condition under which visits of batches converge, and what to do about it.
    static let stabilityLimit =
        "Visits are stable where gain × batch / (samples seen + what the prior counts for) is below 2/λ, "
        + "λ being the largest eigenvalue of the inputs' second moment scaled to a unit diagonal (up to "
        + "some hundreds behind spikes). Try gain: 1, a smaller batch-size, or a ramp with a smaller slope"
}

extension BayesError: ExitStatusProviding {
    /// A run that failed, or a folder that was named wrongly.
    public var exitStatus: ExitStatus {
        switch self {
        case .diverged: .runFailed
        case .start: .wrongUsage
        }
    }
}

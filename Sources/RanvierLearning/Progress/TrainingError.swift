import RanvierConfiguration

/// A training run that cannot go on.
public enum TrainingError: Error, CustomStringConvertible, Hashable {
    /// The loss, or a gradient, is infinite or not a number.
    case nonFinite(epoch: Int, step: Int, loss: Float, layer: String?)
    /// The run was asked to stop.
    case interrupted(epoch: Int, lastCompletedEpoch: Int)
    /// Network and data do not fit.
    case mismatch(what: String, expected: String, found: String)

    /// What happened, where, and what to try.
    public var description: String {
        switch self {
        case .nonFinite(let epoch, let step, let loss, let layer):
            let place =
                layer.map { "the gradient of layer '\($0)' went first" }
                ?? "all gradients before it were finite"
            return "the loss became \(loss) in epoch \(epoch), step \(step); \(place). "
                + "Try a smaller learning rate, gradient clipping, or a surrogate with a smaller peak."
        case .interrupted(let epoch, let last):
            return "interrupted in epoch \(epoch); "
                + (last > 0
                    ? "the checkpoint after epoch \(last) is whole" : "no epoch was completed yet")
        case .mismatch(let what, let expected, let found):
            return "\(what): expected \(expected), found \(found)"
        }
    }
}

extension TrainingError: ExitStatusProviding {
    /// The run's own failure, a stop by the user, or parts of the configuration that do not fit.
    public var exitStatus: ExitStatus {
        switch self {
        case .nonFinite: .runFailed
        case .interrupted: .interrupted
        case .mismatch: .wrongUsage
        }
    }
}

import Foundation

/// How the learning rate changes over a run, as a factor on the optimiser's rate.
public enum LearningRateSchedule: Sendable, Hashable {
    /// The same at all times.
    case constant
    /// `(1 + cos(π p)) / 2` from 1 to `floor`, with p the part of the run that is done.
    case cosine(floor: Double = 0)
    /// `factorᵉ` after e epochs.
    case exponential(factor: Double)

    /// The factor at a moment of the run.
    ///
    /// - Parameters:
    ///   - epoch: epochs done, with the part of the running one: 2.5 is the middle of the third.
    ///   - epochs: length of the run.
    public func factor(epoch: Double, of epochs: Int) -> Double {
        switch self {
        case .constant: return 1
        case .cosine(let floor):
            let part = min(max(epoch / Double(max(epochs, 1)), 0), 1)
            return floor + (1 - floor) * (1 + cos(.pi * part)) / 2
        case .exponential(let factor): return pow(factor, epoch.rounded(.down))
        }
    }
}

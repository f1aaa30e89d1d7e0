import Foundation

/// How the learning rate changes over a run, as a factor on the optimiser's rate.
public enum LearningRateSchedule: Sendable, Hashable {
    /// The same at all times.
    case constant
    /// `(1 + cos(π p)) / 2` from 1 to `floor`, with p the part of the run that is done.
    ///
    /// With a warm-up the factor first rises linearly to 1 during that part of the run, and p counts from there: one
    /// cycle. Sources: Loshchilov & Hutter 2017; Goyal et al. 2017; Smith & Topin 2018.
    case cosine(floor: Double = 0, warmUp: Double = 0)
    /// `factorᵉ` after e epochs.
    case exponential(factor: Double)
    /// `exp(−e/epochs)` after e epochs.
    case decay(epochs: Double)

    /// The factor at a moment of the run.
    ///
    /// - Parameters:
    ///   - epoch: epochs done, with the part of the running one: 2.5 is the middle of the third.
    ///   - epochs: length of the run.
    public func factor(epoch: Double, of epochs: Int) -> Double {
        switch self {
        case .constant: return 1
        case .cosine(let floor, let warmUp):
            let done = min(max(epoch / Double(max(epochs, 1)), 0), 1)
            // A first step of length 0 would be a step for nothing.
            if done < warmUp { return floor + (1 - floor) * max(done / warmUp, 1e-3) }
            let part = warmUp < 1 ? (done - warmUp) / (1 - warmUp) : 1
            return floor + (1 - floor) * (1 + cos(.pi * part)) / 2
        case .exponential(let factor): return pow(factor, epoch.rounded(.down))
        case .decay(let length): return exp(-epoch.rounded(.down) / length)
        }
    }
}

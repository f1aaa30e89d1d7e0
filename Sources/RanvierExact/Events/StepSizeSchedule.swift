import Foundation

/// How a step size changes over training, as a factor of its value at the start.
public enum StepSizeSchedule: Sendable, Equatable {
    /// exp(−k/decay) at step k; `.infinity` keeps it.
    case exponential(decay: Double)
    /// Half a cosine from 1 to 0: (1 + cos(π k/steps))/2, 0 from `steps` on.
    case cosine(steps: Int)

    /// The factor at step k, from 0.
    public func factor(atStep step: Int) -> Double {
        switch self {
        case .exponential(let decay): exp(-Double(step) / decay)
        case .cosine(let steps): (1 + cos(.pi * min(Double(step) / Double(steps), 1))) / 2
        }
    }
}

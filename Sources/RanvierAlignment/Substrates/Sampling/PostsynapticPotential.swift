import Foundation

/// What a spike does to the potential of a neuron that it reaches, over time.
public enum PostsynapticPotential: String, CaseIterable, Hashable, Sendable {
    /// 1 for τ steps.
    case rectangular
    /// `exp(−s / τ)`: an area of τ.
    case exponential
    /// `(s / τ) exp(−s / τ)`: an area of τ.
    case alpha

    /// Past spikes that are heard.
    static let retainedSpikes = 10

    /// The potential of weight 1, so many steps after a spike.
    public func value(after steps: Int, period: Int) -> Double {
        guard steps >= 1 else { return 0 }
        let share = Double(steps) / Double(period)
        return switch self {
        case .rectangular: steps <= period ? 1 : 0
        case .exponential: exp(-share)
        case .alpha: share * exp(-share)
        }
    }
}

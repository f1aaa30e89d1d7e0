import Foundation

/// How much a pair of spikes counts by the time between them.
public enum AlignmentWindow: String, CaseIterable, Hashable, Sendable {
    /// `exp(−|s| / τ)`.
    case exponential
    /// `max(0, 1 − |s| / τ)`.
    case triangular

    /// Weight of a pair.
    ///
    /// - Parameters:
    ///   - lag: steps between the spikes, not negative.
    ///   - timeConstant: τ, in steps.
    public func weight(atLag lag: Double, timeConstant: Double) -> Double {
        switch self {
        case .exponential: exp(-lag / timeConstant)
        case .triangular: max(0, 1 - lag / timeConstant)
        }
    }
}

import Foundation

/// How fast a membrane forgets.
public enum Leak: Sendable, Hashable {
    /// A membrane time constant in seconds; the factor per step is `exp(−Δt / τ_m)`, the exact decay.
    case timeConstant(Double)
    /// The factor per step itself, in 0…1, whatever the time step.
    case factor(Double)

    /// The factor by which a membrane shrinks in one step of `timeStep` seconds.
    public func factor(timeStep: Double) -> Double {
        switch self {
        case .timeConstant(let seconds): seconds > 0 ? exp(-timeStep / seconds) : 0
        case .factor(let factor): factor
        }
    }
}

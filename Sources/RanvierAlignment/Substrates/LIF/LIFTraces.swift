import Foundation

/// Time constants in seconds of what neurons keep of their own spikes and noise, and what they are probed with.
public struct LIFTraces: Sendable, Equatable {
    /// τ_S of the traces that pairs of spikes are weighed by.
    public var pairing = 10e-3
    /// τ_y of the trace of a neuron's own noise.
    public var response = 4e-3
    /// τ_p1 of the filter `k₀ ~ exp(−u/τ_p1) − exp(−u/τ_p2)` of a neuron's own spikes.
    public var slow = 5e-3
    /// τ_p2.
    public var fast = 2e-3
    /// Whether neurons keep what their scale follows from.
    public var measuresScale = true
    /// Probability of a pulse in a step; 0 for none.
    public var probeProbability = 0.0
    /// Weight of a pulse, either way.
    public var probeWeight = 0.15

    /// The standard ones.
    public init() {}

    /// What brings the filter of own spikes to unit sum, `1 / (d₁/(1 − d₁) − d₂/(1 − d₂))`.
    public func filterUnit(_ timeStep: Double) -> Double {
        let slow = exp(-timeStep / slow), fast = exp(-timeStep / fast)
        return 1 / (slow / (1 - slow) - fast / (1 - fast))
    }
}

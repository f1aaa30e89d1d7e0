/// What a synapse knows at a moment.
public struct SynapticMoment: Hashable, Sendable {
    /// What comes in now: 1 for a spike, or any number.
    public var presynaptic: Double
    /// What the neuron behind does now: 1 for a spike, or how near it is to one (a surrogate derivative).
    public var postsynaptic: Double
    /// Trace of what came in.
    public var presynapticTrace: Double
    /// Trace of what the neuron behind did.
    public var postsynapticTrace: Double
    /// The weight.
    public var weight: Double
}

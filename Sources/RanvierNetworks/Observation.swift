import RanvierTensors

/// What layers report to an observer of a forward pass.
public enum Observation {
    /// Spikes of a layer, `[T, B, …]`.
    case spikes(Tensor)
    /// Numbers of spikes of a layer in bins of time, `[bins, B, …]`, where a neuron may spike several times in one.
    case spikeCounts(Tensor)
    /// Spikes of a layer for the whole batch, where single ones are not looked at.
    case tally(SpikeTally)
    /// Values of a layer that does not spike, `[T, B, …]`.
    case values(Tensor)
    /// Operations that a synaptic layer did for the whole batch and all steps.
    case operations(OperationCount)
}

/// Spikes of a layer for a whole batch.
public struct SpikeTally: Sendable, Hashable {
    /// Spikes of all neurons for all samples.
    public var spikes: Int
    /// Whether each neuron fired for any sample.
    public var fired: [Bool]

    /// Spikes, and who fired.
    public init(spikes: Int, fired: [Bool]) {
        self.spikes = spikes
        self.fired = fired
    }
}

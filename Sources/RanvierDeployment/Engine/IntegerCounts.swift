/// What a stage did in a sample so far.
public struct IntegerCounts: Sendable, Hashable {
    /// Spikes that its neurons fired.
    public var spikes: Int
    /// Additions of weights: synaptic operations. 0 where the engine does not count them.
    public var additions: Int
    /// Membranes that were saturated.
    public var saturated: Int
}

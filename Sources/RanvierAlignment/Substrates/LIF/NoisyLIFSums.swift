/// What a population has summed up since the last time it was asked.
public struct NoisyLIFSums: Sendable, Equatable {
    /// N: spikes of each neuron.
    public var spikes: [Double]
    /// R: own noise, filtered, at each spike.
    public var answers: [Double]
    /// A: spike-timing alignment of each neuron's spikes with its own filtered spikes.
    public var fluctuations: [Double]
    /// Q: probes, filtered, at each spike.
    public var probed: [Double]
    /// Σ K(s) of each feedback synapse, `[lower, upper]`, of each pair of layers.
    public var pairs: [[Double]]
}

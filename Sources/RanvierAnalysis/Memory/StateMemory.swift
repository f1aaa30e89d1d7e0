/// Memory that neurons need while a network runs, beside the weights.
///
///     bits = neurons · membraneBits + spikeBuffers · neurons
public struct StateMemory: Codable, Equatable, Sendable {
    /// Neurons that keep a state.
    public var neurons: Int
    /// Bits of state per neuron (membrane, plus synaptic current or adaptation where there is one).
    public var membraneBits: Int
    /// Buffers of one bit per neuron; two let a step read the last one's spikes.
    public var spikeBuffers: Int

    /// Describes the state of a network.
    public init(neurons: Int, membraneBits: Int = 32, spikeBuffers: Int = 2) {
        self.neurons = neurons
        self.membraneBits = membraneBits
        self.spikeBuffers = spikeBuffers
    }

    /// Bits for membranes.
    public var membraneTotalBits: Int { neurons * membraneBits }
    /// Bits for spikes.
    public var spikeTotalBits: Int { neurons * spikeBuffers }
    /// All of it in whole bytes.
    public var bytes: Int { (membraneTotalBits + spikeTotalBits + 7) / 8 }
}

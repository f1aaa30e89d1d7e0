import RanvierConfiguration

/// How a device differs from what was meant: drawn once for each neuron and synapse, from the seed.
public struct Imperfections: Configurable {
    /// Standard deviation of the parameters of neurons, as a share of each; what it means for a neuron is the substrate's.
    public var mismatch = 0.0
    /// Standard deviation of what is added to each weight at the start, in units of a weight.
    public var synapticNoise = 0.0
    /// Standard deviation of the amplitude with which each synapse learns, as a share of it, cut off at 1.5 of it.
    public var plasticityNoise = 0.0
    /// Largest further delay of a synapse in steps; each synapse draws its own, from 0.
    public var delay = 0
    /// Bits of a weight, with a symmetric code per matrix; nil for numbers without steps.
    public var weightBits: Int?
    /// Share of the synapses that never change.
    public var stuckSynapses = 0.0
    /// Share of the synapses that are not there.
    public var deadSynapses = 0.0

    /// None.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<Imperfections> {
        Field.number("mismatch", \.mismatch, in: 0...1)
        Field.number("synaptic-noise", \.synapticNoise, in: 0...)
        Field.number("plasticity-noise", \.plasticityNoise, in: 0...1)
        Field.integer("delay", \.delay, in: 0...1000)
        Field.optionalInteger("weight-bits", \.weightBits, in: 2...16)
        Field.number("stuck-synapses", \.stuckSynapses, in: 0...1)
        Field.number("dead-synapses", \.deadSynapses, in: 0...1)
    }
}

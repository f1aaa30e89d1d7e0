/// A weighted connection with a delay.
public struct Synapse: Sendable, Equatable {
    /// Where spikes come from.
    public enum Source: Sendable, Equatable {
        /// A neuron of the network.
        case neuron(Int)
        /// An input of the network.
        case input(Int)
    }

    /// Where spikes come from.
    public let source: Source
    /// The neuron they go to.
    public let target: Int
    /// Jump of the target's current or potential.
    public var weight: Double
    /// Time from the spike to its arrival, at least 0.
    public var delay: Double

    /// Creates a synapse.
    public init(from source: Source, to target: Int, weight: Double, delay: Double = 0) {
        self.source = source
        self.target = target
        self.weight = weight
        self.delay = delay
    }

    func validate(neuronCount: Int, inputCount: Int) throws(ExactError) {
        switch source {
        case .neuron(let j):
            try ExactError.require("source neuron of a synapse", index: j, below: neuronCount)
        case .input(let c):
            try ExactError.require("source input of a synapse", index: c, below: inputCount)
        }
        try ExactError.require("target of a synapse", index: target, below: neuronCount)
        try ExactError.requireFinite("weight of a synapse to neuron \(target)", weight)
        try ExactError.require(
            "delay of a synapse to neuron \(target)", delay,
            in: 0...Double.greatestFiniteMagnitude)
    }
}

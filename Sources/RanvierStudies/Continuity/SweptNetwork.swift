import RanvierExact
import RanvierNetworks

/// Sweeps random directions through a random layered network and counts jumps of its output times.
///
/// The network has inputs that spike at random times, one hidden layer and outputs; a sweep moves all
/// weights along a random direction of unit length, and looks at the first spikes of the outputs,
/// ordinary or pseudo. For smooth neurons (QIF, theta) no output time ever jumps.
public struct SweptNetwork<Neuron: PseudospikingNeuron>: Sendable {
    /// The network.
    public let network: EventGraph<Neuron>
    /// The states at the start.
    public let initialStates: [Neuron.State]
    /// The input spikes.
    public let inputs: [InputSpike]
    /// The outputs' first spikes.
    public let requests: [SpikeRequest]
    /// End of the trial.
    public let trial: Double

    /// Creates a random network.
    ///
    /// - Parameters:
    ///   - weights: range of the weights, uniform.
    ///   - initialState: of all neurons.
    public init(
        _ neuron: Neuron, initialState: Neuron.State, inputs inputCount: Int = 20,
        hidden: Int = 10, outputs: Int = 5, weights: ClosedRange<Double>, trial: Double,
        seed: UInt64
    ) throws(ExactError) {
        try ExactError.require("trial", trial, above: 0)
        var random = SplitMix64(seed: seed)
        func weight() -> Double {
            weights.lowerBound + (weights.upperBound - weights.lowerBound) * random.nextUnit()
        }
        var synapses: [Synapse] = []
        for i in 0..<hidden {
            for c in 0..<inputCount {
                synapses.append(Synapse(from: .input(c), to: i, weight: weight()))
            }
        }
        for i in hidden..<hidden + outputs {
            for j in 0..<hidden {
                synapses.append(Synapse(from: .neuron(j), to: i, weight: weight()))
            }
        }
        let neurons = hidden + outputs
        network = try EventGraph(
            neuron, neuronCount: neurons, inputCount: inputCount, synapses: synapses)
        initialStates = Array(repeating: initialState, count: neurons)
        inputs = (0..<inputCount).map {
            InputSpike(time: trial * random.nextUnit(), input: $0)
        }
        requests = (hidden..<neurons).map { SpikeRequest(neuron: $0) }
        self.trial = trial
    }

    /// A study of a given network, such as a trained one.
    public init(
        _ network: EventGraph<Neuron>, from initialStates: [Neuron.State],
        inputs: [InputSpike], requests: [SpikeRequest], trial: Double
    ) {
        self.network = network
        self.initialStates = initialStates
        self.inputs = inputs
        self.requests = requests
        self.trial = trial
    }

    /// Output times with all weights moved by `distance` along `direction`.
    public func times(
        along direction: [Double], at distance: Double
    ) throws(ExactError) -> [Double] {
        var moved = network
        for k in direction.indices {
            try moved.setWeight(
                network.synapses[k].weight + distance * direction[k], of: k)
        }
        return try moved.spikeTimes(
            requests, from: initialStates, inputs: inputs, trial: trial)
    }

    /// Sweeps `count` random directions over ±`reach`.
    public func sweeps(
        _ count: Int, reach: Double, positions: Int = 201, jumpsAbove size: Double = 1e-3,
        seed: UInt64 = 1
    ) throws(ExactError) -> [DirectionSweep] {
        var random = SplitMix64(seed: seed)
        var sweeps: [DirectionSweep] = []
        for _ in 0..<count {
            var direction = network.synapses.map { _ in random.nextNormal() }
            var norm = 0.0
            for x in direction { norm += x * x }
            for k in direction.indices { direction[k] /= norm.squareRoot() }
            sweeps.append(
                try DirectionSweep(over: -reach...reach, count: positions, jumpsAbove: size) {
                    (distance: Double) throws(ExactError) in
                    try times(along: direction, at: distance)
                })
        }
        return sweeps
    }
}

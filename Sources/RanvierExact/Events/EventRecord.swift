import RanvierNetworks

/// What happened in a trial: the events in order, and all that the backward pass needs.
public struct EventRecord<Neuron: EventDrivenNeuron>: Sendable {
    /// One event of a trial.
    public struct Event: Sendable, Equatable {
        /// When.
        public var time: Double
        /// Whether an input spiked (else a neuron).
        public var isInput: Bool
        /// Index of the input or the neuron.
        public var index: Int
    }

    /// The network as it was simulated.
    public let network: EventGraph<Neuron>
    /// End of the trial T.
    public let trial: Double
    /// The events before T in order.
    public internal(set) var events: [Event] = []
    /// State of each neuron at T.
    public internal(set) var finalStates: [Neuron.State] = []

    /// Position in the caller's list of each event that is an input spike, else −1.
    var inputPositions: [Int] = []
    /// Length of the caller's list of input spikes.
    let inputSpikeCount: Int
    /// The states at the start.
    let initialStates: [Neuron.State]
    /// Everything that reached a neuron, in order.
    var touches: [Touch] = []
    /// Last touch of each neuron: its state then and the time from there to T.
    var lastStates: [Neuron.State] = []
    var lastDurations: [Double] = []
    /// Synapses with a spike under way at T, and its event.
    var pending: [(synapse: Int, event: Int)] = []

    /// A pulse that reaches a neuron, or its own spike.
    struct Touch: Sendable {
        /// State after the touch before this one, and the time since.
        var start: Neuron.State
        var duration: Double
        /// State when touched.
        var before: Neuron.State
        var neuron: Int
        /// The synapse, −1 for the neuron's own spike.
        var synapse: Int
        /// The event that caused it.
        var event: Int
    }

    init(
        network: EventGraph<Neuron>, trial: Double, inputSpikeCount: Int,
        initialStates: [Neuron.State]
    ) {
        self.network = network
        self.trial = trial
        self.inputSpikeCount = inputSpikeCount
        self.initialStates = initialStates
    }

    /// Positions in `events` of the spikes of each neuron.
    public func spikesByNeuron() -> [[Int]] {
        var spikes = [[Int]](repeating: [], count: network.neuronCount)
        for (position, event) in events.enumerated() where !event.isInput {
            spikes[event.index].append(position)
        }
        return spikes
    }

    /// dV/dt of LIF neurons at each of their own spikes is what the gradient divides by; this is the
    /// state there, in the order of events.
    public func statesAtSpikes() -> [(event: Int, neuron: Int, state: Neuron.State)] {
        touches.filter { $0.synapse < 0 }.map { ($0.event, $0.neuron, $0.before) }
    }
}

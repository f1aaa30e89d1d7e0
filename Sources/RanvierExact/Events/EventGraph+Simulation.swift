import HeapModule
import RanvierNetworks

extension EventGraph {
    /// Runs a trial from 0 to `trial`.
    ///
    /// Spikes at or after `trial` do not happen. Events at one instant are ordered: spikes of neurons
    /// (lowest index first), then delayed arrivals, then inputs in the order of the list.
    ///
    /// Throws where the input or a state is illegal, the event limit is reached, or oscillatory LIF
    /// neurons fire one another for ever at one instant.
    /// - Complexity: O(E · fan-out · log N) for E events.
    public func simulate(
        from initialStates: [Neuron.State], inputs: [InputSpike], trial: Double
    ) throws(ExactError) -> EventRecord<Neuron> {
        guard
            let record = try simulate(
                from: initialStates, inputs: inputs, trial: trial, near: nil)
        else { preconditionFailure("a trial that nobody watches was given up") }
        return record
    }

    /// Runs a trial as long as the spikes stay near those of another; nil where one does not.
    @_specialize(where Neuron == QIFNeuron)
    @_specialize(where Neuron == ThetaNeuron)
    @_specialize(where Neuron == LIFNeuron)
    @_specialize(where Neuron == OscillatoryLIFNeuron)
    func simulate(
        from initialStates: [Neuron.State], inputs: [InputSpike], trial: Double,
        near others: SpikeNeighbourhood?
    ) throws(ExactError) -> EventRecord<Neuron>? {
        try ExactError.require("trial", trial, above: 0)
        try ExactError.require("initialStates", count: initialStates.count, equals: neuronCount)
        for state in initialStates { try neuron.validate(initialState: state) }
        for spike in inputs { try spike.validate(inputCount: inputCount) }
        var loop = EventLoop(
            network: self, initialStates: initialStates, inputs: inputs, trial: trial,
            others: others)
        return try loop.run() ? loop.record : nil
    }
}

/// Spikes near which those of another trial have to stay, number by number; further ones may come anywhere.
struct SpikeNeighbourhood: Sendable {
    /// Times of the spikes of each neuron.
    let times: [[Double]]
    /// Largest distance from them.
    let radius: Double
}

/// The next spike of a neuron; out of date once the neuron was touched again.
private struct NextSpike: Comparable {
    var time: Double
    var neuron: Int
    var version: Int

    static func < (a: NextSpike, b: NextSpike) -> Bool {
        (a.time, a.neuron, a.version) < (b.time, b.neuron, b.version)
    }
}

/// A spike under way on a synapse with a delay.
private struct Arrival: Comparable {
    var time: Double
    var order: Int
    var synapse: Int
    var event: Int

    static func < (a: Arrival, b: Arrival) -> Bool { (a.time, a.order) < (b.time, b.order) }

    static func == (a: Arrival, b: Arrival) -> Bool { (a.time, a.order) == (b.time, b.order) }
}

/// One trial under way.
private struct EventLoop<Neuron: EventDrivenNeuron> {
    let network: EventGraph<Neuron>
    let trial: Double
    let others: SpikeNeighbourhood?
    var record: EventRecord<Neuron>

    /// State of each neuron at its last touch, the time of that, and how often it was touched.
    var states: [Neuron.State]
    var times: [Double]
    var versions: [Int]
    var lastSpikes: [Double]
    var spikeCounts: [Int]
    var nextSpikes = Heap<NextSpike>()
    var arrivals = Heap<Arrival>()
    var arrivalCount = 0
    /// Input spikes by time, with their positions in the caller's list.
    let inputs: [(spike: InputSpike, position: Int)]
    var nextInput = 0

    init(
        network: EventGraph<Neuron>, initialStates: [Neuron.State], inputs: [InputSpike],
        trial: Double, others: SpikeNeighbourhood?
    ) {
        self.network = network
        self.trial = trial
        self.others = others
        let sorted = inputs.enumerated().map { (spike: $0.element, position: $0.offset) }
        self.inputs = sorted.sorted {
            ($0.spike.time, $0.position) < ($1.spike.time, $1.position)
        }
        states = initialStates
        times = Array(repeating: 0, count: initialStates.count)
        versions = Array(repeating: 0, count: initialStates.count)
        lastSpikes = Array(repeating: -.infinity, count: initialStates.count)
        spikeCounts = Array(repeating: 0, count: initialStates.count)
        record = EventRecord(
            network: network, trial: trial, inputSpikeCount: inputs.count,
            initialStates: initialStates)
    }

    /// Returns false where a spike left the neighbourhood of another trial.
    mutating func run() throws(ExactError) -> Bool {
        for i in states.indices { schedule(i, at: 0) }
        while let step = nextStep(), step.time < trial {
            switch step.kind {
            case .spike(let neuron):
                if strays(neuron, at: step.time) { return false }
                try fire(neuron, at: step.time)
            case .arrival: deliverArrival()
            case .input: try deliverInput()
            }
        }
        finish()
        return true
    }

    /// Whether the next spike of a neuron is far from the same one of the other trial.
    func strays(_ neuron: Int, at time: Double) -> Bool {
        guard let others, spikeCounts[neuron] < others.times[neuron].count else { return false }
        return abs(time - others.times[neuron][spikeCounts[neuron]]) > others.radius
    }

    enum StepKind {
        case spike(Int)
        case arrival
        case input
    }

    mutating func nextStep() -> (time: Double, kind: StepKind)? {
        while let first = nextSpikes.min, first.version != versions[first.neuron] {
            nextSpikes.removeMin()
        }
        let spike = nextSpikes.min
        let spikeTime = spike?.time ?? .infinity
        let arrivalTime = arrivals.min?.time ?? .infinity
        let inputTime = nextInput < inputs.count ? inputs[nextInput].spike.time : .infinity
        if let spike, spikeTime <= arrivalTime, spikeTime <= inputTime {
            return (spikeTime, .spike(spike.neuron))
        }
        if arrivalTime < .infinity, arrivalTime <= inputTime { return (arrivalTime, .arrival) }
        return inputTime < .infinity ? (inputTime, .input) : nil
    }

    mutating func addEvent(
        _ event: EventRecord<Neuron>.Event, position: Int
    ) throws(ExactError) {
        guard record.events.count < network.eventLimit else {
            throw .eventLimitReached(limit: network.eventLimit, time: event.time, trial: trial)
        }
        record.events.append(event)
        record.inputPositions.append(position)
    }

    mutating func fire(_ neuron: Int, at time: Double) throws(ExactError) {
        guard lastSpikes[neuron] < time else {
            throw .instantaneousCycle(neuron: neuron, time: time)
        }
        lastSpikes[neuron] = time
        spikeCounts[neuron] += 1
        try addEvent(.init(time: time, isInput: false, index: neuron), position: -1)
        let state = touch(neuron, at: time, synapse: -1, event: record.events.count - 1)
        states[neuron] = network.neuron.reset(state)
        schedule(neuron, at: time)
        distribute(network.outgoing[neuron], at: time)
    }

    mutating func deliverInput() throws(ExactError) {
        let (spike, position) = inputs[nextInput]
        nextInput += 1
        try addEvent(
            .init(time: spike.time, isInput: true, index: spike.input), position: position)
        distribute(network.outgoing[network.neuronCount + spike.input], at: spike.time)
    }

    mutating func deliverArrival() {
        let arrival = arrivals.removeMin()
        deliver(arrival.synapse, at: arrival.time, event: arrival.event)
    }

    /// Sends the latest event down `synapses`: at once, or into the queue where there is a delay.
    mutating func distribute(_ synapses: [Int], at time: Double) {
        let event = record.events.count - 1
        for synapse in synapses {
            let delay = network.synapses[synapse].delay
            if delay == 0 {
                deliver(synapse, at: time, event: event)
            } else {
                arrivals.insert(
                    Arrival(
                        time: time + delay, order: arrivalCount, synapse: synapse, event: event))
                arrivalCount += 1
            }
        }
    }

    mutating func deliver(_ synapse: Int, at time: Double, event: Int) {
        let target = network.synapses[synapse].target
        let state = touch(target, at: time, synapse: synapse, event: event)
        states[target] = network.neuron.pulse(state, weight: network.synapses[synapse].weight)
        schedule(target, at: time)
    }

    /// Advances a neuron to `time` and notes that something happens to it there.
    mutating func touch(_ i: Int, at time: Double, synapse: Int, event: Int) -> Neuron.State {
        let duration = time - times[i]
        let state = network.neuron.flow(states[i], for: duration)
        record.touches.append(
            .init(
                start: states[i], duration: duration, before: state, neuron: i,
                synapse: synapse, event: event))
        times[i] = time
        return state
    }

    mutating func schedule(_ i: Int, at time: Double) {
        versions[i] += 1
        let next = time + network.neuron.timeToSpike(from: states[i])
        if next < trial {
            nextSpikes.insert(NextSpike(time: next, neuron: i, version: versions[i]))
        }
    }

    mutating func finish() {
        record.lastStates = states
        record.lastDurations = times.map { trial - $0 }
        record.finalStates = states.indices.map {
            network.neuron.flow(states[$0], for: trial - times[$0])
        }
        while let arrival = arrivals.popMin() {
            record.pending.append((arrival.synapse, arrival.event))
        }
    }
}

import RanvierNetworks

/// A trial judged by a loss of spike times.
public struct TrialOutcome<Neuron: EventDrivenNeuron>: Sendable {
    /// The loss.
    public let loss: Double
    /// The times the loss asked for, ordinary or pseudo.
    public let times: [Double]
    /// The exact gradient of the loss.
    public let gradient: EventGradient
    /// The trial.
    public let record: EventRecord<Neuron>
}

extension EventGraph where Neuron: PseudospikingNeuron {
    /// Simulates a trial; returns the loss and its exact gradient by weights, delays, input times and
    /// initial states.
    ///
    /// The n-th spike of a neuron is its n-th ordinary spike, or where there are fewer a pseudospike.
    /// - Parameter pseudospikes: false replaces times after T by T, whose derivative is 0; a silent
    ///   neuron then learns nothing.
    /// - Complexity: O(E · fan-out) for the backward pass of E events.
    public func valueAndGradient(
        of loss: some SpikeTimeLoss, from initialStates: [Neuron.State], inputs: [InputSpike],
        trial: Double, pseudospikes: Bool = true
    ) throws(ExactError) -> TrialOutcome<Neuron> {
        for request in loss.requests { try request.validate(neuronCount: neuronCount) }
        let record = try simulate(from: initialStates, inputs: inputs, trial: trial)
        let tail = StaticTail(record)
        let ordinary = record.spikesByNeuron()
        let times = loss.requests.map {
            Self.time(of: $0, record, tail, ordinary, pseudospikes: pseudospikes)
        }
        let (value, derivatives) = loss.evaluate(times, trial: trial)

        var eventTimes = [Double](repeating: 0, count: record.events.count)
        var states = [SIMD2<Double>](repeating: .zero, count: neuronCount)
        var staticInputs = [Double](repeating: 0, count: neuronCount)
        for (request, derivative) in zip(loss.requests, derivatives) {
            let spikes = ordinary[request.neuron]
            if request.number <= spikes.count {
                eventTimes[spikes[request.number - 1]] += derivative
            } else if pseudospikes {
                let response = tail.pseudospike(
                    of: request.neuron, number: request.number - spikes.count)
                states[request.neuron] += derivative * response.state
                staticInputs[request.neuron] += derivative * response.input
            }
        }
        var weights = [Double](repeating: 0, count: synapses.count)
        tail.addGradient(byInputs: staticInputs, states: &states, weights: &weights)
        var gradient = record.gradient(eventTimes: eventTimes, finalStates: states)
        for k in weights.indices { gradient.weights[k] += weights[k] }
        return TrialOutcome(loss: value, times: times, gradient: gradient, record: record)
    }

    /// Simulates a trial; returns the spike times asked for.
    ///
    /// - Parameter pseudospikes: false gives `trial` for spikes that do not come before it.
    public func spikeTimes(
        _ requests: [SpikeRequest], from initialStates: [Neuron.State], inputs: [InputSpike],
        trial: Double, pseudospikes: Bool = true
    ) throws(ExactError) -> [Double] {
        let record = try simulate(from: initialStates, inputs: inputs, trial: trial)
        return try spikeTimes(requests, in: record, pseudospikes: pseudospikes)
    }

    /// The spike times asked for in a trial that was simulated.
    public func spikeTimes(
        _ requests: [SpikeRequest], in record: EventRecord<Neuron>, pseudospikes: Bool = true
    ) throws(ExactError) -> [Double] {
        for request in requests { try request.validate(neuronCount: neuronCount) }
        let tail = StaticTail(record)
        let ordinary = record.spikesByNeuron()
        return requests.map {
            Self.time(of: $0, record, tail, ordinary, pseudospikes: pseudospikes)
        }
    }

    private static func time(
        of request: SpikeRequest, _ record: EventRecord<Neuron>, _ tail: StaticTail<Neuron>,
        _ ordinary: [[Int]], pseudospikes: Bool
    ) -> Double {
        let spikes = ordinary[request.neuron]
        if request.number <= spikes.count { return record.events[spikes[request.number - 1]].time }
        guard pseudospikes else { return record.trial }
        let number = request.number - spikes.count
        return record.trial + tail.pseudospike(of: request.neuron, number: number).value
    }
}

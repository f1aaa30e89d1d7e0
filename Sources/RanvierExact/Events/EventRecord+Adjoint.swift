import RanvierNetworks

extension EventRecord {
    /// Exact gradient of a loss that depends on event times and on the states at T.
    ///
    /// Walks the trial backwards. For every event e it collects D_e, the total derivative of the loss by
    /// its time: the explicit part, what its pulses do on arrival, and for a spike what its reset does.
    /// An arrival at t_e + d adds the same amount to D_e and to the derivative by the delay d.
    /// Source: Klos & Memmesheimer, arXiv:2309.14523; adjoints (and delays) derived by hand.
    /// - Parameters:
    ///   - eventTimes: explicit derivative by the time of each event.
    ///   - finalStates: derivative by the coordinates of each neuron's state at T.
    @_specialize(where Neuron == QIFNeuron)
    @_specialize(where Neuron == ThetaNeuron)
    @_specialize(where Neuron == LIFNeuron)
    @_specialize(where Neuron == OscillatoryLIFNeuron)
    public func gradient(
        eventTimes: [Double], finalStates: [SIMD2<Double>]
    ) -> EventGradient {
        precondition(eventTimes.count == events.count, "one derivative per event")
        precondition(finalStates.count == network.neuronCount, "one derivative per neuron")
        let neuron = network.neuron
        var gradient = EventGradient(
            synapses: network.synapses.count, inputSpikes: inputSpikeCount,
            neurons: network.neuronCount)
        var times = eventTimes
        var adjoints = finalStates
        for i in adjoints.indices {
            adjoints[i] = neuron.flowAdjoint(
                adjoints[i], from: lastStates[i], for: lastDurations[i])
        }
        for touch in touches.reversed() {
            var adjoint = adjoints[touch.neuron]
            if touch.synapse >= 0 {
                let synapse = network.synapses[touch.synapse]
                let pulse = neuron.pulseAdjoint(
                    adjoint, at: touch.before, weight: synapse.weight)
                gradient.weights[touch.synapse] += pulse.weight
                gradient.delays[touch.synapse] += pulse.time
                times[touch.event] += pulse.time
                adjoint = pulse.state
            } else {
                let spike = neuron.spikeAdjoint(
                    adjoint, at: touch.before, time: times[touch.event])
                times[touch.event] = spike.time
                adjoint = spike.state
            }
            adjoints[touch.neuron] = neuron.flowAdjoint(
                adjoint, from: touch.start, for: touch.duration)
        }
        for i in adjoints.indices {
            gradient.initialStates[i] = neuron.parameterAdjoint(
                adjoints[i], at: initialStates[i])
        }
        for (event, position) in inputPositions.enumerated() where position >= 0 {
            gradient.inputTimes[position] += times[event]
        }
        return gradient
    }
}

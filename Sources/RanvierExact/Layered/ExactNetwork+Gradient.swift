import RanvierNetworks

extension ExactNetwork {
    /// Ordinary spike times of every neuron in a trial: layer, neuron, spike.
    ///
    /// Throws where an input spike is illegal or a layer reaches the event limit.
    public func spikeTimes(at inputs: [InputSpike]) throws(ExactError) -> [[[Double]]] {
        try run(inputs).map { $0.courses.map(\.spikeTimes) }
    }

    /// Loss of a labelled sample and its exact gradient by weights, initial states and input times.
    ///
    /// Throws where an input spike or the label is illegal or a layer reaches the event limit.
    public func valueAndGradient(
        of objective: ExactObjective, at inputs: [InputSpike], label: Int
    ) throws(ExactError) -> (loss: Double, gradient: ExactNetworkGradient) {
        try valueAndGradient(of: objective.loss(sizes[sizes.count - 1], label), at: inputs)
    }

    /// A loss of output spike times and its exact gradient; requests name neurons of the last layer.
    public func valueAndGradient(
        of loss: any SpikeTimeLoss, at inputs: [InputSpike]
    ) throws(ExactError) -> (loss: Double, gradient: ExactNetworkGradient) {
        let outputs = sizes[sizes.count - 1]
        for request in loss.requests { try request.validate(neuronCount: outputs) }
        let trials = try run(inputs)
        let tail = LayeredTail(self, finalStates: trials.map { $0.courses.map(\.final) })
        let last = trials[trials.count - 1]

        var spikeTimes = [Double](repeating: 0, count: last.spikes.count)
        var finalStates = trials.map {
            [SIMD2<Double>](repeating: .zero, count: $0.courses.count)
        }
        var staticInputs = [Double](repeating: 0, count: outputs)
        let responses = loss.requests.map { request -> StaticResponse? in
            let number = request.number - last.courses[request.neuron].spikeTimes.count
            return number > 0 ? tail.pseudospike(of: request.neuron, number: number) : nil
        }
        let times = zip(loss.requests, responses).map { request, response in
            guard let response else {
                return last.courses[request.neuron].spikeTimes[request.number - 1]
            }
            return pseudospikes ? trial + response.value : trial
        }
        let (value, derivatives) = loss.evaluate(times, trial: trial)
        for (index, request) in loss.requests.enumerated() {
            if let response = responses[index] {
                guard pseudospikes else { continue }
                finalStates[trials.count - 1][request.neuron] +=
                    derivatives[index] * response.state
                staticInputs[request.neuron] += derivatives[index] * response.input
            } else {
                let position = last.courses[request.neuron].positions[request.number - 1]
                spikeTimes[position] += derivatives[index]
            }
        }

        var gradient = ExactNetworkGradient(
            weights: weights.map { $0.map { $0.map { _ in 0 } } }, initialStates: [],
            inputTimes: Array(repeating: 0, count: inputs.count))
        tail.addGradient(
            byInputs: staticInputs, states: &finalStates, weights: &gradient.weights)
        for layer in trials.indices.reversed() {
            let back = trials[layer].backward(
                neuron, row: seenWeights[layer], spikeTimes: spikeTimes,
                finalStates: finalStates[layer], weights: &gradient.weights[layer])
            gradient.initialStates.insert(back.initialStates, at: 0)
            spikeTimes = back.incomingTimes
        }
        for layer in weights.indices where !views[layer].isEmpty {
            gradient.weights[layer] = WeightViews(views[layer])
                .pulledBack(gradient.weights[layer], at: weights[layer])
        }
        for (position, original) in order(inputs).enumerated() {
            gradient.inputTimes[original] = spikeTimes[position]
        }
        return (value, gradient)
    }

    /// Positions of input spikes in order of time, those of one instant in the caller's order.
    private func order(_ inputs: [InputSpike]) -> [Int] {
        inputs.indices.sorted { (inputs[$0].time, $0) < (inputs[$1].time, $1) }
    }

    private func run(_ inputs: [InputSpike]) throws(ExactError) -> [LayerTrial<Neuron>] {
        for spike in inputs { try spike.validate(inputCount: sizes[0]) }
        var incoming = order(inputs).map {
            LayerTrial<Neuron>.Spike(time: inputs[$0].time, neuron: inputs[$0].input)
        }
        var trials: [LayerTrial<Neuron>] = []
        for layer in weights.indices {
            let next = try LayerTrial(
                neuron, weights: seenWeights[layer], from: initialStates[layer], incoming: incoming,
                trial: trial, eventLimit: eventLimit)
            incoming = next.spikes
            trials.append(next)
        }
        return trials
    }
}

/// The continuation of a layered network after T: pseudo-rates layer by layer, pseudospikes of the last.
///
///     a_i = Σ_j w_ij ρ_j,   ρ_j = pseudo-rate of the state of j at T,   ρ = 0 for inputs
private struct LayeredTail<Neuron: PseudospikingNeuron> {
    let network: ExactNetwork<Neuron>
    let finalStates: [[Neuron.State]]
    /// Static input and pseudo-rate, `[layer][neuron]`.
    private var inputs: [[Double]] = []
    private var rates: [[StaticResponse]] = []

    init(_ network: ExactNetwork<Neuron>, finalStates: [[Neuron.State]]) {
        self.network = network
        self.finalStates = finalStates
        for (layer, states) in finalStates.enumerated() {
            let arriving = network.seenWeights[layer].map { row in
                layer == 0 ? 0 : zip(row, rates[layer - 1]).reduce(0) { $0 + $1.0 * $1.1.value }
            }
            inputs.append(arriving)
            rates.append(
                zip(states, arriving).map { network.neuron.pseudoRate($0, input: $1) })
        }
    }

    func pseudospike(of neuron: Int, number: Int) -> StaticResponse {
        let last = finalStates.count - 1
        return network.neuron.pseudospike(
            finalStates[last][neuron], input: inputs[last][neuron], number: number)
    }

    /// Carries derivatives by the static inputs of the last layer back to states at T and weights.
    func addGradient(
        byInputs: [Double], states: inout [[SIMD2<Double>]], weights: inout [[[Double]]]
    ) {
        var adjoints = byInputs
        for layer in finalStates.indices.dropFirst().reversed() {
            var byRate = [Double](repeating: 0, count: finalStates[layer - 1].count)
            for (i, adjoint) in adjoints.enumerated() where adjoint != 0 {
                for j in byRate.indices {
                    weights[layer][i][j] += adjoint * rates[layer - 1][j].value
                    byRate[j] += adjoint * network.seenWeights[layer][i][j]
                }
            }
            for j in byRate.indices {
                states[layer - 1][j] += byRate[j] * rates[layer - 1][j].state
            }
            adjoints = zip(byRate, rates[layer - 1]).map { $0 * $1.input }
        }
    }
}

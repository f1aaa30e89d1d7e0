import RanvierNetworks

/// The trial's continuation after T: pseudo-rates, static inputs and pseudospikes of a whole network.
///
///     a_i = Σ_j w_ij ρ_j,   ρ_j = pseudo-rate of the state of j at T,   ρ = 0 for inputs
///
/// A spike that is still under way on a delayed synapse at T counts with rate 1, so that arrivals cross
/// T as continuously as spikes do. Where the pseudo-rate depends on the static input, the rates are
/// computed in topological order; in a network with a cycle they then see only spikes under way, and
/// spike times of phase neurons may jump where a presynaptic spike crosses T.
/// Source: Klos & Memmesheimer, arXiv:2309.14523; the part for delays is ours.
struct StaticTail<Neuron: PseudospikingNeuron>: Sendable {
    let record: EventRecord<Neuron>
    private(set) var inputs: [Double]
    private(set) var rates: [StaticResponse]

    init(_ record: EventRecord<Neuron>) {
        self.record = record
        let network = record.network
        inputs = Array(repeating: 0, count: network.neuronCount)
        for (synapse, _) in record.pending {
            inputs[network.synapses[synapse].target] += network.synapses[synapse].weight
        }
        rates = []
        if let order = network.topologicalOrder, network.neuron.rateDependsOnInput {
            let none = StaticResponse(value: 0, state: .zero, input: 0)
            rates = Array(repeating: none, count: network.neuronCount)
            for j in order {
                rates[j] = network.neuron.pseudoRate(record.finalStates[j], input: inputs[j])
                distribute(rates[j].value, from: j)
            }
        } else {
            for j in 0..<network.neuronCount {
                rates.append(
                    network.neuron.pseudoRate(record.finalStates[j], input: inputs[j]))
            }
            for j in 0..<network.neuronCount { distribute(rates[j].value, from: j) }
        }
    }

    private mutating func distribute(_ rate: Double, from neuron: Int) {
        for index in record.network.outgoing[neuron] {
            let synapse = record.network.synapses[index]
            inputs[synapse.target] += synapse.weight * rate
        }
    }

    /// Pseudospike `number` (from 1) of a neuron; its value is the time from T.
    func pseudospike(of neuron: Int, number: Int) -> StaticResponse {
        record.network.neuron.pseudospike(
            record.finalStates[neuron], input: inputs[neuron], number: number)
    }

    /// Carries derivatives by static inputs back to states at T and weights.
    func addGradient(
        byInputs inputAdjoints: [Double], states: inout [SIMD2<Double>], weights: inout [Double]
    ) {
        let network = record.network
        var adjoints = inputAdjoints
        for (synapse, _) in record.pending {
            weights[synapse] += adjoints[network.synapses[synapse].target]
        }
        let ordered = network.neuron.rateDependsOnInput ? network.topologicalOrder : nil
        for j in (ordered ?? Array(0..<network.neuronCount)).reversed() {
            var byRate = 0.0
            for index in network.outgoing[j] {
                let synapse = network.synapses[index]
                // In a cyclic network the rates do not see `adjoints` of rates, only the given ones.
                let adjoint = (ordered == nil ? inputAdjoints : adjoints)[synapse.target]
                weights[index] += adjoint * rates[j].value
                byRate += adjoint * synapse.weight
            }
            states[j] += byRate * rates[j].state
            let byInput = byRate * rates[j].input
            adjoints[j] += byInput
            guard byInput != 0 else { continue }
            for (synapse, _) in record.pending where network.synapses[synapse].target == j {
                weights[synapse] += byInput
            }
        }
    }
}

import Foundation
import Ranvier
import Testing

/// Event-driven networks of every kind of neuron are values: what they say makes them again.
@Suite struct EventDescriptionTests {
    /// A graph with a cycle, delays and inputs, whose numbers are those of single precision.
    private func check<Neuron: DescribedEventNeuron & PseudospikingNeuron>(
        _ neuron: Neuron, from state: Neuron.State
    ) throws {
        let synapses = (0..<12).map { index in
            Synapse(
                from: index % 3 == 0 ? .input(index % 2) : .neuron(index % 4),
                to: (index + 1) % 4, weight: Double(Float(0.25 * Double(index % 5) - 0.3)),
                delay: index % 4 == 1 ? 0.125 : 0)
        }
        let graph = try EventGraph(neuron, neuronCount: 4, inputCount: 2, synapses: synapses)
        let text = try StoredJSON.data(graph.networkDescription)
        let description = try StoredJSON.value(NetworkDescription.self, from: text)
        let again = try EventGraph<Neuron>(description, tensors: graph.tensors)
        #expect(again.networkDescription == graph.networkDescription)
        #expect(again.synapses == graph.synapses)
        let inputs = [InputSpike(time: 0.2, input: 0), InputSpike(time: 0.7, input: 1)]
        let states = Array(repeating: state, count: 4)
        let times = { (graph: EventGraph<Neuron>) in
            try graph.simulate(from: states, inputs: inputs, trial: 4).events.map(\.time)
        }
        #expect(try times(again) == times(graph))
        var wrong = graph.tensors
        wrong["weights"] = Tensor.zeros([3])
        #expect(throws: NetworkError.self) { try EventGraph<Neuron>(description, tensors: wrong) }

        var layered = try ExactNetwork(neuron, layers: [3, 4, 2], trial: 3, from: state)
        layered.randomize(seed: 1, scale: 2)
        let stored = try StoredJSON.value(
            NetworkDescription.self, from: StoredJSON.data(layered.networkDescription))
        let rounded = try ExactNetwork<Neuron>(stored, tensors: layered.tensors)
        let twice = try ExactNetwork<Neuron>(stored, tensors: rounded.tensors)
        #expect(twice.networkDescription == layered.networkDescription)
        #expect(twice.weights == rounded.weights)
        #expect(throws: ConfigurationError.self) {
            try ExactNetwork<Neuron>(description, tensors: layered.tensors)
        }
    }

    @Test func everyNeuronMakesItsNetworksAgain() throws {
        try check(ThetaNeuron(timeConstant: 1.5, drive: 0.75), from: 1)
        try check(QIFNeuron(timeConstant: 0.5), from: QIFState(voltage: 0.25, current: 0.5))
        try check(LIFNeuron(threshold: 0.75), from: LIFState(voltage: 0.25, current: 0.5))
    }

    @Test func anotherNeuronIsRefusedByName() throws {
        let graph = try EventGraph(
            ThetaNeuron(), neuronCount: 1, inputCount: 0, synapses: [])
        let error = #expect(throws: ConfigurationError.self) {
            try EventGraph<QIFNeuron>(graph.networkDescription, tensors: graph.tensors)
        }
        #expect(error?.description.contains("qif") == true)
        let oscillator = try OscillatoryLIFNeuron(timeConstant: 2, drive: 1.5)
        #expect(try OscillatoryLIFNeuron(oscillator.options).options == oscillator.options)
    }
}

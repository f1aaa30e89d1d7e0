import RanvierExact
import Testing

/// Every kind of bad input gives its error, never a NaN.
@Suite struct BadInputTests {
    @Test func neuronParameters() {
        for bad in [0.0, -1, .nan, .infinity] {
            #expect(throws: ExactError.self) { try ThetaNeuron(timeConstant: bad) }
            #expect(throws: ExactError.self) { try QIFNeuron(timeConstant: bad) }
            #expect(throws: ExactError.self) { try QIFNeuron(softplusScale: bad) }
            #expect(throws: ExactError.self) { try LIFNeuron(membraneTimeConstant: bad) }
            #expect(throws: ExactError.self) { try LIFNeuron(synapticTimeConstant: bad) }
            #expect(throws: ExactError.self) { try LIFNeuron(threshold: bad) }
            #expect(throws: ExactError.self) { try OscillatoryLIFNeuron(threshold: bad) }
        }
        #expect(throws: ExactError.self) { try ThetaNeuron(drive: 0.25) }
        #expect(throws: ExactError.self) { try OscillatoryLIFNeuron(drive: 1, threshold: 1) }
    }

    @Test func networkShapes() throws {
        let neuron = try QIFNeuron()
        #expect(throws: ExactError.wrongCount(name: "weights[1]", expected: 2, found: 1)) {
            try EventGraph(neuron, weights: [[0, 1], [1]], inputWeights: [[1], [1]])
        }
        #expect(throws: ExactError.wrongCount(name: "inputWeights", expected: 2, found: 1)) {
            try EventGraph(neuron, weights: [[0, 1], [1, 0]], inputWeights: [[1]])
        }
        for bad in [Double.nan, .infinity] {
            #expect(throws: ExactError.self) {
                try EventGraph(neuron, weights: [[0, bad], [1, 0]], inputWeights: [[1], [1]])
            }
            #expect(throws: ExactError.self) {
                try EventGraph(
                    neuron, neuronCount: 1, inputCount: 1,
                    synapses: [Synapse(from: .input(0), to: 0, weight: 1, delay: bad)])
            }
        }
        #expect(throws: ExactError.self) {
            try EventGraph(
                neuron, neuronCount: 1, inputCount: 1,
                synapses: [Synapse(from: .input(1), to: 0, weight: 1)])
        }
    }

    @Test func trials() throws {
        let network = try EventGraph(
            try QIFNeuron(), weights: [[0]], inputWeights: [[1]])
        func run(
            _ inputs: [InputSpike] = [], trial: Double = 1, state: QIFState = QIFState()
        ) throws { _ = try network.simulate(from: [state], inputs: inputs, trial: trial) }
        for bad in [0, -1, Double.nan, .infinity] {
            #expect(throws: ExactError.self) { try run(trial: bad) }
        }
        for bad in [-1, Double.nan] {
            #expect(throws: ExactError.self) { try run([InputSpike(time: bad, input: 0)]) }
        }
        #expect(throws: ExactError.self) { try run([InputSpike(time: 0, input: 1)]) }
        #expect(throws: ExactError.self) { try run(state: QIFState(voltage: .nan)) }
        try run([InputSpike(time: .infinity, input: 0)])
        try run(state: QIFState(voltage: -.infinity))
        let theta = try EventGraph(try ThetaNeuron(), weights: [[0]], inputWeights: [[1]])
        for bad in [-0.1, 6.1, Double.nan] {
            #expect(throws: ExactError.self) {
                try theta.simulate(from: [bad], inputs: [], trial: 2)
            }
        }
    }

    @Test func lossesAndRequests() throws {
        #expect(throws: ExactError.self) { try FirstSpikeLoss(outputs: 0..<3, label: 3) }
        #expect(throws: ExactError.self) { try SpikeTrainLoss([(0, [2, 1])]) }
        #expect(throws: ExactError.self) { try SpikeTrainLoss([(0, [0, 1])]) }
        #expect(throws: ExactError.self) { try SpikeTrainLoss([(0, [])]) }
        #expect(throws: ExactError.self) { try SpikeTrainLoss([(0, [2])], offset: -2) }
        let network = try EventGraph(try QIFNeuron(), weights: [[0]], inputWeights: [[1]])
        #expect(throws: ExactError.self) {
            try network.spikeTimes(
                [SpikeRequest(neuron: 0, number: 0)], from: [QIFState()], inputs: [], trial: 1)
        }
    }

    @Test func eventLimitIsAnError() throws {
        var network = try EventGraph(
            try ThetaNeuron(), weights: [[0, 0], [0, 0]], inputWeights: [[], []])
        network.eventLimit = 3
        #expect(throws: ExactError.eventLimitReached(limit: 3, time: 9, trial: 100)) {
            try network.simulate(from: [3, 3], inputs: [], trial: 100)
        }
    }

    @Test func instantaneousCyclesAreAnError() throws {
        let network = try EventGraph(
            try OscillatoryLIFNeuron(), weights: [[0, 2], [2, 0]], inputWeights: [[], []])
        #expect(throws: ExactError.self) {
            try network.simulate(from: [0.5, 0.1], inputs: [], trial: 3)
        }
    }
}

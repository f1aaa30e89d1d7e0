import RanvierExact
import RanvierNetworks
import Testing

/// The layered network against the event-driven simulation of the same graph.
@Suite struct ExactNetworkTests {
    /// The layers as one graph: neurons of all layers in order.
    private func graph<Neuron>(
        _ network: ExactNetwork<Neuron>
    ) throws -> EventGraph<Neuron> {
        var synapses: [Synapse] = []
        var first = 0, before = 0
        for (layer, rows) in network.weights.enumerated() {
            for (i, row) in rows.enumerated() {
                for (j, weight) in row.enumerated() {
                    synapses.append(
                        Synapse(
                            from: layer == 0 ? .input(j) : .neuron(before + j), to: first + i,
                            weight: weight))
                }
            }
            before = first
            first += rows.count
        }
        return try EventGraph(
            network.neuron, neuronCount: first, inputCount: network.sizes[0], synapses: synapses)
    }

    /// The n-th spikes of a few outputs in the numbering of the graph.
    private struct Shifted: SpikeTimeLoss {
        let base: SpikeTrainLoss
        let offset: Int
        var requests: [SpikeRequest] {
            base.requests.map { SpikeRequest(neuron: $0.neuron + offset, number: $0.number) }
        }
        func evaluate(
            _ times: [Double], trial: Double
        ) -> (value: Double, derivatives: [Double]) { base.evaluate(times, trial: trial) }
    }

    private func compare<Neuron: PseudospikingNeuron>(
        _ neuron: Neuron, from state: Neuron.State, scale: Double, shift: Double,
        pseudospikes: Bool = true
    ) throws {
        for seed in UInt64(1)...5 {
            var network = try ExactNetwork(neuron, layers: [6, 7, 5, 3], trial: 6, from: state)
            network.randomize(seed: seed, scale: scale, shift: shift)
            network.pseudospikes = pseudospikes
            var random = SplitMix64(seed: seed)
            let inputs = (0..<9).map { _ in
                InputSpike(time: 6 * random.nextUnit(), input: Int(6 * random.nextUnit()))
            }
            let loss = try SpikeTrainLoss([(0, [1, 3, 8]), (2, [2, 7])])
            let layered = try network.valueAndGradient(of: loss, at: inputs)
            let whole = try graph(network).valueAndGradient(
                of: Shifted(base: loss, offset: 12),
                from: Array(repeating: state, count: 15), inputs: inputs, trial: 6,
                pseudospikes: pseudospikes)
            #expect(abs(layered.loss - whole.loss) < 1e-10 * max(1, whole.loss))
            let weights = layered.gradient.weights.flatMap { $0.flatMap { $0 } }
            expectEqual(weights, whole.gradient.weights)
            expectEqual(layered.gradient.inputTimes, whole.gradient.inputTimes)
            expectEqual(
                layered.gradient.initialStates.flatMap { $0.flatMap { [$0.x, $0.y] } },
                whole.gradient.initialStates.flatMap { [$0.x, $0.y] })
        }
    }

    private func expectEqual(_ a: [Double], _ b: [Double]) {
        #expect(a.count == b.count)
        let largest = b.reduce(1e-3) { max($0, abs($1)) }
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-9 * largest })
    }

    @Test(arguments: [true, false])
    func theta(pseudospikes: Bool) throws {
        try compare(
            try ThetaNeuron(), from: 3, scale: 3, shift: 3, pseudospikes: pseudospikes)
    }

    @Test func quadratic() throws {
        try compare(try QIFNeuron(), from: QIFState(), scale: 8, shift: 20)
    }

    @Test func leaky() throws {
        try compare(try LIFNeuron(), from: LIFState(), scale: 8, shift: 20)
    }

    /// Inputs at one instant are one pulse: the sum of their weights.
    @Test func coincidingInputsMerge() throws {
        var two = try ExactNetwork(ThetaNeuron(), layers: [2, 4, 2], trial: 4)
        two.randomize(seed: 3, scale: 3, shift: 2)
        var one = try ExactNetwork(ThetaNeuron(), layers: [1, 4, 2], trial: 4)
        try one.setWeights(two.weights[0].map { [$0[0] + $0[1]] }, layer: 0)
        try one.setWeights(two.weights[1], layer: 1)
        let both = try two.valueAndGradient(
            of: .firstSpike,
            at: [InputSpike(time: 0.5, input: 1), InputSpike(time: 0.5, input: 0)], label: 1)
        let single = try one.valueAndGradient(
            of: .firstSpike, at: [InputSpike(time: 0.5, input: 0)], label: 1)
        #expect(both.loss == single.loss)
        #expect(both.gradient.weights[0].map { $0[0] } == single.gradient.weights[0].map { $0[0] })
        #expect(both.gradient.weights[0].map { $0[1] } == single.gradient.weights[0].map { $0[0] })
    }

    /// The single time of an input among coinciding ones, moved a little later.
    @Test func timeOfOneCoincidingInput() throws {
        var network = try ExactNetwork(ThetaNeuron(), layers: [2, 4, 2], trial: 4)
        network.randomize(seed: 4, scale: 3, shift: 2)
        func outcome(_ moved: Double) throws -> (loss: Double, gradient: ExactNetworkGradient) {
            try network.valueAndGradient(
                of: .firstSpike(earliness: 0.1, temperature: 0.5),
                at: [InputSpike(time: 0.5, input: 0), InputSpike(time: 0.5 + moved, input: 1)],
                label: 0)
        }
        let here = try outcome(0), h = 1e-6
        let difference = (try outcome(h).loss - here.loss) / h
        #expect(abs(difference - here.gradient.inputTimes[1]) < 1e-4)
        #expect(abs(difference) > 1e-3)
    }

    @Test func fastPathAgrees() throws {
        let code = try LatencyCode(linearBins: 16, times: 0...1)
        var fast = try FastThetaNetwork<Double>(sizes: [20, 12, 3], trial: 3, code: code)
        fast.randomize(seed: 5, scale: 3, shift: 3)
        fast.earliness = 0.2
        fast.temperature = 0.3
        var network = try ExactNetwork(ThetaNeuron(), layers: [20, 12, 3], trial: 3)
        for layer in 0..<2 { try network.setWeights(fast.weights(layer), layer: layer) }
        var random = SplitMix64(seed: 6)
        let values = (0..<20).map { _ in Float(random.nextUnit()) }
        let batch = try ThetaBatch(
            pixels: values.map { code.bin(of: $0) }, labels: [2], inputs: 20)
        let expected = try fast.valueAndGradient(of: batch)
        let found = try network.valueAndGradient(
            of: .firstSpike(earliness: 0.2, temperature: 0.3), at: code.spikes(of: values),
            label: 2)
        #expect(abs(found.loss - expected.outcome.loss) < 1e-9)
        for layer in 0..<2 {
            expectEqual(
                found.gradient.weights[layer].flatMap { $0 },
                expected.gradient.weights[layer].flatMap { $0 })
        }
    }

    @Test func badInputIsAnError() throws {
        let neuron = try ThetaNeuron()
        #expect(throws: ExactError.self) { try ExactNetwork(neuron, layers: [3], trial: 1) }
        #expect(throws: ExactError.self) { try ExactNetwork(neuron, layers: [3, 0], trial: 1) }
        #expect(throws: ExactError.self) { try ExactNetwork(neuron, layers: [3, 1], trial: 0) }
        #expect(throws: ExactError.self) {
            try ExactNetwork(neuron, layers: [3, 1], trial: 1, from: 7)
        }
        var network = try ExactNetwork(neuron, layers: [3, 2], trial: 20)
        #expect(throws: ExactError.self) { try network.setWeights([[1, 2, 3]], layer: 0) }
        #expect(throws: ExactError.self) {
            try network.setWeights([[1, 2, .nan], [1, 2, 3]], layer: 0)
        }
        #expect(throws: ExactError.self) { try network.setInitialStates([1], layer: 0) }
        #expect(throws: ExactError.self) {
            try network.valueAndGradient(of: .firstSpike, at: [], label: 2)
        }
        #expect(throws: ExactError.self) {
            try network.spikeTimes(at: [InputSpike(time: -1, input: 0)])
        }
        network.eventLimit = 3
        #expect(throws: ExactError.self) { try network.spikeTimes(at: []) }
    }
}

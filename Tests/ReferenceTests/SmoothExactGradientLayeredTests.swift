import Foundation
import RanvierExact
import Testing

/// Layered classification networks against the reference vectors: the vectorised path in both precisions
/// and the general event-driven one.
@Suite struct SmoothExactGradientLayeredTests {
    private func cases() throws -> [LayeredFile.Case] {
        try ReferenceFile.thetaLayered.decoded(as: LayeredFile.self).cases
    }

    private func network<Scalar: ThetaScalar>(
        _ c: LayeredFile.Case, _ type: Scalar.Type
    ) throws -> (FastThetaNetwork<Scalar>, ThetaBatch) {
        let neuron = try ThetaNeuron(timeConstant: c.tau, drive: c.I0)
        var network = try FastThetaNetwork<Scalar>(
            neuron: neuron, sizes: c.layers, trial: c.T, code: try LatencyCode(binTimes: c.bin_time)
        )
        network.earliness = c.gamma
        var phases = c.phi0[...]
        for layer in 0..<network.layerCount {
            try network.setWeights(c.weights[layer], layer: layer)
            try network.setPhases(Array(phases.prefix(c.layers[layer + 1])), layer: layer)
            phases = phases.dropFirst(c.layers[layer + 1])
        }
        let batch = try ThetaBatch(
            pixels: c.pixel_bin.flatMap { $0.map(UInt8.init) }, labels: c.label.map(Int32.init),
            inputs: c.layers[0])
        return (network, batch)
    }

    private func check<Scalar: ThetaScalar>(_ type: Scalar.Type, _ tolerance: Double) throws {
        for c in try cases() {
            let (network, batch) = try network(c, type)
            let (outcome, gradient) = try network.valueAndGradient(of: batch)
            #expect(network.code.bins == c.bins)
            func expectClose(_ found: [Double], _ expected: [Double], _ what: String) {
                let error = SmoothExactGradientVectors.relativeError(found, expected)
                #expect(error < tolerance, "\(c.layers) \(what): relative error \(error)")
            }
            expectClose(outcome.times, c.t_out.flatMap { $0 }, "output times")
            expectClose(outcome.losses, c.loss_per_sample, "losses")
            expectClose([outcome.loss], [c.loss], "mean loss")
            for (layer, expected) in c.grad_weights.enumerated() {
                expectClose(
                    gradient.weights[layer].flatMap { $0 }, expected.flatMap { $0 },
                    "weights of layer \(layer)")
            }
            expectClose(gradient.phases.flatMap { $0 }, c.grad_phi0, "phases")
            let layers = outcome.spikes.indices.map { $0 % network.layerCount }
            let outputs = zip(layers, outcome.spikes).filter { $0.0 == network.layerCount - 1 }
                .reduce(0) { $0 + Int($1.1) }
            #expect(outputs == c.output_spikes)
            #expect(outcome.spikes.reduce(0) { $0 + Int($1) } - outputs == c.hidden_spikes)
            // Events of the reference count each bin and each spike.
            for (sample, events) in c.events.enumerated() {
                let spikes = outcome.spikes[
                    sample * network.layerCount..<(sample + 1) * network.layerCount]
                #expect(Int(spikes.reduce(0, +)) == events.is_input.count { !$0 })
            }
        }
    }

    @Test(.reference(.thetaLayered))
    func doublePrecision() throws { try check(Double.self, 1e-9) }

    @Test(.reference(.thetaLayered))
    func singlePrecision() throws { try check(Float.self, 2e-4) }

    /// The same networks as graphs: bins are inputs, their weights the sums over pixels.
    @Test(.reference(.thetaLayered))
    func generalNetwork() throws {
        for c in try cases() {
            let neuron = try ThetaNeuron(timeConstant: c.tau, drive: c.I0)
            let neurons = c.layers.dropFirst().reduce(0, +)
            let outputs = neurons - (c.layers.last ?? 0)..<neurons
            var meanPhases = [Double](repeating: 0, count: neurons)
            for sample in c.label.indices {
                let network = try EventGraph(
                    neuron, neuronCount: neurons, inputCount: c.bins,
                    synapses: Self.synapses(c, sample: sample))
                let outcome = try network.valueAndGradient(
                    of: try FirstSpikeLoss(
                        outputs: outputs, label: c.label[sample], earliness: c.gamma),
                    from: c.phi0,
                    inputs: c.bin_time.enumerated().map { InputSpike(time: $1, input: $0) },
                    trial: c.T)
                expectClose(outcome.times, c.t_out[sample], "output times")
                expectClose([outcome.loss], [c.loss_per_sample[sample]], "loss")
                let expected = c.events[sample]
                let events = Self.sorted(
                    outcome.record.events.map { ($0.isInput, $0.index, $0.time) })
                let expectedEvents = Self.sorted(
                    expected.time.indices.map {
                        (expected.is_input[$0], expected.index[$0], expected.time[$0])
                    })
                #expect(events.map(\.isInput) == expectedEvents.map(\.isInput))
                #expect(events.map(\.index) == expectedEvents.map(\.index))
                expectClose(events.map(\.time), expectedEvents.map(\.time), "event times")
                for i in 0..<neurons {
                    meanPhases[i] += outcome.gradient.initialStates[i].x / Double(c.label.count)
                }
            }
            expectClose(meanPhases, c.grad_phi0, "phases")
        }
    }

    private typealias Event = (isInput: Bool, index: Int, time: Double)

    /// Events by source: neurons that start alike fire at once, in an order that hangs on rounding.
    private static func sorted(_ events: [Event]) -> [Event] {
        events.sorted { a, b in
            a.isInput == b.isInput ? (a.index, a.time) < (b.index, b.time) : a.isInput
        }
    }

    private static func synapses(_ c: LayeredFile.Case, sample: Int) -> [Synapse] {
        var synapses: [Synapse] = []
        for bin in 0..<c.bins {
            for i in 0..<c.layers[1] {
                let pixels = c.pixel_bin[sample].indices.filter { c.pixel_bin[sample][$0] == bin }
                let weight = pixels.reduce(0) { $0 + c.weights[0][i][$1] }
                synapses.append(Synapse(from: .input(bin), to: i, weight: weight))
            }
        }
        var first = 0
        for layer in 1..<c.weights.count {
            let next = first + c.layers[layer]
            for (i, row) in c.weights[layer].enumerated() {
                for (j, weight) in row.enumerated() {
                    synapses.append(
                        Synapse(from: .neuron(first + j), to: next + i, weight: weight))
                }
            }
            first = next
        }
        return synapses
    }

    private func expectClose(_ found: [Double], _ expected: [Double], _ what: String) {
        let error = SmoothExactGradientVectors.relativeError(found, expected)
        #expect(error < 1e-9, "\(what): relative error \(error)")
    }
}

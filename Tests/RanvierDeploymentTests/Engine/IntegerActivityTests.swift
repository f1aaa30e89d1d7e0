import RanvierDeployment
import RanvierSpikes
import Testing

@Suite struct IntegerActivityTests {
    /// Three inputs, four neurons: one hears nothing, one fires at each step, one saturates, one is usual.
    private func network() throws -> IntegerNetwork {
        try IntegerNetwork(
            input: IntegerInput(
                rowShape: [3], rows: 4, levels: 1, range: 0...1, encoding: .spikes),
            stages: [
                .synapses(
                    IntegerSynapses(
                        name: "a", geometry: .dense(inputs: 3, outputs: 4),
                        weights: IntegerWeights(
                            shape: [3, 4], codes: [0, 9, -127, 3, 0, 9, -127, 3, 0, 9, -127, 3],
                            bits: 8, layer: "a"), biases: [0, 50, 0, 0])),
                .neurons(
                    IntegerNeurons(
                        name: "hidden", shape: [4], thresholds: [5, 5, 5, 5], reset: .hard,
                        stateBits: 8)),
            ], readout: IntegerReadout(.spikeCount))
    }

    @Test func silentBusyAndSaturatedNeuronsAreTold() throws {
        let samples = [
            [1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], [0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1],
        ].map { $0.map(Int32.init) }
        let activity = IntegerActivity(of: IntegerEngine(try network()), on: samples)
        let layer = try #require(activity.layers.first)
        #expect(layer.silent == [0, 2])
        #expect(layer.alwaysFiring == [1])
        #expect(layer.saturated > 0 && layer.updates == 32)
        #expect(layer.largestMembrane == 128)
        #expect(layer.bound >= 128)
        let text = activity.warnings.joined(separator: "\n")
        #expect(activity.warnings.count == 3)
        #expect(activity.warnings.allSatisfy { $0.contains("'hidden'") })
        #expect(text.contains("2 of 4 neurons never fired on 2 samples (0, 2)"))
        #expect(text.contains("saturated at 8 bits"))
    }

    @Test func aLayerWithoutASpikeIsToldByItself() throws {
        let network = try IntegerEngineTests.layered()
        let activity = IntegerActivity(
            of: IntegerEngine(network),
            on: [[Int32](repeating: 0, count: network.input.rows * 70)])
        #expect(activity.layers.allSatisfy { $0.rate == 0 })
        #expect(activity.warnings.count == 2)
        #expect(activity.warnings[0].contains("no neuron fired on 1 samples"))
    }

    @Test func neuronsOfImagesAreNamedByPlace() throws {
        let network = try IntegerNetwork(
            input: IntegerInput(
                rowShape: [2, 3, 4], rows: 1, levels: 1, range: 0...1, encoding: .spikes),
            stages: [
                .neurons(
                    IntegerNeurons(name: "a", shape: [2, 3, 4], thresholds: [1, 1, 1, 1]))
            ], readout: IntegerReadout(.spikeCount))
        let activity = IntegerActivity(
            of: IntegerEngine(network), on: [[Int32](repeating: 1, count: 24)])
        let layer = try #require(activity.layers.first)
        #expect(layer.alwaysFiring.count == 24)
        #expect(layer.name(of: 23) == "(1, 2, 3)")
        #expect(layer.name(of: 5) == "(0, 1, 1)")
    }
}

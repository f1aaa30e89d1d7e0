import RanvierData
import RanvierDeployment
import RanvierNetworks
import RanvierSpikes
import RanvierTestSupport
import Testing

/// `integer_inference.json`, `integer_convolution.json`, `tiny_mnist.json`: networks of integers, word for word.
@Suite struct IntegerReferenceTests {
    /// `[out][in]` as `[in, out]`.
    private func weights(_ value: ReferenceValue, layer: String) throws -> IntegerWeights {
        let rows = try value.items.map { try $0.ints }
        let codes = rows[0].indices.flatMap { input in rows.map { Int8($0[input]) } }
        return try IntegerWeights(
            shape: [rows[0].count, rows.count], codes: codes, bits: 8, layer: layer)
    }

    private func leak(_ word: String, _ places: Int) throws -> IntegerNeurons.Leak {
        switch word {
        case "none": .none
        case "shift_floor": .shiftFloor(places)
        case "shift_tozero": .shiftTowardsZero(places)
        case "mul12": .multiply(places)
        default: throw ReferenceError(place: word, expected: "a leak that is known")
        }
    }

    @Test(.reference(.integerInference)) func everyRuleOfLeakResetAndSaturation() throws {
        let file = try ReferenceFile.integerInference.value()
        let first = try weights(file["w1"], layer: "1"),
            second = try weights(file["w2"], layer: "2")
        let biases = try file["b1"].ints.map { Int32($0) }
        let currents = try file["input_current_layer1"].items.map { try $0.ints }
        let rows = try file["x"].items.map { try $0.ints.map { Int32($0) } }
        for run in try file["runs"].items {
            let rule = try leak(run["leak"].string, run["leak_param"].int)
            func neurons(_ name: String, _ count: Int, _ threshold: Int) throws -> IntegerStage {
                .neurons(
                    try IntegerNeurons(
                        name: name, shape: [count],
                        thresholds: [Int32](repeating: Int32(threshold), count: count), leak: rule,
                        reset: try run["reset"].string == "soft" ? .soft : .hard,
                        comparison: try run["strict"].bool ? .above : .atLeast,
                        stateBits: try run["sat_bits"].int))
            }
            let network = try IntegerNetwork(
                input: IntegerInput(
                    rowShape: [first.shape[0]], rows: rows.count, levels: 1, range: 0...1,
                    encoding: .spikes),
                stages: [
                    .synapses(
                        IntegerSynapses(
                            name: "w1",
                            geometry: .dense(inputs: first.shape[0], outputs: first.outputs),
                            weights: first, biases: biases)),
                    neurons("s1", first.outputs, run["theta1"].int),
                    .synapses(
                        IntegerSynapses(
                            name: "w2",
                            geometry: .dense(inputs: second.shape[0], outputs: second.outputs),
                            weights: second)),
                    neurons("s2", second.outputs, run["theta2"].int),
                ], readout: IntegerReadout(.spikeCount))
            var state = network.start()
            var additions = 0
            for (step, row) in rows.enumerated() {
                var seen: [[Int]] = []
                state.show(row) { stage, done in
                    switch network.stages[stage] {
                    case .neurons: seen += [done.membranes, done.output].map { $0.map { Int($0) } }
                    case .synapses:
                        if stage == 0 { additions += done.additions }
                        if stage == 0 {
                            let found = zip(done.output, biases).map { Int($0 - $1) }
                            #expect(currents[step] == found, "\(run.place) \(step)")
                        }
                    case .pooling: break
                    }
                }
                for (key, found) in zip(["u1", "s1", "u2", "s2"], seen) {
                    #expect(try run[key].items[step].ints == found, "\(run.place) \(key) \(step)")
                }
            }
            #expect(try run["out_counts"].ints == state.scores.map { Int($0) })
            #expect(try file["event_accumulations"].int == additions)
        }
    }

    @Test(.reference(.integerConvolution)) func convolutionsOfIntegers() throws {
        for entry in try ReferenceFile.integerConvolution.value()["cases"].items {
            let image = try entry["runs"].items[0]["image"].array.shape
            let vectors = try IntegerVectors(entry["network"], image: image)
            var spikes = vectors.shapes.map { _ in 0 }
            let runs = try entry["runs"].items
            for run in runs {
                let flat = try run["image"].flat.map { Int32($0) }
                let shape = [image[1], image[2], image[0]]
                let sample = flat.indices.map { flat[IntegerVectors.channelsFirst($0, shape)] }
                let (trains, scores) = vectors.trains(of: sample)
                #expect(vectors.plainTrains(of: sample) == (trains, scores), "\(run.place)")
                for (layer, train) in try run["trains"].items.enumerated() {
                    #expect(try train.ints == trains[layer], "\(run.place) layer \(layer + 1)")
                    spikes[layer] += trains[layer].reduce(0) { $0 + $1.nonzeroBitCount }
                }
                #expect(try run["scores"].ints == scores.map { Int($0) }, "\(run.place)")
            }
            let steps = vectors.network.input.steps
            for (layer, rate) in try entry["network"]["rates"].flat.enumerated() {
                let neurons = vectors.shapes[layer].reduce(1, *)
                let found = Double(spikes[layer]) / Double(neurons * steps * runs.count)
                #expect(abs(found - rate) < 1e-12, "\(entry.place) layer \(layer + 1)")
            }
        }
    }

    @Test(.reference(.tinyMNIST), .data("mnist")) func theSmallestNetwork() throws {
        let file = try ReferenceFile.tinyMNIST.value()
        let directory = try #require(SharedData.directory)
        let folders = ["mnist", "MNIST/raw"]
        let test = try Dataset(
            idxImages: directory.file(["t10k-images-idx3-ubyte"], in: folders),
            labels: directory.file(["t10k-labels-idx1-ubyte"], in: folders), name: "test",
            asImages: true)
        let vectors = try IntegerVectors(file["network"], image: [1, 28, 28])
        for run in try file["runs"].items {
            let index = try run["testImage"].int
            let sample = test.values(ofSample: index).map { Int32(($0 * 255).rounded()) }
            let (trains, scores) = vectors.trains(of: sample)
            #expect(try run["scores"].ints == scores.map { Int($0) }, "\(run.place)")
            #expect(
                try run["spikes"].ints
                    == trains.map { $0.reduce(0) { $0 + $1.nonzeroBitCount } }, "\(run.place)")
            for (layer, train) in try (run.optional("trains")?.items ?? []).enumerated() {
                #expect(try train.ints == trains[layer], "\(run.place) layer \(layer + 1)")
            }
            if case .classes(let labels, _) = test.targets {
                #expect(try run["label"].int == labels[index])
            }
        }
    }
}

import Foundation
import RanvierAnalysis
import RanvierNetworks
import RanvierTensors
import Testing

/// `tiny_resnet.json`.
@Suite struct TinyResNetReferenceTests {
    @Test(.reference(.tinyResNet)) func spikingAndArtificialTwins() throws {
        let file = try ReferenceFile.tinyResNet.value()
        let nets = try file["nets"].items
        #expect(!nets.isEmpty)
        for (index, entry) in nets.enumerated() {
            try TinyResNet(entry: entry, label: "net \(index)").check()
        }
    }
}

private struct TinyResNet {
    let entry: ReferenceValue
    let label: String

    func check() throws {
        #expect(try images.shape[0] == entry["batch"].int, "\(label): samples")
        try checkTraining("snnTrain", try network(isSpiking: true), steps: try entry["T"].int)
        try checkTraining("annTrain", try network(isSpiking: false), steps: 1)
        try checkInference("snnEval", try network(isSpiking: true), features: "snnFeatureSums")
        try checkInference("annEval", try network(isSpiking: false), features: "annFeatureSums")
        try checkInference(
            "annEvalRectifiedShortcut", try network(isSpiking: false, shortcut: .rectified))
        try checkSimilarity()
    }

    // MARK: - Similarity

    /// All maps of features, and the maps over time. A handful of samples is so few that some self terms are nearly
    /// zero: there the rounding of Float32 is not small beside them, see ``AlignmentNoise``.
    private func checkSimilarity() throws {
        let spiking = try recorded(try network(isSpiking: true), steps: try entry["T"].int)
        let names = spiking.unbiased.map(\.name)
        #expect(names == (try entry["featureNames"].items.map { try $0.string }))
        for (key, shortcut) in [
            ("ckaRowsANN_colsSNN", PreActivationBlock.Shortcut.preActivation),
            ("ckaRowsANNRectified_colsSNN", .rectified),
        ] {
            let artificial = try recorded(
                try network(isSpiking: false, shortcut: shortcut), steps: 1)
            try expectMap(key, artificial, spiking)
        }
        try expectMap("ckaSNN_SNN", spiking, spiking)
        let times = try entry["ckaTimeByTime"]
        #expect(!times.keys.isEmpty)
        for name in times.keys {
            let index = try #require(names.firstIndex(of: name))
            let steps = spiking.unbiased[index].steps, biased = spiking.biased[index].steps
            let count = steps.layers.count
            let expected = try times[name].optionalNumbers
            try #require(expected.count == count * count)
            for i in 0..<count {
                for j in 0..<count {
                    AlignmentNoise(steps, biased, i, j).expect(
                        steps.alignment(i, j), expected[i * count + j], least: 1e-3,
                        "\(label): time map of \(name) at \(i), \(j)")
                }
            }
        }
    }

    /// A network's layers by both estimators.
    private typealias Recording = (
        unbiased: [RepresentationBatch.Layer], biased: [RepresentationBatch.Layer]
    )

    private func recorded(_ network: Network, steps: Int) throws -> Recording {
        let input = try images.repeatedInTime(steps: steps)
        let layers = try [HSICEstimator.unbiased, .biased].map { estimator in
            var settings = RepresentationSettings()
            settings.comparesSteps = true
            settings.estimator = estimator
            let batch = RepresentationBatch(settings)
            _ = network(input, in: ForwardContext(timeStep: 1e-3, observer: batch.observe))
            return try batch.layers
        }
        return (layers[0], layers[1])
    }

    private func expectMap(_ key: String, _ rows: Recording, _ columns: Recording) throws {
        let layers = rows.unbiased + columns.unbiased
        var sums = SimilarityAccumulator(layers: layers.map(\.name)), biased = sums
        try sums.add(layers.map(\.kernel))
        try biased.add((rows.biased + columns.biased).map(\.kernel))
        let count = rows.unbiased.count
        let map = sums.map(rows: 0..<count, columns: count..<layers.count)
        let expected = try entry[key].optionalNumbers
        let width = layers.count - count
        try #require(expected.count == count * width)
        var compared = 0
        for i in 0..<count {
            for j in 0..<width {
                let isCompared = AlignmentNoise(sums, biased, i, count + j).expect(
                    map.values[i][j], expected[i * width + j], least: 1e-3,
                    "\(label): \(key) at \(i), \(j)")
                compared += isCompared ? 1 : 0
            }
        }
        #expect(compared * 2 > expected.count, "\(label): too few of \(key) comparable")
    }

    private var images: Tensor {
        get throws { try entry["x"].tensor.transposed([0, 2, 3, 1]) }
    }

    /// A network with the weights and running values of the file.
    private func network(
        isSpiking: Bool, shortcut: PreActivationBlock.Shortcut = .preActivation
    ) throws -> Network {
        let blocks = try entry["blocks"].ints, neuron = try entry["neuron"]
        #expect(blocks == Array(repeating: blocks[0], count: 3))
        let dynamics = try LIFDynamics(
            neuron: neuron, surrogate: Surrogate(reference: entry["surrogate"]))
        var architecture = PreActivationResNet(
            blocks: blocks[0], channels: try entry["width"].int,
            inputShape: Array(try images.shape.dropFirst()),
            classes: try entry["params"]["fc.bias"].numbers.count,
            activation: isSpiking
                ? .spiking(
                    leak: .factor(try neuron["leak"].double),
                    threshold: try neuron["threshold"].float, dynamics: dynamics) : .rectified,
            isResidual: try entry["residual"].bool, shortcut: shortcut)
        architecture.normalizationEpsilon = try entry["bnEps"].double
        let network = try architecture.network()
        for parameter in network.parameters {
            guard let value = try storedValue(parameter.name) else { continue }
            parameter.value = value
        }
        return network
    }

    /// Names of the file for ours: `bn1.scale` is `bn1.weight`, `fc.weights` is `fc.weight`.
    private func key(_ name: String) -> String {
        var parts = name.split(separator: ".").map(String.init)
        let last = ["weights": "weight", "scale": "weight", "shift": "bias"]
        if let end = parts.popLast() { parts.append(last[end] ?? end) }
        return parts.joined(separator: ".")
    }

    private func storedValue(_ name: String) throws -> Tensor? {
        if name.hasSuffix("running-mean") || name.hasSuffix("running-variance") {
            let isMean = name.hasSuffix("mean")
            let prefix = name.split(separator: ".").dropLast().joined(separator: ".")
            return try entry["runningStats"]["\(prefix).\(isMean ? "mean" : "var")"].tensor
        }
        // Thresholds are set above.
        guard let stored = try entry["params"].optional(key(name)) else { return nil }
        return ordered(try stored.tensor)
    }

    /// From output first to our order of weights.
    private func ordered(_ weights: Tensor) -> Tensor {
        switch weights.rank {
        case 4: .convolutionWeights(fromOutputFirst: weights)
        case 2: weights.transposed()
        default: weights
        }
    }

    private func checkTraining(_ name: String, _ network: Network, steps: Int) throws {
        let expected = try entry[name]
        let labels = try entry["label"].ints
        let variable = try images.tracked()
        var logits = Tensor(0), toImages = Tensor(0)
        var rates: [String: Double] = [:]
        let context = ForwardContext(timeStep: 1e-3, isTraining: true) { layer, observation in
            guard case .spikes(let spikes) = observation else { return }
            rates[layer] = Double(spikes.spikeCount) / Double(spikes.count)
        }
        let (loss, gradients) = network.valueAndGradients {
            logits = network(variable.repeatedInTime(steps: steps), in: context)
            let loss = logits.mean(axes: [0]).crossEntropy(labels: labels)
            toImages = loss.gradients(for: [variable])[0]
            return loss
        }
        expect(logits.scalars, try expected["logits"].tensor.scalars, "\(name) logits")
        expect([loss.scalar], [try expected["loss"].float], "\(name) loss")
        for (parameter, gradient) in zip(network.trainableParameters, gradients) {
            let stored = ordered(try expected["grads"][key(parameter.name)].tensor)
            // Weights before a normalisation have gradients whose terms cancel, wholly with one input channel.
            expect(
                gradient.scalars, stored.scalars, "\(name) gradient of \(parameter.name)",
                least: 1e-2)
        }
        if let stored = expected.optional("dx") {
            expect(
                toImages.scalars, try stored.tensor.transposed([0, 2, 3, 1]).scalars,
                "\(name) gradient of the images")
        }
        if let stored = expected.optional("firingRates") {
            #expect(rates.keys.sorted() == stored.keys)
            try expectRates(rates, stored, name)
        }
    }

    private func checkInference(
        _ name: String, _ network: Network, features: String? = nil
    ) throws {
        let steps = name.hasPrefix("snn") ? try entry["T"].int : 1
        var names: [String] = [], sums: [Float] = [], rates: [String: Double] = [:]
        let context = ForwardContext(timeStep: 1e-3) { layer, observation in
            switch observation {
            case .operations, .tally, .spikeCounts: return
            case .spikes(let tensor):
                rates[layer] = Double(tensor.spikeCount) / Double(tensor.count)
                sums.append(tensor.sum().scalar)
            case .values(let tensor): sums.append(tensor.sum().scalar)
            }
            names.append(layer)
        }
        let input = try images.repeatedInTime(steps: steps)
        let logits = network(input, in: context)
        expect(logits.scalars, try entry[name]["logits"].tensor.scalars, "\(name) logits")
        #expect(names == (try entry["featureNames"].items.map { try $0.string }))
        if let features {
            let stored = try entry[features].floats
            for (index, layer) in names.enumerated() {
                let difference = abs(sums[index] - stored[index])
                #expect(difference <= 1e-4 * max(abs(stored[index]), 20), "\(name) \(layer)")
            }
        }
        if let stored = try entry[name].optional("firingRates") {
            try expectRates(rates, stored, name)
        }
        try checkSteps(network, input, logits)
        let folded = try network.foldingNormalization()
        expect(folded(input).scalars, logits.scalars, "\(name) folded")
    }

    /// The same number of spikes; rates carry the rounding of a division.
    private func expectRates(
        _ rates: [String: Double], _ stored: ReferenceValue, _ name: String
    ) throws {
        for layer in stored.keys {
            let rate = try #require(rates[layer])
            #expect(abs(rate - (try stored[layer].double)) < 1e-12, "\(label): \(name) \(layer)")
        }
    }

    private func checkSteps(_ network: Network, _ input: Tensor, _ logits: Tensor) throws {
        var state: LayerState?
        for t in 0..<input.shape[0] {
            let response = network.step(input.step(at: t), state: state)
            state = response.state
            expect(response.output.scalars, logits.step(at: t).scalars, "step \(t)")
        }
    }

    /// 1e-4 relative to the largest element of the array.
    private func expect(
        _ found: [Float], _ expected: [Float], _ name: String, least: Float = 1e-3
    ) {
        #expect(found.count == expected.count, "\(label): \(name)")
        let scale = max(expected.map(abs).max() ?? 0, least)
        let worst = zip(found, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(worst <= 1e-4 * scale, "\(label): \(name) differs by \(worst) of \(scale)")
    }
}

import Foundation
import RanvierCompression
import RanvierLearning
import RanvierNetworks
import RanvierTensors
import Testing

/// `edge_popup_mpt.json`: subnetworks by scores, through the layers and the tape.
///
/// Masks are exact; numbers are compared in single precision, to 10⁻⁵ of their size or of 1.
@Suite struct SubnetworkReferenceTests {

    private func vectors(_ key: String) throws -> ReferenceValue {
        try ReferenceFile.edgePopup.value()[key]
    }

    /// `[out][in]` of the file as `[in, out]`.
    private func weights(_ value: ReferenceValue) throws -> Tensor {
        let (shape, data) = try value.array
        return Tensor(data.map { Float($0) }, shape: shape).transposed()
    }

    private func tensor(_ value: ReferenceValue) throws -> Tensor {
        let (shape, data) = try value.array
        return Tensor(data.map { Float($0) }, shape: shape)
    }

    private func expect(_ found: Tensor, _ expected: ReferenceValue) throws {
        let numbers = try expected.flat
        #expect(found.count == numbers.count)
        for (a, b) in zip(found.scalars, numbers) {
            #expect(abs(Double(a) - b) <= 1e-5 * (1 + abs(b)), Comment(rawValue: expected.place))
        }
    }

    /// Synapses whose weights lie as in the file, `[out, in]`, because tied scores are told apart by their place in memory.
    private struct OutputsFirst: Layer {
        static let kind = "outputs-first"
        let weights: Parameter
        var parameters: [(name: String, parameter: Parameter)] { [("weights", weights)] }
        var remembers: Bool { false }
        func outputShape(for input: [Int]) -> [Int] { [weights.shape[0]] }
        func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
            input.matrixProduct(weights.tensor.transposed())
        }
    }

    @Test(.reference(.edgePopup)) func oneLayer() throws {
        let file = try vectors("single")
        let weights = try tensor(file["w"])
        let input = try tensor(file["x"]), upstream = try tensor(file["grad_y"])
        for entry in try file["cases"].items {
            let scores = try tensor(
                file[try entry["scores"].string == "tied" ? "s_tied" : "s_plain"])
            for gain in SubnetworkScores.Gain.allCases {
                for rule in SubnetworkScores.Rule.allCases {
                    let view = SubnetworkScores(
                        scores: scores, keep: try entry["keep"].double, gain: gain, rule: rule)
                    #expect(view.mask().scalars == (try entry["mask"].flatFloats))
                    #expect(
                        view.mask().scalars.count { $0 != 0 } == (try entry["kept"].int))
                    let alpha = Double(view.scale(of: weights, mask: view.mask()))
                    #expect(abs(alpha - (try entry["alpha"].double)) <= 1e-6)
                    let layer = OutputsFirst(weights: Parameter(value: weights))
                    layer.weights.views = [view]
                    let network = try Network(inputShape: [weights.shape[1]], layers: [layer])
                    try expect(
                        network.layerParameters[0].seen, entry["eff_\(gain.rawValue)"])
                    #expect(network.trainableParameters.map(\.name) == [view.scores.name])
                    let x = input.reshaped(to: [1] + input.shape).tracked()
                    let g = upstream.reshaped(to: [1] + upstream.shape)
                    try expect(network(x), entry["y_\(gain.rawValue)"])
                    let (_, gradients) = network.valueAndGradients { (network(x) * g).sum() }
                    try expect(
                        gradients[0],
                        entry[
                            rule == .weights
                                ? "grad_scores_weight_rule" : "grad_scores_alpha_rule"])
                    try expect(
                        (network(x) * g).sum().gradients(for: [x])[0],
                        entry["grad_x_\(gain.rawValue)"])
                }
            }
        }
    }

    @Test(.reference(.edgePopup)) func oneThresholdForAllLayers() throws {
        let file = try vectors("global_threshold")
        let pairs = [("w1", "s1"), ("w2", "s2")]
        for entry in try file["cases"].items {
            let keep = try entry["keep"].double
            let views = try pairs.map {
                SubnetworkScores(
                    scores: try weights(file[$0.1]), keep: keep, gain: .binary, isGlobal: true)
            }
            let layers = try pairs.map { Linear(weights: try weights(file[$0.0])) }
            let network = try Network(inputShape: [layers[0].inputs], layers: layers)
            for (layer, view) in zip(layers, views) { layer.weights.views = [view] }
            try network.updateGlobalThreshold()
            for (index, (layer, view)) in zip(layers, views).enumerated() {
                let threshold = try entry["threshold"].double
                #expect(abs(Double(view.threshold) - threshold) <= 1e-6)
                #expect(
                    view.mask().transposed().scalars == (try entry["mask\(index + 1)"].flatFloats))
                let alpha = Double(view.scale(of: layer.weights.value, mask: view.mask()))
                // Of a layer that has lost everything there is no mean.
                let expected = try entry.optional("alpha\(index + 1)")?.double ?? 0
                #expect(abs(alpha - expected) <= 1e-6)
            }
        }
    }

    /// A spiking layer and a read-out over time, with the full backward pass and one update of the scores.
    @Test(.reference(.edgePopup)) func spikingNetwork() throws {
        let file = try vectors("snn")
        let input = try tensor(file["x"]), labels = try file["labels"].ints
        for entry in try file["cases"].items {
            let keep = try entry["keep"].double
            let gain = try #require(SubnetworkScores.Gain(rawValue: try entry["mode"].string))
            for rule in SubnetworkScores.Rule.allCases {
                let first = Linear(weights: try weights(file["w1"]))
                let second = Linear(weights: try weights(file["w2"]))
                let views = try ["s1", "s2"].map {
                    SubnetworkScores(
                        scores: try weights(file[$0]), keep: keep, gain: gain, rule: rule)
                }
                let network = try Network(
                    inputShape: [first.inputs],
                    layers: [
                        first,
                        LIF(
                            leak: .factor(try file["beta"].double),
                            threshold: try file["theta"].float,
                            dynamics: LIFDynamics(
                                reset: .hard(to: 0), surrogate: .arctangent(alpha: 2))),
                        second,
                    ])
                (first.weights.views, second.weights.views) = ([views[0]], [views[1]])
                for (index, view) in views.enumerated() {
                    #expect(
                        view.mask().transposed().scalars
                            == (try entry["mask\(index + 1)"].flatFloats))
                    let alpha = view.scale(
                        of: [first, second][index].weights.value, mask: view.mask())
                    #expect(abs(Double(alpha) - (try entry["alpha"].flat[index])) <= 1e-6)
                }
                try expect(first.weights.seen.transposed(), entry["eff1"])
                try expect(second.weights.seen.transposed(), entry["eff2"])
                let spikes = try Network(
                    inputShape: [first.inputs], layers: Array(network.stages.map(\.layer).prefix(2))
                )
                first.weights.value = try weights(file["w1"])
                #expect(spikes(input).dense.scalars == (try entry["spikes"].flatFloats))
                let logits = network(input).mean(axes: [0])
                try expect(logits, entry["logits"])
                let (loss, gradients) = network.valueAndGradients {
                    network(input).mean(axes: [0]).crossEntropy(labels: labels)
                }
                #expect(abs(Double(loss.scalar) - (try entry["loss"].double)) <= 1e-5)
                let suffix = rule == .weights ? "weight_rule" : "alpha_rule"
                try expect(gradients[0].transposed(), entry["grad_scores1_\(suffix)"])
                try expect(gradients[1].transposed(), entry["grad_scores2_\(suffix)"])
                guard rule == .weights else { continue }
                let update = try entry["sgd"]
                var optimizer = SGD(learningRate: try update["lr"].float)
                optimizer.update(network.trainableParameters, gradients: gradients, rateFactor: 1)
                for (index, view) in views.enumerated() {
                    try expect(
                        view.scores.value.transposed(), update["scores\(index + 1)"])
                    #expect(
                        view.mask().transposed().scalars
                            == (try update["mask\(index + 1)"].flatFloats))
                }
                // Weights stay where they were.
                #expect(first.weights.value.scalars == (try weights(file["w1"]).scalars))
            }
        }
    }

    @Test(.reference(.edgePopup)) func binaryActivation() throws {
        let file = try vectors("binary_activation")
        let x = try tensor(file["x"]).tracked(), upstream = try tensor(file["grad_out"])
        #expect(x.clippedSign().scalars == (try file["forward"].flatFloats))
        try expect((x.clippedSign() * upstream).sum().gradients(for: [x])[0], file["grad_in"])
    }
}

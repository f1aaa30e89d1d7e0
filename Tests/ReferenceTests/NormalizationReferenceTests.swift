import RanvierNetworks
import RanvierTensors
import Testing

/// `normalization.json`.
@Suite struct NormalizationReferenceTests {
    @Test(.reference(.normalization)) func variants() throws {
        let file = try ReferenceFile.normalization.value()
        let cases = try file["cases"].items
        #expect(!cases.isEmpty)
        for (index, entry) in cases.enumerated() {
            try NormalizationCase(entry: entry, label: "case \(index)").check()
        }
    }
}

private struct NormalizationCase {
    let entry: ReferenceValue
    let label: String

    private func images(_ name: String) throws -> Tensor {
        try entry[name].tensor.transposed([0, 1, 3, 4, 2])
    }

    private func layer() throws -> BatchNormalization {
        let x = try entry["x"].tensor
        let kind = try entry["kind"].string
        let variant: NormalizationVariant
        switch kind {
        case "tdBN":
            variant = .thresholdDependent(
                alpha: try entry["alpha"].float, threshold: try entry["vThreshold"].float)
        case "TEBN": variant = .temporalEffective(steps: x.shape[0])
        case "BNTT": variant = .perStep(steps: x.shape[0])
        default: throw ReferenceError(place: entry.place, expected: "a known kind, not \(kind)")
        }
        let layer = BatchNormalization(
            x.shape[2], variant: variant, momentum: try entry["momentum"].float,
            epsilon: try entry["eps"].double)
        layer.scale.value = try entry[kind == "BNTT" ? "gammaPerStep" : "lambda"].tensor
        layer.shift?.value = try entry["beta"].tensor
        layer.stepScale?.value = try entry["p"].tensor
        return layer
    }

    func check() throws {
        let layer = try layer()
        let training = ForwardContext(timeStep: 1e-3, isTraining: true)
        // Running values start at mean 0 and variance 1.
        layer.runningVariance.value = .ones(layer.runningVariance.shape)
        try checkGradients(layer, training)
        try checkStatistics(layer)
        try checkRunning(layer, training)
    }

    private func checkGradients(_ layer: BatchNormalization, _ context: ForwardContext) throws {
        let network = try Network(
            inputShape: Array(try images("x").shape.dropFirst(2)), layers: [layer])
        // Building the network drew first values.
        let fresh = try self.layer()
        for (a, b) in zip(layer.parameters, fresh.parameters)
        where a.name.hasSuffix("scale") || a.name == "shift" {
            a.parameter.value = b.parameter.value
        }
        let x = try images("x").tracked(), upstream = try images("upstream")
        var toInput = Tensor(0), output = Tensor(0)
        let (_, gradients) = network.valueAndGradients {
            output = network(x, in: context)
            let loss = (output * upstream).sum()
            toInput = loss.gradients(for: [x])[0]
            return loss
        }
        expect(output.scalars, try images("y").scalars, "y")
        expect(toInput.scalars, try images("dx").scalars, "dx")
        let names = network.trainableParameters.map(\.name)
        for (name, gradient) in zip(names, gradients) {
            let key =
                name.hasSuffix("step-scale")
                ? "dP"
                : name.hasSuffix("shift")
                    ? "dBeta" : try entry["kind"].string == "BNTT" ? "dGammaPerStep" : "dLambda"
            expect(gradient.scalars, try entry[key].tensor.scalars, key)
            guard key == "dLambda" else { continue }
            // The scale that acts is λ α θ.
            let share =
                try entry["kind"].string == "tdBN"
                ? try entry["alpha"].float * (try entry["vThreshold"].float) : 1
            expect(
                (gradient / share).scalars, try entry["dGammaEffective"].tensor.scalars,
                "dGammaEffective")
            expect(
                (layer.scale.value * share).scalars, try entry["gammaEffective"].tensor.scalars,
                "gammaEffective")
        }
    }

    /// Statistics of the first batch, from how far the running values moved.
    private func checkStatistics(_ layer: BatchNormalization) throws {
        let shape = try entry["x"].tensor.shape, share = layer.momentum
        let count =
            Float(shape.enumerated().reduce(1) { $1.offset == 2 ? $0 : $0 * $1.element })
            / (layer.shift == nil ? Float(shape[0]) : 1)
        let mean = layer.runningMean.value / share
        let variance = (layer.runningVariance.value - (1 - share)) / share
        expect(mean.scalars, try entry["batchMean"].tensor.scalars, "batch mean")
        expect(
            (variance * ((count - 1) / count)).scalars,
            try entry["batchVarBiased"].tensor.scalars, "batch variance")
    }

    private func checkRunning(_ layer: BatchNormalization, _ context: ForwardContext) throws {
        guard let mean = entry.optional("runningMeanAfter1") else { return }
        expect(layer.runningMean.value.scalars, try mean.tensor.scalars, "running mean")
        expect(
            layer.runningVariance.value.scalars, try entry["runningVarAfter1"].tensor.scalars,
            "running variance")
        _ = layer(try images("secondBatch"), in: context)
        expect(
            layer.runningMean.value.scalars, try entry["runningMeanAfter2"].tensor.scalars, "mean 2"
        )
        expect(
            layer.runningVariance.value.scalars, try entry["runningVarAfter2"].tensor.scalars,
            "variance 2")
        let x = try images("x"), inference = ForwardContext(timeStep: 1e-3)
        let expected = try images("yEvalAfter2")
        expect(layer(x, in: inference).scalars, expected.scalars, "inference")
        var state: LayerState?
        for t in 0..<x.shape[0] {
            let (output, next) = layer.step(x.step(at: t), state: state, in: inference)
            state = next
            expect(output.scalars, expected.step(at: t).scalars, "step \(t)")
        }
    }

    private func expect(_ found: [Float], _ expected: [Float], _ name: String) {
        #expect(found.count == expected.count, "\(label): \(name)")
        let scale = max(expected.map(abs).max() ?? 0, 1e-2)
        let worst = zip(found, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(worst <= 1e-4 * scale, "\(label): \(name) differs by \(worst) of \(scale)")
    }
}

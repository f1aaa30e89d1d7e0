import Foundation
import RanvierNetworks
import RanvierTensors
import Testing

/// `surrogates.json` and `lif_bptt.json`.
@Suite struct LIFReferenceTests {
    @Test(.reference(.surrogates)) func surrogateDerivatives() throws {
        let file = try ReferenceFile.surrogates.value()
        let x = Tensor(try file["x"].floats, shape: [try file["x"].floats.count])
        let fires = x.isGreaterOrEqual(to: Tensor(0)).scalars
        #expect(fires == (try file["spikeGreaterEqual"].floats))
        #expect(x.isGreater(than: Tensor(0)).scalars == (try file["spikeGreater"].floats))
        for entry in try file["entries"].items {
            let surrogate = try Surrogate(reference: entry)
            let found = surrogate.derivative(at: x).scalars
            let expected = try entry["derivative"].floats
            #expect(found.count == expected.count)
            for (a, b) in zip(found, expected) {
                #expect(abs(a - b) <= 1e-4 * abs(b) + 1e-6, "\(surrogate)")
            }
        }
    }

    @Test(.reference(.lifBPTT)) func networksForwardAndBackward() throws {
        let file = try ReferenceFile.lifBPTT.value()
        let problems = try file["problems"]
        let cases = try file["cases"].items
        #expect(!cases.isEmpty)
        for (index, entry) in cases.enumerated() {
            let problem = try problems[try entry["problem"].string]
            try TwoLayerCase(entry: entry, problem: problem, label: "case \(index)").check()
        }
    }
}

/// A net of two layers as the reference defines it.
private struct TwoLayerCase {
    let entry: ReferenceValue
    let problem: ReferenceValue
    let label: String

    func check() throws {
        let neuron = try entry["neuron"], arrays = try entry["arrays"]
        let dynamics = try LIFDynamics(
            neuron: neuron, surrogate: Surrogate(reference: entry["surrogate"]))
        let head = try entry["head"].string
        let x = try problem["x"].tensor.tracked()
        let w1 = try problem["W1"].tensor.transposed().tracked()
        let b1 = try problem["b1"].tensor.tracked()
        let w2 = try problem["W2"].tensor.transposed().tracked()
        let b2 = try problem["b2"].tensor.tracked()
        let leaks = [
            Tensor(try neuron["leak"].float).tracked(), Tensor(try neuron["leak"].float).tracked(),
        ]
        let thresholds = [
            Tensor(try neuron["threshold"].float).tracked(),
            Tensor(try neuron["threshold"].float).tracked(),
        ]
        func layer(_ input: Tensor, _ index: Int) throws -> LIFDynamics.Response {
            let leak = leaks[index], threshold = thresholds[index]
            let current = try current(input, neuron, leak: leak)
            let state = try state(
                neuron, leak: leak, threshold: threshold, shape: Array(input.shape.dropFirst()))
            let response = dynamics.run(
                current, leak: leak, threshold: threshold, state: state, keepsMembrane: true)
            let number = index + 1
            try expect(response.membrane, arrays, "u\(number)")
            try expect(response.spikes, arrays, "s\(number)")
            // Step by step, each from the membrane that the last one left.
            var after = state, membranes: [Tensor] = []
            for t in 0..<current.shape[0] {
                after =
                    dynamics.run(
                        current.slice(t..<t + 1), leak: leak, threshold: threshold, state: after
                    ).state
                membranes.append(after)
            }
            try expect(Tensor.stack(membranes), arrays, "v\(number)")
            let spikes = response.spikes
            expect(
                [Float(spikes.spikeCount) / Float(spikes.count)],
                [try entry["firingRates"].floats[index]], "firing rate \(number)")
            return response
        }
        let first = try layer(x.matrixProduct(w1, bias: b1), 0)
        let second = first.spikes.matrixProduct(w2, bias: b2)
        let loss: Tensor
        switch head {
        case "rateMSE":
            let response = try layer(second, 1)
            loss = (response.spikes.mean(axes: [0]) - (try problem["target"].tensor)).squared()
                .mean()
        case "meanLogitsCE":
            try expect(second, arrays, "logits")
            loss = second.mean(axes: [0]).crossEntropy(labels: try problem["label"].ints)
        case "tet":
            try expect(second, arrays, "logits")
            let lambda = try entry["headParams"]["lambda"].float
            let phi = try entry["headParams"]["phi"].float
            loss =
                second.crossEntropy(labels: try problem["label"].ints) * (1 - lambda)
                + (second - phi).squared().mean() * lambda
        default:
            Issue.record("\(label): unknown head '\(head)'")
            return
        }
        expect([loss.scalar], [try entry["loss"].float], "loss")
        let gradients = loss.gradients(for: [w1, b1, w2, b2, x] + leaks + thresholds)
        try expect(gradients[0].transposed(), arrays, "dW1")
        try expect(gradients[1], arrays, "db1")
        try expect(gradients[2].transposed(), arrays, "dW2")
        try expect(gradients[3], arrays, "db2")
        try expect(gradients[4], arrays, "dx")
        for (gradient, name) in zip(
            gradients[5...], ["dLeak1", "dLeak2", "dThreshold1", "dThreshold2"])
        {
            // Sums over all neurons and steps, whose terms cancel.
            expect(gradient.scalars, [try entry[name].float], name, least: 1e-2)
        }
    }

    /// The input of neurons. Only a hard reset has a level to leak to; for the others it is a constant input.
    private func current(
        _ input: Tensor, _ neuron: ReferenceValue, leak: Tensor
    ) throws -> Tensor {
        let level = try neuron["vReset"].float
        guard try neuron["reset"].string != "hard", try neuron["leakToward"].string == "reset",
            level != 0
        else { return input }
        return input
            + (try neuron["inputScale"].string == "unit" ? (1 - leak) * level : Tensor(level))
    }

    /// The membrane before the first step. A delayed reset takes one above the threshold for that of a neuron which
    /// has just fired, and subtracts θ; the file's neurons have not fired yet.
    private func state(
        _ neuron: ReferenceValue, leak: Tensor, threshold: Tensor, shape: [Int]
    ) throws -> Tensor {
        let start = Tensor(repeating: try entry["initialMembrane"].float, shape: shape)
        guard try neuron["reset"].string == "softDelayed", start.scalars[0] >= threshold.scalar
        else { return start }
        return start + threshold / leak
    }

    private func expect(_ tensor: Tensor?, _ arrays: ReferenceValue, _ name: String) throws {
        let expected = try arrays[name].tensor
        let found = try #require(tensor)
        #expect(found.shape == expected.shape, "\(label): \(name)")
        expect(found.scalars, expected.scalars, name)
    }

    /// 1e-4 relative to the largest element of the array.
    private func expect(
        _ found: [Float], _ expected: [Float], _ name: String, least: Float = 1e-3
    ) {
        let scale = max(expected.map(abs).max() ?? 0, least)
        let worst = zip(found, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(worst <= 1e-4 * scale, "\(label): \(name) differs by \(worst) of \(scale)")
    }
}

extension Surrogate {
    /// From `{kind, params}` of the reference files.
    init(reference entry: ReferenceValue) throws {
        let kind = try entry["kind"].string
        let p = try entry["params"]
        switch kind {
        case "triangular": self = .triangular(width: try p["gamma"].float)
        case "rectangular": self = .rectangular(width: try p["width"].float)
        case "dspike": self = .dspike(steepness: try p["b"].float, region: try p["region"].float)
        case "atan": self = .arctangent(alpha: try p["alpha"].float)
        case "fastSigmoid": self = .fastSigmoid(slope: try p["k"].float)
        case "superSpike": self = .superSpike(alpha: try p["alpha"].float)
        case "sigmoid": self = .sigmoid(alpha: try p["alpha"].float)
        case "gaussian": self = .gaussian(standardDeviation: try p["sigma"].float)
        case "multiGaussian":
            self = .multiGaussian(
                standardDeviation: try p["sigma"].float, height: try p["h"].float,
                scale: try p["s"].float)
        case "piecewiseExponential": self = .piecewiseExponential(alpha: try p["alpha"].float)
        case "softSign": self = .softSign(alpha: try p["alpha"].float)
        case "straightThrough": self = .straightThrough
        default:
            throw ReferenceError(place: entry.place, expected: "a known surrogate, not '\(kind)'")
        }
    }
}

extension LIFDynamics {
    /// From `neuron` of the reference files.
    init(neuron: ReferenceValue, surrogate: Surrogate) throws {
        let reset = try neuron["reset"].string
        let kinds: [String: Reset] = [
            "hard": .hard(to: try neuron["vReset"].float), "soft": .soft,
            "softDelayed": .softDelayed,
        ]
        guard let kind = kinds[reset] else {
            throw ReferenceError(place: neuron.place, expected: "a known reset, not '\(reset)'")
        }
        self.init(
            reset: kind, detachesReset: try neuron["detachReset"].bool,
            leakTarget: try neuron["leakToward"].string == "reset" ? .reset : .zero,
            inputScale: try neuron["inputScale"].string == "unit" ? .unit : .oneMinusLeak,
            surrogate: surrogate)
    }
}

extension ReferenceValue {
    /// An array in single precision.
    var tensor: Tensor {
        get throws {
            let array = try array
            return Tensor(array.data.map { Float($0) }, shape: array.shape)
        }
    }
}

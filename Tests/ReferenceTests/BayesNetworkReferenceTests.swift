import Foundation
import RanvierBayes
import RanvierLearning
import Testing

@Suite("Reference: networks trained by expectation propagation")
struct BayesNetworkReferenceTests {
    private typealias Reference = BayesReference
    private let tolerance = 1e-10

    @Test(.reference(.layerUpdate)) func layerUpdate() throws {
        for value in try ReferenceFile.layerUpdate.value()["cases"].items { try expectTrace(value) }
    }

    @Test(.reference(.tinyPosterior)) func tinyNetwork() throws {
        for value in try ReferenceFile.tinyPosterior.value()["cases"].items {
            try expectTrace(value)
        }
    }

    private func family(_ value: ReferenceValue) throws -> WeightFamily {
        switch try value.string {
        case "gaussian": .gaussian
        case "binary": .binary
        case "ternary": .ternary()
        default: throw ReferenceError(place: value.place, expected: "gaussian, binary or ternary")
        }
    }

    private func network(_ value: ReferenceValue) throws -> PosteriorNetwork {
        let sizes = try value["sizes"].ints, family = try family(value["kind"])
        let scales = try value["scale"].numbers, noises = try value["noise"].numbers
        var layers: [PosteriorLayer] = []
        for (index, prior) in try value["prior"].items.enumerated() {
            let flat = PlainMatrix(rows: sizes[index], columns: sizes[index + 1])
            let mean: PlainMatrix =
                switch family {
                case .gaussian: try Reference.matrix(prior["mean"]).transposed
                case .binary: try Reference.matrix(prior["theta"]).transposed
                case .categorical: flat
                }
            let isGaussian = family == .gaussian
            var layer = PosteriorLayer(
                family: family, activation: try Reference.activation(value["activation"]),
                scale: scales[index], noise: noises[index], priorMean: mean,
                priorVariance: isGaussian ? try prior["variance"].double : 1,
                biasPriorMean: try Reference.row(prior["biasMean"]),
                biasPriorVariance: try prior["biasVariance"].double)
            layer.totals.linear = try Reference.matrix(value["initialH"].items[index]).transposed
            layers.append(layer)
        }
        return PosteriorNetwork(
            layers: layers, output: try Reference.output(value["likelihood"]),
            isExact: try value["exactDivision"].bool)
    }

    private func expectTrace(_ value: ReferenceValue) throws {
        var network = try network(value)
        let sites = SharedSites(
            samples: try value["N"].int, memory: try value["kappa"].double,
            gain: try value["gamma"].double)
        for batch in try value["batches"].items {
            let x = try Reference.matrix(batch["x"])
            let inputs = MomentMatrix(
                mean: x, variance: try Reference.matrix(batch["inputVariance"]))
            let answers: PosteriorNetwork.Answers =
                network.output.isForClasses
                ? .labels(try batch["y"].ints) : .values(try Reference.matrix(batch["y"]))
            #expect(x.rows == (try value["M"].int))
            let pass = network.update(inputs, answers, sites: sites)
            try Reference.expect(pass.logNormalizers, batch["logZ"], within: tolerance)
            try Reference.expect(
                sites.forgetting(batch: x.rows), batch["epsilon"], within: tolerance)
            for (index, layer) in try batch["layers"].items.enumerated() {
                let below = index > 0 ? network.layers[index - 1].activation : nil
                try expect(pass.layers[index], layer, below)
            }
            for (index, totals) in try batch["totals"].items.enumerated() {
                let layer = network.layers[index]
                try expect(layer.totals.precision.transposed, totals["G"])
                try expect(layer.totals.linear.transposed, totals["H"])
                try expect(layer.biasTotals.precision, totals["biasG"])
                try expect(layer.biasTotals.linear, totals["biasH"])
            }
        }
        try expectPrediction(network, value["prediction"])
    }

    private func expect(_ found: PlainMatrix, _ expected: ReferenceValue) throws {
        try Reference.expect(found.values, expected, within: tolerance)
    }

    private func expect(
        _ pass: PosteriorNetwork.LayerPass, _ layer: ReferenceValue, _ below: HiddenActivation?
    ) throws {
        try expect(pass.linear.weights.mean.transposed, layer["cavityWeightMean"])
        try expect(pass.linear.weights.variance.transposed, layer["cavityWeightVariance"])
        try expect(pass.linear.biases.mean, layer["cavityBiasMean"])
        try expect(pass.linear.biases.variance, layer["cavityBiasVariance"])
        try expect(pass.linear.inputs.mean, layer["inputMean"])
        try expect(pass.linear.inputs.variance, layer["inputVariance"])
        try expect(pass.linear.outputs.mean, layer["omega"])
        try expect(pass.linear.outputs.variance, layer["variance"])
        let moments = pass.moments.flatMap { $0 }
        try Reference.expect(moments.map(\.slope), layer["g"], within: tolerance)
        try Reference.expect(moments.map(\.curvature), layer["gamma"], within: tolerance)
        try expect(pass.sums.weights.precision.transposed, layer["weightG"])
        try expect(pass.sums.weights.linear.transposed, layer["weightH"])
        try expect(pass.sums.biases.precision, layer["biasG"])
        try expect(pass.sums.biases.linear, layer["biasH"])
        guard let messages = pass.toInputs, let below else { return }
        try expect(messages.precision, layer["inputA"])
        try expect(messages.linear, layer["inputB"])
        let logOdds = (0..<messages.linear.rows).flatMap { row in
            (0..<messages.linear.columns).compactMap { below.logOdds(messages[row, $0]) }
        }
        if let expected = layer.optional("eta") {
            try Reference.expect(logOdds, expected, within: tolerance)
        } else {
            #expect(logOdds.isEmpty)
        }
    }

    private func expectPrediction(
        _ network: PosteriorNetwork, _ expected: ReferenceValue
    ) throws {
        let inputs = MomentMatrix(known: try Reference.matrix(expected["x"]))
        let outputs = network.prediction(of: inputs)
        try expect(outputs.mean, expected["omega"])
        try expect(outputs.variance, expected["variance"])
        if network.output.isForClasses {
            let shares = network.classProbabilities(of: inputs)
            try Reference.expect(
                shares.flatMap { $0 }, expected["classProbabilities"], within: tolerance)
            let entropies = shares.map { row in
                row.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
            }
            try Reference.expect(entropies, expected["entropy"], within: tolerance)
        } else {
            try Reference.expect(
                outputs.variance.values.map { $0.squareRoot() }, expected["std"],
                within: tolerance)
        }
    }
}

import Foundation
import RanvierBayes
import Testing

@Suite("Reference: convolution under expectation propagation")
struct BayesConvolutionReferenceTests {
    private typealias Reference = BayesReference

    private struct Layer {
        let shape: ConvolutionMessages.Shape
        let messages: ConvolutionMessages
        let activation: HiddenActivation
        let pool: Int
    }

    /// `[samples][channel][row][column]` with a row per sample.
    private func samples(_ value: ReferenceValue) throws -> PlainMatrix {
        let (shape, data) = try value.array
        return PlainMatrix(rows: shape[0], columns: data.count / shape[0], data)
    }

    private func layer(_ file: ReferenceValue) throws -> Layer {
        let layer = try file["layer"], prior = try file["prior"], totals = try file["totals"]
        let shape = ConvolutionMessages.Shape(
            channels: try layer["inChannels"].int, height: try layer["height"].int,
            width: try layer["width"].int, outputs: try layer["outChannels"].int,
            kernel: try layer["kernel"].int, padding: try layer["padding"].int,
            stride: try layer["stride"].int)
        let share = try layer["cavityFactor"].double, expected = try file["expected"]
        var posterior = PosteriorLayer(
            family: .gaussian, activation: try Reference.activation(layer["activation"]),
            scale: try layer["scale"].double, noise: try layer["noise"].double,
            priorMean: try samples(prior["mean"]).transposed,
            priorVariance: try prior["variance"].double,
            biasPriorMean: try Reference.row(prior["biasMean"]),
            biasPriorVariance: try prior["biasVariance"].double)
        posterior.totals = MessageMatrix(
            precision: try samples(totals["weightG"]).transposed,
            linear: try samples(totals["weightH"]).transposed)
        posterior.biasTotals = MessageMatrix(
            precision: try Reference.row(totals["biasG"]),
            linear: try Reference.row(totals["biasH"]))
        let weights = posterior.weightMoments(share: share)
        let biases = posterior.biasMoments(share: share)
        try expect(weights.mean.transposed, expected["weightMean"])
        try expect(weights.variance.transposed, expected["weightVariance"])
        try expect(biases.mean, expected["biasMean"])
        try expect(biases.variance, expected["biasVariance"])
        #expect(abs(posterior.scale - 1 / Double(shape.fanIn).squareRoot()) < 1e-12)
        return Layer(
            shape: shape,
            messages: ConvolutionMessages(
                shape: shape,
                inputs: MomentMatrix(
                    mean: try samples(file["input"]["mean"]),
                    variance: try samples(file["input"]["variance"])), weights: weights,
                biases: biases, scale: posterior.scale, noise: posterior.noise,
                centre: try layer["centre"].numbers),
            activation: posterior.activation, pool: try layer["pool"].int)
    }

    private func expect(
        _ found: PlainMatrix, _ expected: ReferenceValue,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try Reference.expect(
            found.values, expected, within: 1e-10, sourceLocation: sourceLocation)
    }

    /// The places of the spikes of each cell in a sample, in the order of the cells.
    private func cells(_ layer: Layer) -> [[Int]] {
        let (height, width, pool) = (layer.shape.outputHeight, layer.shape.outputWidth, layer.pool)
        var cells: [[Int]] = []
        for channel in 0..<layer.shape.outputs {
            for row in 0..<height / pool {
                for column in 0..<width / pool {
                    cells.append(
                        (0..<pool * pool).map {
                            (channel * height + row * pool + $0 / pool) * width + column * pool
                                + $0 % pool
                        })
                }
            }
        }
        return cells
    }

    @Test(.reference(.convolutionLayer)) func convolutionLayer() throws {
        let file = try ReferenceFile.convolutionLayer.value()
        let layer = try layer(file), expected = try file["expected"], back = try file["back"]
        let messages = layer.messages
        let potentials = MomentMatrix(
            mean: messages.arranged(messages.patches.outputs.mean),
            variance: messages.arranged(messages.patches.outputs.variance))
        try expect(potentials.mean, expected["omega"])
        try expect(potentials.variance, expected["V"])
        var spikes = potentials
        for index in spikes.mean.values.indices {
            let moments = layer.activation.moments(
                mean: potentials.mean.values[index], variance: potentials.variance.values[index])
            spikes.mean.values[index] = moments.mean
            spikes.variance.values[index] = moments.variance
        }
        try expect(spikes.mean, expected["spikeMean"])
        try expect(spikes.variance, expected["spikeVariance"])

        let cells = cells(layer), count = spikes.mean.rows
        var pooled = MomentMatrix(known: PlainMatrix(rows: count, columns: cells.count))
        let message = try file["poolMessage"]
        let above = MessageMatrix(
            precision: try samples(message["A"]), linear: try samples(message["B"]))
        var toSpikes = MessageMatrix(rows: count, columns: spikes.mean.columns)
        for sample in 0..<count {
            for (cell, places) in cells.enumerated() {
                let means = places.map { spikes.mean[sample, $0] }
                let variances = places.map { spikes.variance[sample, $0] }
                let moments = PoolingMessages.average(means: means, variances: variances)
                pooled.mean[sample, cell] = moments.mean
                pooled.variance[sample, cell] = moments.variance
                let messages = PoolingMessages.fromAverage(
                    means: means, variances: variances, message: above[sample, cell])
                for (place, message) in zip(places, messages) {
                    toSpikes[sample, place] = message
                }
            }
        }
        try expect(pooled.mean, expected["pooledMean"])
        try expect(pooled.variance, expected["pooledVariance"])
        try expect(toSpikes.precision, back["spikeA"])
        try expect(toSpikes.linear, back["spikeB"])
        try expectLogOdds(layer, spikes, toSpikes, file)
        try expectBackward(layer, potentials, toSpikes, back)
    }

    /// The log-odds, and how far they are from those of an enumeration, which must be no further than when they were made.
    private func expectLogOdds(
        _ layer: Layer, _ spikes: MomentMatrix, _ messages: MessageMatrix, _ file: ReferenceValue
    ) throws {
        let back = try file["back"], checks = try file["checks"]
        var found = PlainMatrix(rows: spikes.mean.rows, columns: spikes.mean.columns), exact = found
        var leading = found
        let cells = cells(layer), above = try file["poolMessage"]
        let precision = try samples(above["A"]), linear = try samples(above["B"])
        for sample in 0..<found.rows {
            for (cell, places) in cells.enumerated() {
                // As if the other spikes were known: their variances are left out.
                let known = PoolingMessages.fromAverage(
                    means: places.map { spikes.mean[sample, $0] }, variances: places.map { _ in 0 },
                    message: NaturalGaussian(
                        precision: precision[sample, cell], linear: linear[sample, cell]))
                for (place, message) in zip(places, known) {
                    leading[sample, place] = layer.activation.logOdds(message) ?? 0
                }
                for place in places {
                    found[sample, place] = layer.activation.logOdds(messages[sample, place]) ?? 0
                    exact[sample, place] = enumerated(
                        layer.activation, spikes, sample: sample, place: place,
                        others: places.filter { $0 != place },
                        message: NaturalGaussian(
                            precision: precision[sample, cell], linear: linear[sample, cell]))
                }
            }
        }
        try expect(found, back["logOdds"])
        try expect(exact, back["logOddsExact"])
        let largest = zip(found.values, exact.values).map { abs($0 - $1) }.max() ?? 0
        #expect(largest <= (try checks["logOddsGaussianVsExact"].double) + 1e-9)
        // What leaving out the others' variance costs.
        try expect(leading, back["logOddsLeadingOrder"])
        let cost = zip(leading.values, exact.values).map { abs($0 - $1) }.max() ?? 0
        #expect(abs(cost - (try checks["logOddsLeadingVsExact"].double)) < 1e-9)
    }

    /// Log-odds of a spike by the sum over all states of the others, within the bound.
    private func enumerated(
        _ activation: HiddenActivation, _ spikes: MomentMatrix, sample: Int, place: Int,
        others: [Int], message: NaturalGaussian
    ) -> Double {
        let low = activation == .spike ? 0.0 : -1.0, size = Double(others.count + 1)
        func mass(_ own: Double) -> Double {
            (0..<1 << others.count).reduce(0.0) { sum, state in
                var probability = 1.0, total = own
                for (bit, other) in others.enumerated() {
                    let mean = spikes.mean[sample, other]
                    let fires = (mean - low) / (1 - low)
                    probability *= state >> bit & 1 == 1 ? fires : 1 - fires
                    total += state >> bit & 1 == 1 ? 1 : low
                }
                let x = total / size
                return sum + probability
                    * exp(
                        message.linear * x - message.precision * x * x / 2)
            }
        }
        let bound = StepFactor.logOddsBound
        return min(max(log(mass(1) / mass(low)), -bound), bound)
    }

    private func expectBackward(
        _ layer: Layer, _ potentials: MomentMatrix, _ messages: MessageMatrix,
        _ back: ReferenceValue
    ) throws {
        var slopes = potentials.mean, curvatures = slopes
        for row in 0..<slopes.rows {
            for column in 0..<slopes.columns {
                let moments = layer.activation.moments(
                    mean: potentials.mean[row, column],
                    variance: potentials.variance[row, column], message: messages[row, column])
                slopes[row, column] = moments.slope
                curvatures[row, column] = moments.curvature
            }
        }
        try expect(slopes, back["g"])
        // A file may hold Γ as it is, or 0 where it is negative.
        let expected = try back["gamma"].flat
        let asGiven = zip(curvatures.values, expected).map { $1 == 0 ? max($0, 0) : $0 }
        try Reference.expect(asGiven, back["gamma"], within: 1e-10)
        let convolution = layer.messages
        let g = convolution.byPatch(slopes), gamma = convolution.byPatch(curvatures)
        let moments = (0..<g.rows).map { row in
            zip(g.row(row), gamma.row(row)).map {
                FactorMoments(logNormalizer: 0, slope: $0, curvature: $1)
            }
        }
        let sums = convolution.sums(moments)
        try expect(sums.weights.precision.transposed, back["weightG"])
        try expect(sums.weights.linear.transposed, back["weightH"])
        try expect(sums.biases.precision, back["biasG"])
        try expect(sums.biases.linear, back["biasH"])
        let inputs = convolution.toInputs(moments)
        try expect(inputs.precision, back["inputA"])
        try expect(inputs.linear, back["inputB"])
    }
}

import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Few bits without training.
@Suite struct PostTrainingQuantizationTests {
    private static func random(
        _ shape: [Int], _ name: String, in range: Range<Float> = -1..<1
    ) -> Tensor {
        Tensor(uniformIn: range, shape: shape, from: RandomStream(seed: 9, name: name))
    }

    private static func data(_ count: Int = 120) throws -> Dataset {
        try Dataset(
            name: "values", values: random([count, 24], "values", in: 0..<1).scalars,
            featureShape: [24], targets: .none(count: count))
    }

    /// Normalised, recurrent and delayed layers.
    private static func model() throws -> ClockedModel {
        let normalization = BatchNormalization(32)
        normalization.runningMean.value = random([32], "mean", in: -0.2..<0.2)
        normalization.runningVariance.value = random([32], "variance", in: 0.05..<0.2)
        normalization.scale.value = random([32], "scale", in: 0.3..<0.8)
        normalization.shift?.value = random([32], "shift", in: 0..<0.6)
        return try ClockedModel(
            encoder: .direct(steps: 6, timeStep: 1e-3), inputShape: [24], seed: 6
        ) {
            Linear(24, 32, hasBias: false)
            normalization
            LIF(leak: .factor(0.8), dynamics: LIFDynamics())
            RecurrentLIF(32, leak: .factor(0.7), gain: 2)
            DelayedLinear(32, 20, maximumDelay: 3e-3, timeStep: 1e-3, gain: 3)
            IntegrateAndFire(threshold: 0.8)
            Linear(20, 5)
        }
    }

    private static func differences(
        _ model: ClockedModel, _ other: ClockedModel, on data: Dataset
    ) throws -> Float {
        let pairs = zip(try model.answers(to: data).answers, try other.answers(to: data).answers)
        return pairs.reduce(0) { max($0, largestDifference($1.0, $1.1)) }
    }

    @Test func moreBitsLoseLess() throws {
        let model = try Self.model(), data = try Self.data()
        let names = model.network.prunableParameters.map(\.name)
        #expect(names.count == 4)
        var errors: [Double] = []
        for bits in [2, 4, 8] {
            let quantized = try PostTrainingQuantization(bits: bits)
                .apply(to: model, calibration: data, in: .standard)
            #expect(quantized.layers.map(\.parameter) == names)
            #expect(quantized.layers.allSatisfy { $0.bits == bits && $0.error > 0 })
            let storage = quantized.model.storage.filter { names.contains($0.name) }
            #expect(storage.map(\.bits) == Array(repeating: bits, count: 4))
            let read = try #require(quantized.layers.last)
            #expect(read.scales.lowerBound == read.scales.upperBound)
            errors.append(quantized.layers.map(\.error).reduce(0, +))
            // Answers of most samples are the same with 8 bits.
            guard bits == 8 else { continue }
            let before = try model.answers(to: data).answers
            let after = try quantized.model.answers(to: data).answers
            let near = zip(before, after).count { largestDifference($0, $1) < 0.1 }
            #expect(near > before.count / 2)
        }
        #expect(errors == errors.sorted(by: >) && errors[2] < errors[0] / 1000)
    }

    @Test func theModelThatIsGivenStaysAsItIs() throws {
        let model = try Self.model(), data = try Self.data(30)
        let before = model.network.storedTensors.mapValues(\.scalars)
        let answers = try model.answers(to: data).answers
        let quantized = try PostTrainingQuantization(bits: 3, tunesThresholds: true)
            .apply(to: model, calibration: data, in: .standard)
        #expect(model.network.storedTensors.mapValues(\.scalars) == before)
        #expect(model.network.prunableParameters.allSatisfy { $0.views.isEmpty })
        #expect(try model.answers(to: data).answers == answers)
        #expect(try Self.differences(model, quantized.model, on: data) > 1e-3)
    }

    /// Means of the first layer's currents, sample by sample and channel by channel.
    private static func means(_ network: Network, _ input: Tensor) -> [Float] {
        let context = ForwardContext(timeStep: 1e-3)
        var x = input
        for stage in network.stages.prefix(2) { x = stage.layer(x, in: context) }
        return x.dense.reshaped(to: [x.count / 32, 32]).mean(axes: [0]).scalars
    }

    @Test func correctedBiasesKeepTheMeanInput() throws {
        let model = try Self.model(), data = try Self.data()
        let input = Batches(data, size: data.count)[0].features.repeatedInTime(steps: 6)
        let wanted = Self.means(model.network, input)
        var distances: [Float] = []
        for corrects in [false, true] {
            let quantized = try PostTrainingQuantization(bits: 3, correctsBiases: corrects)
                .apply(to: model, calibration: data, in: .standard)
            distances.append(
                largestDifference(wanted, Self.means(quantized.model.network, input)))
            #expect(quantized.biases.map(\.layer) == ["linear1", "delayed-linear5", "linear7"])
            #expect(quantized.biases.allSatisfy { $0.isCorrected == corrects })
            #expect(abs(quantized.biases[0].largestShift - Double(distances[0])) < 1e-5)
        }
        #expect(distances[0] > 0.05 && distances[1] < 1e-4)
    }

    @Test func tunedThresholdsBringRatesBack() throws {
        let model = try Self.model(), data = try Self.data()
        let quantized = try PostTrainingQuantization(
            bits: 2, scale: .largest, correctsBiases: false, tunesThresholds: true
        ).apply(to: model, calibration: data, in: .standard)
        #expect(quantized.neurons.map(\.layer) == ["lif3", "recurrent-lif4", "if6"])
        for layer in quantized.neurons {
            let before = abs(layer.quantizedRate - layer.rate)
            let after = abs(layer.finalRate - layer.rate)
            #expect(layer.rate > 0.02 && after <= before)
            #expect((layer.thresholdFactor != 1) == (after < before))
        }
        let moved = quantized.neurons.filter {
            abs($0.finalRate - $0.rate) < abs($0.quantizedRate - $0.rate) / 2
        }
        #expect(moved.count >= 2)
        let untuned = try PostTrainingQuantization(
            bits: 2, scale: .largest, correctsBiases: false
        ).apply(to: model, calibration: data, in: .standard)
        #expect(untuned.neurons.allSatisfy { $0.thresholdFactor == 1 })
    }

    @Test func leastErrorIsLessThanThatOfTheLargest() throws {
        let model = try Self.model(), data = try Self.data(20)
        let best = try PostTrainingQuantization(bits: 3)
            .apply(to: model, calibration: data, in: .standard)
        let largest = try PostTrainingQuantization(bits: 3, scale: .largest)
            .apply(to: model, calibration: data, in: .standard)
        for (a, b) in zip(best.layers, largest.layers) { #expect(a.error < b.error) }
        let together = try PostTrainingQuantization(bits: 3, isPerOutput: false)
            .apply(to: model, calibration: data, in: .standard)
        #expect(best.layers[0].error < together.layers[0].error)
    }

    /// Pruned, quantised after training, folded to whole numbers, stored, opened.
    @Test func theWholeWay() throws {
        let normalization = BatchNormalization(16)
        let model = try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [24], seed: 6
        ) {
            Linear(24, 16, hasBias: false)
            normalization
            IntegrateAndFire()
            Linear(16, 5)
        }
        normalization.shift?.value = Self.random([16], "shift", in: 0..<0.6)
        normalization.runningVariance.value = Self.random([16], "variance", in: 0.05..<0.2)
        try model.network.prune(Pruning(.layerWise(rate: 0.5)))
        let data = try Self.data()
        let quantized = try PostTrainingQuantization(bits: 6)
            .apply(to: model, calibration: data, in: .standard)
        let masks = model.network.masks.mapValues(\.scalars)
        #expect(quantized.model.network.masks.mapValues(\.scalars) == masks)
        #expect(quantized.model.network.density == 0.5)
        let folded = try WholeNumberFolding(fractionBits: 4).apply(to: quantized.model)
        #expect(folded.model.network.masks.mapValues(\.scalars) == masks)
        let folder = try TemporaryFolder()
        try folded.model.save(to: folder.url)
        let answers = try folded.model.answers(to: data).answers
        #expect(try Model.load(folder.url).answers(to: data).answers == answers)
        let wanted = try model.answers(to: data).answers
        let near = zip(wanted, answers).count { largestDifference($0, $1) < 0.1 }
        #expect(near > wanted.count * 7 / 10)
    }

    @Test func withoutSamplesNothingIsKnown() throws {
        let model = try Self.model()
        #expect(throws: CompressionError.self) {
            try PostTrainingQuantization(bits: 4).apply(
                to: model, calibration: Self.data(3).prefix(0), in: .standard)
        }
    }
}

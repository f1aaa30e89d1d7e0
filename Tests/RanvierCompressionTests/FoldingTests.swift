import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Networks of whole numbers.
@Suite struct FoldingTests {
    private static func random(
        _ shape: [Int], _ name: String, in range: Range<Float> = -1..<1
    ) -> Tensor {
        Tensor(uniformIn: range, shape: shape, from: RandomStream(seed: 5, name: name))
    }

    /// Bytes as values from 0 to 1.
    private static func pixels(_ shape: [Int]) -> Tensor {
        let bytes = random(shape, "pixels", in: 0..<256).scalars.map { $0.rounded(.down) }
        return Tensor(bytes.map { $0 / 255 }, shape: shape)
    }

    /// Statistics and scales of a normalisation that was trained, some scales negative and one zero.
    private static func train(_ layer: BatchNormalization, _ name: String) {
        let n = layer.channels
        var scale = random([n], "\(name) scale", in: 0.3..<1.5).scalars
        if n > 2 { (scale[1], scale[2]) = (-scale[1], 0) }
        layer.scale.value = Tensor(scale, shape: [n])
        layer.shift?.value = random([n], "\(name) shift", in: 0.1..<0.5)
        layer.runningMean.value = random([n], "\(name) mean", in: -0.3..<0.3)
        layer.runningVariance.value = random([n], "\(name) variance", in: 0.05..<0.4)
    }

    private static func quantize(_ network: Network, bits: Int = 4) {
        let weights = network.prunableParameters
        for (index, parameter) in weights.enumerated() {
            parameter.views += [
                SymmetricQuantizer(bits: bits, isPerOutput: index < weights.count - 1)
            ]
        }
    }

    /// Convolutions of both resets, with and without a leak, and a read-out.
    private static func model(steps: Int = 5) throws -> ClockedModel {
        let first = BatchNormalization(4), second = BatchNormalization(5)
        let model = try ClockedModel(
            encoder: .direct(steps: steps, timeStep: 1e-3), inputShape: [7, 7, 1], seed: 3
        ) {
            Convolution2D(1, 4, size: 3, padding: 1, hasBias: false)
            first
            IntegrateAndFire()
            MaxPool2D(2)
            Convolution2D(4, 5, size: 3, padding: 1)
            second
            LIF(
                leak: .factor(0.75), dynamics: LIFDynamics(reset: .hard, inputScale: .oneMinusLeak))
            Flatten()
            Linear(45, 6)
            LIF(leak: .factor(0.5), threshold: 0.3, dynamics: LIFDynamics())
            Linear(6, 3)
        }
        train(first, "first")
        train(second, "second")
        quantize(model.network)
        return model
    }

    // MARK: - Whole numbers

    /// The folded network in `Int`, from its numbers alone.
    @Test(arguments: [0, 3]) func isArithmeticOfWholeNumbers(fractionBits: Int) throws {
        let model = try Self.model()
        let folded = try WholeNumberFolding(fractionBits: fractionBits).apply(to: model)
        let network = folded.model.network, values = network.values
        for (name, tensor) in values {
            #expect(tensor.scalars.allSatisfy { $0 == $0.rounded() }, "\(name)")
        }
        let image = Self.pixels([2, 7, 7, 1])
        let input = image.repeatedInTime(steps: 5)
        var integers = IntegerNetwork(values: values, samples: 2)
        let bytes = image.scalars.map { Int(($0 * 255).rounded()) }
        var spikes = 0
        let scores = network(input)
        let scale = try #require(network.stages.last?.layer as? WholeNumberOutput).options.scale
        for t in 0..<5 {
            let (answer, fired) = integers.step(bytes)
            spikes += fired
            let expected = answer.map { Float($0) * Float(scale) }
            #expect(scores.step(at: t).scalars == expected)
        }
        #expect(spikes > 100)
    }

    /// With fine biases and thresholds answers come near those of the network in real numbers.
    @Test func answersAreThoseOfTheNetwork() throws {
        let model = try Self.model()
        let folded = try WholeNumberFolding(fractionBits: 4).apply(to: model)
        let input = Self.pixels([40, 7, 7, 1]).repeatedInTime(steps: 5)
        let a = model.network(input), b = folded.model.network(input)
        let distance = zip(a.scalars, b.scalars).reduce(Float(0)) { $0 + abs($1.0 - $1.1) }
        #expect(distance < 0.1 * a.scalars.reduce(0) { $0 + abs($1) })
        // Of layers without a leak and its rounding nearly all spikes are the same.
        var spikes: [[String: Tensor]] = []
        for network in [model.network, folded.model.network] {
            var own: [String: Tensor] = [:]
            let context = ForwardContext(timeStep: 1e-3) { layer, observation in
                if case .spikes(let tensor) = observation { own[layer] = tensor }
            }
            _ = network(input, in: context)
            spikes.append(own)
        }
        let first = try #require(spikes[0]["if3"]), again = try #require(spikes[1]["if3"])
        #expect(first.spikeCount > 500)
        let same = zip(first.scalars, again.scalars).count { $0 == $1 }
        #expect(same > first.count * 98 / 100)
    }

    /// Scales that are powers of two, and thresholds that are multiples of them, lose nothing at all.
    @Test func exactScalesGiveTheSameSpikes() throws {
        let model = try ClockedModel(
            encoder: PoissonEncoder(steps: 12, timeStep: 1e-3), readout: .spikeCount,
            inputShape: [20], seed: 2
        ) {
            Linear(20, 16, hasBias: false, gain: 6)
            IntegrateAndFire()
            Linear(16, 4, hasBias: false, gain: 6)
            IntegrateAndFire(dynamics: PopulationDynamics(reset: .hard, tie: .silent))
        }
        for parameter in model.network.prunableParameters {
            parameter.views = [
                SymmetricQuantizer(bits: 5, isPerOutput: true, hasPowerOfTwoScale: true)
            ]
        }
        let folded = try WholeNumberFolding().apply(to: model)
        #expect(!folded.model.network.stages.contains { $0.layer is WholeNumberInput })
        let data = try Dataset(
            name: "noise", values: Self.random([30, 20], "rates", in: 0..<1).scalars,
            featureShape: [20], targets: .none(count: 30))
        let batch = Batches(data, size: 30)[0]
        let input = try model.shown(batch.features, samples: batch.indices)
        let spikes = model.network(input)
        #expect(folded.model.network(input).scalars == spikes.scalars)
        #expect(spikes.spikeCount > 100 && spikes.spikeCount < 1300)
    }

    // MARK: - As a model

    /// The tiny network of the specification: 23,152 weights of 4 bits, 96 thresholds and biases and 10 biases of 16.
    @Test func theTinyNetworkHasItsBytes() throws {
        let model = try ClockedModel(
            encoder: .direct(steps: 2, timeStep: 1e-3), inputShape: [28, 28, 1], seed: 1
        ) {
            Convolution2D(1, 16, size: 5, stride: 2, hasBias: false)
            BatchNormalization(16)
            IntegrateAndFire()
            Convolution2D(16, 32, size: 3, stride: 2, padding: 1, hasBias: false)
            BatchNormalization(32)
            IntegrateAndFire()
            Convolution2D(32, 48, size: 3, stride: 2, padding: 1, hasBias: false)
            BatchNormalization(48)
            IntegrateAndFire()
            Flatten()
            Linear(432, 10)
        }
        Self.quantize(model.network)
        let folded = try WholeNumberFolding().apply(to: model)
        let bits = folded.model.storage.reduce(0) { $0 + $1.count * $1.bits }
        #expect(bits == 11_980 * 8)
        #expect(folded.report.layers.map(\.weightBits) == [4, 4, 4, 4])
    }

    @Test func isStoredOpenedAndStreamed() throws {
        let folded = try WholeNumberFolding(fractionBits: 2).apply(to: Self.model())
        let folder = try TemporaryFolder()
        try folded.model.save(to: folder.url)
        let again = try Model.load(folder.url)
        let values = Self.pixels([6, 49]).scalars
        let data = try Dataset(
            name: "pixels", values: values, featureShape: [7, 7, 1], targets: .none(count: 6))
        let answers = try folded.model.answers(to: data).answers
        #expect(try again.answers(to: data).answers == answers)
        #expect(again.storage == folded.model.storage)
        for sample in 0..<2 {
            var stream = try again.stream()
            var last: [Float] = []
            for _ in 0..<5 { last = try stream.step(data.values(ofSample: sample)) }
            #expect(largestDifference(last, answers[sample]) <= 1e-5 * 300)
        }
    }

    @Test func whatIsSeenStaysBelowWhatIsPossible() throws {
        var folded = try WholeNumberFolding().apply(to: Self.model())
        let data = try Dataset(
            name: "pixels", values: Self.pixels([20, 49]).scalars, featureShape: [7, 7, 1],
            targets: .none(count: 20))
        try folded.measure(on: data)
        #expect(folded.report.layers.count == 4)
        for layer in folded.report.layers {
            let sum = try #require(layer.seenSum)
            #expect(sum > 0 && sum <= layer.largestSum)
            guard let possible = layer.largestMembrane else { continue }
            let membrane = try #require(layer.seenMembrane)
            #expect(membrane > 0 && membrane <= possible)
        }
        #expect(folded.report.description.contains("leak by a shift of 2"))
    }

    // MARK: - Quantisers and read-outs

    /// Whatever rounds the weights: a read-out gives what it gave, but for the rounding of its biases.
    @Test func quantisersOfAllKindsFold() throws {
        let weights = Self.random([30, 5], "w") * 0.4
        let alive = Self.random([30, 5], "mask").isGreater(than: Tensor(-0.3))
        let views: [[any ParameterView]] = [
            [SymmetricQuantizer(bits: 4)], [SymmetricQuantizer(bits: 3, scale: .percentile(90))],
            [Mask(alive), SymmetricQuantizer(bits: 2, hasPowerOfTwoScale: true)],
            [LearnedStepQuantizer(bits: 4, fittedTo: weights)],
            [SharedScaleQuantizer(bits: 3, fittedTo: weights)], [TernaryQuantizer()],
            [Mask(alive), TernaryQuantizer()],
        ]
        for views in views {
            let model = try ClockedModel(
                encoder: .direct(steps: 2, timeStep: 1e-3), inputShape: [30], seed: 4
            ) {
                Linear(weights: weights, bias: Self.random([5], "b"))
            }
            model.network.prunableParameters[0].views = views
            let folded = try WholeNumberFolding(input: .levels(255), fractionBits: 4)
                .apply(to: model)
            let input = Self.pixels([8, 30]).repeatedInTime(steps: 2)
            let unit = try #require(
                folded.model.network.stages.last?.layer as? WholeNumberOutput
            ).options.scale
            let wanted = model.network(input), found = folded.model.network(input)
            #expect(largestDifference(wanted, found) <= Float(unit) * 0.51 + 1e-5)
            let bits = model.storage.first { $0.name.hasSuffix("weights") }
            let own = folded.model.storage.first { $0.name.hasSuffix("weights") }
            #expect(own?.bits == bits?.bits)
            #expect(own?.mask == bits?.mask || own?.mask?.contains(false) != true)
        }
    }

    @Test func signsFoldIntoThresholds() throws {
        let alive = Self.random([30, 5], "mask").isGreater(than: Tensor(-0.3))
        for views in [[BinaryQuantizer()], [Mask(alive), BinaryQuantizer()]]
            as [[any ParameterView]]
        {
            let model = try ClockedModel(
                encoder: PoissonEncoder(steps: 6, timeStep: 1e-3), readout: .spikeCount,
                inputShape: [30], seed: 4
            ) {
                Linear(30, 5, hasBias: false)
                IntegrateAndFire()
            }
            model.network.prunableParameters[0].views = views
            let folded = try WholeNumberFolding(fractionBits: 4).apply(to: model)
            let weights = folded.model.network.prunableParameters[0].seen.scalars
            #expect(Set(weights).isSubset(of: [-16, 0, 16]))
            #expect(weights.contains(0) == (views.count == 2))
            #expect(folded.model.storage[0].bits == 1)
            #expect(folded.model.storage[0].mask == model.storage[0].mask)
        }
    }

    @Test(arguments: [LeakyIntegrator(leak: .factor(1)), LeakyIntegrator(leak: .factor(0.75))])
    func integratorsReadOut(integrator: LeakyIntegrator) throws {
        let model = try ClockedModel(
            encoder: .direct(steps: 6, timeStep: 1e-3), readout: .lastMembrane, inputShape: [30],
            seed: 4
        ) {
            Linear(30, 5)
            integrator
        }
        Self.quantize(model.network, bits: 6)
        let folded = try WholeNumberFolding(fractionBits: 4).apply(to: model)
        let input = Self.pixels([8, 30]).repeatedInTime(steps: 6)
        let network = folded.model.network
        let wanted = model.network(input), found = network(input)
        let unit = try #require(network.stages.last?.layer as? WholeNumberOutput).options.scale
        let readout = try #require(network.stages[2].layer as? WholeNumberIntegrator)
        #expect(readout.options.leak == integrator.leak.factor(timeStep: 1e-3))
        #expect(throws: ConfigurationError.self) {
            try Element("whole-number-integrator", .section([.init("leak", .float(0.6))]))
                .value(of: LayerRole.self, in: .standard, at: "test")
        }
        // At each step half a unit of the bias and one of the leak.
        #expect(largestDifference(wanted, found) <= Float(unit) * 9 + 1e-5)
        var state: LayerState?
        for t in 0..<6 {
            let next = network.step(input.step(at: t), state: state)
            #expect(next.output.scalars == found.step(at: t).scalars)
            state = next.state
        }
    }

    /// One step for weights and membrane: whole numbers without a threshold per channel being needed.
    @Test(arguments: [
        MembraneLevels(step: 0.1, bits: 4), MembraneLevels(sharingStepWithBits: 4),
    ])
    func aSharedScaleFolds(levels: MembraneLevels) throws {
        let range: Float = 0.7, bits = 4
        let step = Double(range) / 7
        let model = try ClockedModel(
            encoder: PoissonEncoder(steps: 8, timeStep: 1e-3), readout: .spikeCount,
            inputShape: [20], seed: 4
        ) {
            Linear(20, 12, hasBias: false, gain: 3)
            LIF(
                leak: .factor(0.5), threshold: Float(5 * step),
                dynamics: LIFDynamics(
                    reset: .hard, membrane: levels))
        }
        model.network.prunableParameters[0].views = [
            SharedScaleQuantizer(bits: bits, range: range)
        ]
        let folded = try WholeNumberFolding().apply(to: model)
        let layer = try #require(folded.model.network.stages[1].layer as? LIF)
        #expect(layer.thresholds.scalars == Array(repeating: 5, count: 12))
        #expect(layer.dynamics.membrane == MembraneLevels(step: 1, bits: 4))
        let noise = Self.random([30, 20], "rates", in: 0..<1)
        let input = try model.shown(noise, samples: Array(0..<30))
        // With a leak of one half ties of the rounding are the same on either side.
        let spikes = model.network(input)
        #expect(spikes.spikeCount > 300)
        let same = zip(spikes.scalars, folded.model.network(input).scalars).count { $0 == $1 }
        #expect(same > spikes.count * 99 / 100)
    }

    /// Membranes that begin at half a threshold, odd thresholds among them, begin at its whole part in `Int`.
    @Test func beginsBelowTheThreshold() throws {
        let model = try ClockedModel(
            encoder: PoissonEncoder(steps: 6, timeStep: 1e-3), readout: .spikeCount,
            inputShape: [20], seed: 4
        ) {
            Linear(20, 12, hasBias: false, gain: 2)
            IntegrateAndFire(initialMembrane: 0.5)
        }
        Self.quantize(model.network)
        model.network.prunableParameters[0].views = [
            SymmetricQuantizer(bits: 5, isPerOutput: true)
        ]
        let folded = try WholeNumberFolding().apply(to: model).model.network
        let layer = try #require(folded.stages[1].layer as? IntegrateAndFire)
        let thresholds = layer.thresholds.scalars.map { Int($0) }
        #expect(thresholds.contains { $0 % 2 == 1 })
        let codes = folded.prunableParameters[0].seen.scalars.map { Int($0) }
        let input = try model.shown(
            Self.random([30, 20], "rates", in: 0..<1), samples: Array(0..<30))
        let spikes = folded(input).scalars, events = input.dense.scalars
        var count = 0
        for sample in 0..<30 {
            for output in 0..<12 {
                var v = thresholds[output] / 2
                for t in 0..<6 {
                    for i in 0..<20 where events[(t * 30 + sample) * 20 + i] != 0 {
                        v += codes[i * 12 + output]
                    }
                    let fires = v >= thresholds[output]
                    if fires { v -= thresholds[output] }
                    #expect(spikes[(t * 30 + sample) * 12 + output] == (fires ? 1 : 0))
                    count += fires ? 1 : 0
                }
            }
        }
        #expect(count > 100)
        let leaky = try refusal {
            Linear(12, 3)
            LIF(
                leak: .factor(0.5), dynamics: LIFDynamics(), initialMembrane: 0.5)
        }
        #expect(leaky?.description.contains("begin") == true)
    }

    /// Behind thresholds of hundreds no surrogate lets a gradient through: an attack by it is refused, and does not seem to fail.
    @Test func hasNoGradientOfInputs() throws {
        let model = try WholeNumberFolding().apply(to: Self.model()).model
        let images = Self.pixels([2, 7, 7, 1])
        let error = #expect(throws: ModelError.self) {
            try model.inputGradient(images, labels: [0, 1], isTraining: false)
        }
        #expect(error?.description.contains("whole numbers") == true)
        _ = try Self.model().inputGradient(images, labels: [0, 1], isTraining: false)
    }

    // MARK: - What cannot be

    private func refusal(
        _ folding: WholeNumberFolding = WholeNumberFolding(), quantizes: Bool = true,
        bits: Int = 4, inputs: Int = 12, @LayerBuilder layers: () -> [any Layer]
    ) throws -> FoldingError? {
        let model = try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [inputs], layers: layers)
        if quantizes { Self.quantize(model.network, bits: bits) }
        do {
            _ = try folding.apply(to: model)
            return nil
        } catch let error as FoldingError { return error }
    }

    @Test func whatHasNoWholeNumbersIsNamed() throws {
        func lif(_ leak: Double, _ reset: Reset = .soft) -> LIF {
            LIF(leak: .factor(leak), dynamics: LIFDynamics(reset: reset))
        }
        let unquantized = try #require(
            try refusal(quantizes: false) { Linear(12, 3) })
        #expect(unquantized.description.contains("'linear1.weights'"))
        let leak = try #require(
            try refusal {
                Linear(12, 6)
                lif(0.9)
                Linear(6, 3)
            })
        #expect(leak.description.contains("0.875"))
        #expect(
            try refusal(WholeNumberFolding(leak: .nearestShift)) {
                Linear(12, 6)
                lif(0.9)
                Linear(6, 3)
            } == nil)
        let reset = try #require(
            try refusal {
                Linear(12, 6)
                lif(0.5, .hard(to: -0.5))
                Linear(6, 3)
            })
        #expect(reset.description.contains("'lif2'"))
        let adaptive = try #require(
            try refusal {
                Linear(12, 6)
                AdaptiveLIF(membraneTimeConstant: 5e-3, adaptationTimeConstant: 0.1, strength: 0.2)
                Linear(6, 3)
            })
        #expect(adaptive.description.contains("'adaptive-lif2'"))
        let scales = try #require(
            try refusal {
                Linear(12, 3)
                BatchNormalization(3)
                IntegrateAndFire()
                Linear(3, 3)
                Linear(3, 3)
            })
        #expect(scales.description.contains("synapses follow synapses"))
        let idle = try #require(
            try refusal {
                Linear(12, 6)
                LIF(leak: .factor(1), dynamics: LIFDynamics(inputScale: .oneMinusLeak))
                Linear(6, 3)
            })
        #expect(idle.description.contains("multiplied by 0"))
        // Numbers that training has lost.
        let none = Tensor([.nan, 1, 1], shape: [3])
        for (weights, bias) in [(.ones([12, 3]) * none, .zeros([3])), (.ones([12, 3]), none)]
            as [(Tensor, Tensor)]
        {
            let lost = try #require(try refusal { Linear(weights: weights, bias: bias) })
            #expect(lost.description.contains("finite"))
        }
        let large = try #require(try refusal(bits: 16) { Linear(12, 3) })
        guard case .tooLarge(layer: "linear1", _, let bound, _) = large else {
            Issue.record("\(large)")
            return
        }
        #expect(bound > 16_777_216)
    }

    @Test func aReadoutNeedsOneScale() throws {
        let model = try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [12]
        ) {
            Linear(12, 3)
        }
        model.network.prunableParameters[0].views = [SymmetricQuantizer(bits: 4, isPerOutput: true)]
        let error = #expect(throws: FoldingError.self) {
            try WholeNumberFolding().apply(to: model)
        }
        #expect(error?.description.contains("one scale") == true)
    }

    @Test func valuesBelowZeroNeedSignedNumbers() throws {
        let data = try Dataset(
            name: "values", values: Self.random([30, 12], "values").scalars, featureShape: [12],
            targets: .none(count: 30))
        var model = try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [12]
        ) {
            Linear(12, 3)
        }
        model.signature.scaling = try Scaling(fitting: data, kind: .standard, scope: .global)
        Self.quantize(model.network, bits: 8)
        #expect(throws: FoldingError.self) { try WholeNumberFolding().apply(to: model) }
        let folded = try WholeNumberFolding(
            input: .signed(levels: 32, largest: 127), fractionBits: 2
        ).apply(to: model)
        let wanted = try model.answers(to: data).answers
        let found = try folded.model.answers(to: data).answers
        for (a, b) in zip(wanted, found) { #expect(largestDifference(a, b) < 0.05) }
    }
}

/// The network of these tests in whole numbers, step by step.
private struct IntegerNetwork {
    let numbers: [String: [Int]]
    var membranes: [[Int]]
    let samples: Int

    init(values: [String: Tensor], samples: Int) {
        numbers = values.mapValues { $0.scalars.map { Int($0) } }
        membranes = [4 * 49, 5 * 9, 6].map { [Int](repeating: 0, count: samples * $0) }
        self.samples = samples
    }

    /// Answers to bytes, and how many spikes they took.
    mutating func step(_ bytes: [Int]) -> (answer: [Int], spikes: Int) {
        var count = 0
        var first = convolution(bytes, side: 7, inputs: 1, outputs: 4, "conv2d1")
        fire(&first, 0, channels: 4, shift: nil, isHard: false, "if3")
        count += first.reduce(0, +)
        var pooled = [Int](repeating: 0, count: samples * 9 * 4)
        for b in 0..<samples {
            for (y, x, c) in places(3, 3, 4) {
                for (dy, dx) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    let spike = first[((b * 7 + 2 * y + dy) * 7 + 2 * x + dx) * 4 + c]
                    pooled[((b * 3 + y) * 3 + x) * 4 + c] |= spike
                }
            }
        }
        var second = convolution(pooled, side: 3, inputs: 4, outputs: 5, "conv2d5")
        fire(&second, 1, channels: 5, shift: 2, isHard: true, "lif7")
        var third = product(second, 45, 6, "linear9")
        fire(&third, 2, channels: 6, shift: 1, isHard: false, "lif10")
        count += second.reduce(0, +) + third.reduce(0, +)
        return (product(third, 6, 3, "linear11"), count)
    }

    private func places(_ a: Int, _ b: Int, _ c: Int) -> [(Int, Int, Int)] {
        (0..<a * b * c).map { ($0 / c / b, $0 / c % b, $0 % c) }
    }

    private func convolution(
        _ x: [Int], side: Int, inputs: Int, outputs: Int, _ name: String
    ) -> [Int] {
        let w = numbers["\(name).weights"] ?? [], bias = numbers["\(name).bias"] ?? []
        var sums = [Int](repeating: 0, count: samples * side * side * outputs)
        for b in 0..<samples {
            for (i, j, o) in places(side, side, outputs) {
                var sum = bias[o]
                for (k, l, c) in places(3, 3, inputs) {
                    let (y, z) = (i + k - 1, j + l - 1)
                    guard (0..<side).contains(y), (0..<side).contains(z) else { continue }
                    sum +=
                        x[((b * side + y) * side + z) * inputs + c]
                        * w[((k * 3 + l) * inputs + c) * outputs + o]
                }
                sums[((b * side + i) * side + j) * outputs + o] = sum
            }
        }
        return sums
    }

    private func product(_ x: [Int], _ inputs: Int, _ outputs: Int, _ name: String) -> [Int] {
        let w = numbers["\(name).weights"] ?? [], bias = numbers["\(name).bias"] ?? []
        return (0..<samples * outputs).map { place in
            let (b, o) = (place / outputs, place % outputs)
            return (0..<inputs).reduce(bias[o]) {
                $0 + x[b * inputs + $1] * w[$1 * outputs + o]
            }
        }
    }

    private mutating func fire(
        _ sums: inout [Int], _ layer: Int, channels: Int, shift: Int?, isHard: Bool, _ name: String
    ) {
        let thresholds = numbers["\(name).threshold"] ?? []
        for index in sums.indices {
            let v = membranes[layer][index], theta = thresholds[index % channels]
            let u = v - (shift.map { v >> $0 } ?? 0) + sums[index]
            let fires = u >= theta
            membranes[layer][index] = fires ? (isHard ? 0 : u - theta) : u
            sums[index] = fires ? 1 : 0
        }
    }
}

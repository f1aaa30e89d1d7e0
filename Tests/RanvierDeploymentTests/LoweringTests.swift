import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Networks of whole numbers as networks of integers.
@Suite struct LoweringTests {
    private static func random(
        _ shape: [Int], _ name: String, in range: Range<Float> = 0..<1
    ) -> Tensor {
        Tensor(uniformIn: range, shape: shape, from: RandomStream(seed: 7, name: name))
    }

    private static func quantize(_ network: Network, bits: Int = 4) {
        let weights = network.prunableParameters
        for (index, parameter) in weights.enumerated() {
            parameter.views += [
                SymmetricQuantizer(bits: bits, isPerOutput: index < weights.count - 1)
            ]
        }
    }

    /// Convolutions, pooling, both resets, with and without leak, thresholds per channel.
    private static func images(readout: SpikeDecoder = .meanMembrane) throws -> ClockedModel {
        let first = BatchNormalization(4), second = BatchNormalization(5)
        let model = try ClockedModel(
            encoder: .direct(steps: 5, timeStep: 1e-3), readout: readout, inputShape: [7, 7, 1],
            seed: 3
        ) {
            Convolution2D(1, 4, size: 3, padding: 1, hasBias: false)
            first
            IntegrateAndFire()
            MaxPool2D(2)
            Convolution2D(4, 5, size: 3, padding: 1)
            second
            LIF(leak: .factor(0.75), dynamics: LIFDynamics(reset: .hard, inputScale: .oneMinusLeak))
            Flatten()
            Linear(45, 6)
            LIF(leak: .factor(0.5), threshold: 0.3, dynamics: LIFDynamics())
            Linear(6, 3)
            LeakyIntegrator(leak: .factor(0.875))
        }
        for (index, layer) in [first, second].enumerated() {
            let n = layer.channels
            layer.scale.value = random([n], "scale\(index)", in: 0.3..<1.5)
            layer.shift?.value = random([n], "shift\(index)", in: 0.1..<0.5)
            layer.runningMean.value = random([n], "mean\(index)", in: -0.3..<0.3)
            layer.runningVariance.value = random([n], "variance\(index)", in: 0.05..<0.4)
        }
        quantize(model.network)
        return model
    }

    private static func samples(_ shape: [Int], count: Int = 12) throws -> Dataset {
        let bytes = random([count] + shape, "bytes", in: 0..<256).scalars.map {
            $0.rounded(.down) / 255
        }
        return try Dataset(
            name: "bytes", values: bytes, featureShape: shape,
            targets: .classes((0..<count).map { $0 % 3 }, names: ["0", "1", "2"]))
    }

    /// Spikes of all layers by name.
    private static func spikes(of model: any SpikingModel, _ data: Dataset) throws -> [String:
        Tensor]
    {
        var all: [String: Tensor] = [:]
        let listener = Listener(.signals(bins: 10)) { layer, observation in
            if case .spikes(let spikes) = observation { all[layer] = spikes }
        }
        _ = try model.respond(to: Batches(data, size: data.count)[0], listener: listener)
        return all
    }

    private static func agree(_ lowered: IntegerModel, _ folded: ClockedModel, _ data: Dataset)
        throws
    {
        let a = try spikes(of: lowered, data), b = try spikes(of: folded, data)
        #expect(!a.isEmpty && Set(a.keys) == Set(b.keys))
        for (name, spikes) in a {
            #expect(spikes.scalars == b[name]?.scalars, "\(name)")
            #expect(spikes.spikeCount > 0, "\(name)")
        }
        for (x, y) in zip(
            try lowered.answers(to: data).answers, try folded.answers(to: data).answers)
        {
            for (p, q) in zip(x, y) { #expect(abs(p - q) < 1e-5) }
        }
    }

    @Test(arguments: [0, 2]) func spikesAreTheSameBitForBit(fractionBits: Int) throws {
        let folded = try WholeNumberFolding(fractionBits: fractionBits).apply(to: Self.images())
        let lowered = try IntegerLowering().apply(to: folded.model)
        try Self.agree(lowered.model, folded.model, Self.samples([7, 7, 1]))
        #expect(lowered.warnings.isEmpty)
    }

    @Test(arguments: [SpikeDecoder.lastMembrane, .maximumMembrane, .summedMembrane])
    func everyReadoutIsTheSame(decoder: SpikeDecoder) throws {
        let folded = try WholeNumberFolding().apply(to: Self.images(readout: decoder))
        let lowered = try IntegerLowering().apply(to: folded.model)
        try Self.agree(lowered.model, folded.model, Self.samples([7, 7, 1]))
    }

    /// Masks, one bit, levels of membranes and refractory neurons, read by counts and by first spikes.
    @Test(arguments: [SpikeDecoder.spikeCount, .firstSpike])
    func codedSpikesMasksAndSingleBits(decoder: SpikeDecoder) throws {
        let model = try ClockedModel(
            encoder: LatencyEncoder(steps: 8, timeStep: 1e-3, curve: .logarithmic),
            readout: decoder,
            inputShape: [20], seed: 2
        ) {
            Linear(20, 40, gain: 5)
            LIF(leak: .factor(0.5), threshold: 0.5, dynamics: LIFDynamics(tie: .silent))
            Linear(40, 30, hasBias: false, gain: 5)
            IntegrateAndFire(
                threshold: 0.5,
                dynamics: PopulationDynamics(reset: .soft, refractorySteps: 2))
            Linear(30, 3, hasBias: false, gain: 5)
            IntegrateAndFire(threshold: 0.5, dynamics: PopulationDynamics(reset: .softDelayed))
        }
        let weights = model.network.prunableParameters
        let alive = Self.random([20, 40], "mask").scalars.map { $0 < 0.4 ? Float(1) : 0 }
        weights[0].views = [Mask(Tensor(alive, shape: [20, 40])), BinaryQuantizer()]
        weights[1].views = [SymmetricQuantizer(bits: 2, isPerOutput: true)]
        weights[2].views = [SymmetricQuantizer(bits: 8)]
        let folded = try WholeNumberFolding().apply(to: model)
        let lowered = try IntegerLowering().apply(to: folded.model)
        try Self.agree(lowered.model, folded.model, Self.samples([20]))
        #expect(lowered.model.network.synapses.map(\.weights.bits) == [1, 2, 8])
    }

    @Test func sequencesOfSpikesAndChanges() throws {
        // Changes of whole hundredths never are at a threshold of 0.205, where single precision decides by its rounding.
        let encoders: [(any SpikeEncoder, levels: Int)] = [
            (SequenceEncoder(steps: 12, timeStep: 1e-3), 100),
            (DeltaEncoder(steps: 12, timeStep: 1e-3, threshold: 0.205), 200),
            (LevelCrossingEncoder(steps: 12, timeStep: 1e-3, threshold: 0.1, mostEvents: 3), 100),
        ]
        for (encoder, levels) in encoders {
            let isSequence = encoder is SequenceEncoder
            let width = isSequence ? 6 : 12
            let network = try Network(inputShape: [width], timeStep: 1e-3, seed: 4) {
                Linear(width, 25, gain: 5)
                LIF(leak: .factor(0.75), threshold: 0.5, dynamics: LIFDynamics())
                Linear(25, 3, gain: 5)
                LIF(leak: .factor(0.5), threshold: 0.5, dynamics: LIFDynamics())
            }
            Self.quantize(network, bits: 6)
            let model = ClockedModel(
                network: network, encoder: encoder, loss: CrossEntropy(of: .spikeCount),
                signature: ModelSignature(inputShape: [12, 6], classes: 3))
            let folded = try WholeNumberFolding(input: isSequence ? .levels(100) : .spikes)
                .apply(to: model)
            let lowered = try IntegerLowering(levels: levels).apply(to: folded.model)
            // Values that both count exactly.
            let values = Self.random([12, 12, 6], "rows", in: 0..<100).scalars
                .map { $0.rounded(.down) / 100 }
            let data = try Dataset(
                name: "rows", values: values, featureShape: [12, 6],
                targets: .classes((0..<12).map { $0 % 3 }, names: ["0", "1", "2"]))
            try Self.agree(lowered.model, folded.model, data)
        }
    }

    // MARK: - As a model

    @Test func isStoredOpenedAndStreamed() throws {
        let folded = try WholeNumberFolding().apply(to: Self.images())
        let model = try IntegerLowering().apply(to: folded.model).model
        let data = try Self.samples([7, 7, 1])
        let folder = try TemporaryFolder()
        try model.save(to: folder.url)
        let again = try #require(try Model.load(folder.url) as? IntegerModel)
        #expect(again.network == model.network)
        #expect(try again.answers(to: data).answers == model.answers(to: data).answers)
        let row = data.values(ofSample: 0)
        var stream = try model.stream()
        for (now, whole) in zip(
            try stream.step(row), try model.answers(to: data.subset([0])).answers[0])
        {
            #expect(abs(now - whole) < 1e-6)
        }
        let evaluation = try model.evaluate(on: data)
        let floating = try folded.model.evaluate(on: data)
        #expect(evaluation.operations == floating.operations)
        #expect(evaluation.activity == floating.activity)
        let untrained = try #require(
            try model.untrained(seed: 3, registry: .standard) as? IntegerModel)
        #expect(untrained.network != model.network)
        #expect(untrained.storage == model.storage)
    }

    @Test func damagedNumbersAreRefused() throws {
        let model = try IntegerLowering().apply(
            to: WholeNumberFolding().apply(to: Self.images()).model
        )
        .model
        for (name, value) in [("conv2d1.weights", Float(0.5)), ("conv2d1.weights", 200)] {
            var tensors = model.parameters
            let key = try #require(tensors.keys.first { $0.hasSuffix(".weights") }, "\(name)")
            let tensor = try #require(tensors[key])
            var scalars = tensor.scalars
            scalars[0] = value
            tensors[key] = Tensor(scalars, shape: tensor.shape)
            var copy = model
            #expect(throws: ModelFileError.self) { try copy.restore(tensors) }
        }
        var copy = model
        var tensors = model.parameters
        tensors["stray"] = .zeros([1])
        #expect(throws: ModelFileError.self) { try copy.restore(tensors) }
    }

    @Test func membranesOfFewBitsAreSaturated() throws {
        let folded = try WholeNumberFolding(fractionBits: 4).apply(to: Self.images())
        let exact = try IntegerLowering().apply(to: folded.model).model
        #expect(exact.network.neurons.allSatisfy { [16, 32].contains($0.stateBits) })
        #expect(throws: IntegerNetworkError.self) {
            try IntegerLowering(stateBits: 8).apply(to: folded.model)
        }
    }

    @Test func whatHasNoFormIsRefusedByName() throws {
        let model = try Self.images()
        let error = try #require(throws: LoweringError.self) {
            try IntegerLowering().apply(to: model)
        }
        #expect("\(error)".contains("direct"))
        let other = try ClockedModel(
            encoder: PhaseEncoder(), readout: .spikeCount, inputShape: [4]
        ) {
            Linear(4, 3)
            IntegrateAndFire()
        }
        Self.quantize(other.network)
        let folded = try WholeNumberFolding(input: .spikes).apply(to: other)
        let second = try #require(throws: LoweringError.self) {
            try IntegerLowering().apply(to: folded.model)
        }
        #expect("\(second)".contains("phase"))
    }

    /// Sums that single precision may round, and 32 bits hold.
    @Test func integersReachFurtherThanSinglePrecision() throws {
        let model = try ClockedModel(
            encoder: .direct(steps: 10, timeStep: 1e-3), inputShape: [64], seed: 6
        ) {
            Linear(64, 32, gain: 3)
            LIF(leak: .factor(0.9375), dynamics: LIFDynamics())
            Linear(32, 3)
            LeakyIntegrator(leak: .factor(0.9375))
        }
        Self.quantize(model.network, bits: 8)
        #expect(throws: FoldingError.self) { try WholeNumberFolding().apply(to: model) }
        let data = try Self.samples([64], count: 40)
        let prepared = try DevicePreparation().prepare(model, calibration: data, in: .standard)
        let own = try model.answers(to: data).answers
        let same = zip(own, try prepared.model.answers(to: data).answers).count { a, b in
            a.indices.max { a[$0] < a[$1] } == b.indices.max { b[$0] < b[$1] }
        }
        #expect(same >= 38, "\(same) of 40")
        let engine = prepared.model.engine
        let numbers = prepared.model.numbers(of: data.values(ofSample: 0))
        #expect(engine.scores(of: numbers) == prepared.model.network.scores(of: numbers))
    }
}

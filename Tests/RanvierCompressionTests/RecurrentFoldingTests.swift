import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Neurons that hear each other in whole numbers.
@Suite struct RecurrentFoldingTests {
    static func random(
        _ shape: [Int], _ name: String, in range: Range<Float> = -1..<1
    ) -> Tensor {
        Tensor(uniformIn: range, shape: shape, from: RandomStream(seed: 7, name: name))
    }

    /// Zeros and ones, about three in ten.
    static func events(steps: Int, samples: Int, inputs: Int) -> Tensor {
        let draws = random([steps, samples, inputs], "events", in: 0..<1).scalars
        return Tensor(draws.map { $0 < 0.3 ? 1 : 0 }, shape: [steps, samples, inputs])
            .packedAsSpikes
    }

    static let input = events(steps: 12, samples: 10, inputs: 20)

    private static func model(
        _ connection: RecurrentLIF.Connection, leak: Double, perOutput: Bool = false,
        views: [any ParameterView]? = nil, dynamics: PopulationDynamics = PopulationDynamics()
    ) throws -> ClockedModel {
        let model = try ClockedModel(
            encoder: PoissonEncoder(steps: 12, timeStep: 1e-3), readout: .spikeCount,
            inputShape: [20], seed: 2
        ) {
            Linear(20, 16, hasBias: false, gain: 5)
            RecurrentLIF(
                16, connection: connection, leak: .factor(leak), dynamics: dynamics, gain: 4)
        }
        for parameter in model.network.layerParameters where parameter.name.hasSuffix("weights") {
            parameter.views =
                views ?? [
                    SymmetricQuantizer(bits: 5, isPerOutput: perOutput, hasPowerOfTwoScale: true)
                ]
        }
        return model
    }

    /// Scales that are powers of two lose nothing, with as many as there are outputs.
    @Test(
        arguments: RecurrentLIF.Connection.allCases,
        [(false, Reset.soft), (true, .soft), (true, .hard), (false, .softDelayed)])
    func exactScalesGiveTheSameSpikes(
        connection: RecurrentLIF.Connection, form: (perOutput: Bool, reset: Reset)
    ) throws {
        let model = try Self.model(
            connection, leak: 1, perOutput: form.perOutput,
            dynamics: PopulationDynamics(
                reset: form.reset, tie: .silent,
                // What a neuron hears of itself comes when a refractory period would lose it.
                refractorySteps: connection == .allToAll ? 1 : 0))
        for fractionBits in [0, 3] {
            let folded = try WholeNumberFolding(fractionBits: fractionBits).apply(to: model)
            let network = folded.model.network
            for (name, tensor) in network.values {
                #expect(tensor.scalars.allSatisfy { $0 == $0.rounded() }, "\(name)")
            }
            let spikes = model.network(Self.input)
            #expect(network(Self.input).scalars == spikes.scalars)
            #expect(spikes.spikeCount > 100)
            let layer = try #require(folded.report.layers.first)
            #expect(layer.recurrentBits == 5 && folded.report.warnings.isEmpty)
        }
        // Without recurrent weights there are other spikes, or nothing would be shown.
        let before = model.network(Self.input).scalars
        let layer = try #require(model.network.stages[1].layer as? RecurrentLIF)
        layer.weights.value = .zeros(layer.weights.shape)
        #expect(model.network(Self.input).scalars != before)
    }

    /// The neurons in `Int`, with leaks by a shift and by a product, from the folded numbers alone.
    @Test(arguments: RecurrentLIF.Connection.allCases, [0.75, 0.9])
    func isArithmeticOfWholeNumbers(connection: RecurrentLIF.Connection, leak: Double) throws {
        let model = try Self.model(
            connection, leak: leak, views: [SymmetricQuantizer(bits: 4, isPerOutput: true)])
        let folding = WholeNumberFolding(
            fractionBits: 2, leak: .multiply, recurrence: .nearestMultiple)
        var folded = try folding.apply(to: model)
        let network = folded.model.network
        let layer = try #require(network.stages[1].layer as? RecurrentLIF)
        let thresholds = layer.thresholds.scalars.map { Int($0) }
        let weights = network.prunableParameters[0].seen.scalars.map { Int($0) }
        let recurrent = layer.weights.seen.scalars.map { Int($0) }
        let parts = folded.report.layers[0].multiplier
        #expect(parts == (leak == 0.9 ? 3686 : nil))
        let events = Self.input.scalars, spikes = network(Self.input).scalars
        var fired = 0, largest = 0
        for sample in 0..<10 {
            var v = [Int](repeating: 0, count: 16), last = v
            for t in 0..<12 {
                var next = last
                for output in 0..<16 {
                    var sum = 0
                    for i in 0..<20 where events[(t * 10 + sample) * 20 + i] != 0 {
                        sum += weights[i * 16 + output]
                    }
                    switch connection {
                    case .allToAll:
                        for i in 0..<16 { sum += last[i] * recurrent[i * 16 + output] }
                    case .oneToOne: sum += last[output] * recurrent[output]
                    }
                    let kept =
                        parts.map { (abs(v[output]) * $0) >> 12 * v[output].signum() }
                        ?? v[output] - v[output] >> 2
                    let u = kept + sum
                    next[output] = u >= thresholds[output] ? 1 : 0
                    v[output] = u - next[output] * thresholds[output]
                    #expect(spikes[(t * 10 + sample) * 16 + output] == Float(next[output]))
                    largest = max(largest, abs(v[output]))
                }
                last = next
                fired += next.reduce(0, +)
            }
        }
        #expect(fired > 100)
        // Beyond what one product of single precision would hold.
        if connection == .allToAll { #expect(largest > 4096) }
        // What is seen stays below what is possible, and the change of the scales is told.
        let data = try Dataset(
            name: "rates", values: Self.random([10, 20], "rates", in: 0..<1).scalars,
            featureShape: [20], targets: .none(count: 10))
        try folded.measure(on: data)
        let entry = folded.report.layers[0]
        #expect(try #require(entry.seenMembrane) <= #require(entry.largestMembrane))
        #expect(try #require(entry.seenSum) <= entry.largestSum)
        #expect(folded.report.warnings.contains { $0.contains("recurrent") })
        #expect(folded.report.description.contains("4-bit recurrent weights of recurrent-lif2"))
    }

    /// Other scales are refused unless they may be changed, and then nearly all spikes are the same.
    @Test func scalesThatDoNotFitAreRefused() throws {
        let model = try Self.model(.allToAll, leak: 0.5, views: [SymmetricQuantizer(bits: 6)])
        let error = #expect(throws: FoldingError.self) {
            try WholeNumberFolding().apply(to: model)
        }
        #expect(error?.description.contains("'recurrent-lif2'") == true)
        #expect(error?.description.contains("nearest-multiple") == true)
        let folded = try WholeNumberFolding(fractionBits: 4, recurrence: .nearestMultiple)
            .apply(to: model)
        let wanted = model.network(Self.input).scalars
        let found = folded.model.network(Self.input).scalars
        #expect(zip(wanted, found).count { $0 == $1 } > wanted.count * 97 / 100)
        #expect(folded.model.storage.filter { $0.bits == 6 }.count == 2)
    }

    /// One weight for a neuron that nothing has rounded becomes a number of 16 bits, as biases and thresholds do.
    @Test func singleWeightsAreRounded() throws {
        let model = try Self.model(.oneToOne, leak: 1)
        let layer = try #require(model.network.stages[1].layer as? RecurrentLIF)
        layer.weights.views = []
        let folded = try WholeNumberFolding(fractionBits: 4).apply(to: model)
        let own = try #require(folded.model.network.stages[1].layer as? RecurrentLIF)
        let weights = own.weights.seen.scalars, thresholds = own.thresholds.scalars
        #expect(weights.allSatisfy { $0 == $0.rounded() })
        for (index, weight) in layer.weights.value.scalars.enumerated() {
            #expect(abs(weights[index] - weight * thresholds[index]) <= 0.5)
        }
        #expect(folded.report.layers[0].recurrentBits == 16)
        let wanted = model.network(Self.input).scalars
        let found = folded.model.network(Self.input).scalars
        #expect(zip(wanted, found).count { $0 == $1 } > wanted.count * 97 / 100)
    }

    /// Masks, one bit, and weights of a channel that are all gone.
    @Test func signsAndMasksFold() throws {
        let alive = Self.random([16, 16], "mask").scalars.enumerated().map {
            $0 % 16 == 3 || $1 < 0 ? Float(0) : 1
        }
        let model = try Self.model(.allToAll, leak: 1, views: [BinaryQuantizer()])
        let recurrent = try #require(model.network.prunableParameters.last)
        recurrent.views = [Mask(Tensor(alive, shape: [16, 16])), BinaryQuantizer()]
        let folded = try WholeNumberFolding(recurrence: .nearestMultiple).apply(to: model)
        let layer = try #require(folded.model.network.stages[1].layer as? RecurrentLIF)
        let seen = layer.weights.seen.scalars
        #expect(seen.allSatisfy { $0 == $0.rounded() })
        #expect(zip(seen, alive).allSatisfy { ($0 != 0) == ($1 != 0) })
        #expect(folded.model.storage.count { $0.bits == 1 } == 2)
    }

    @Test func isStoredOpenedAndStreamed() throws {
        let model = try ClockedModel(
            encoder: SequenceEncoder(steps: 12, timeStep: 6e-3), inputShape: [20], seed: 2
        ) {
            Linear(20, 16, gain: 5)
            RecurrentLIF(16, leak: .timeConstant(60e-3), gain: 2)
            Linear(16, 4)
            LeakyIntegrator(membraneTimeConstant: 60e-3)
        }
        for parameter in model.network.prunableParameters {
            parameter.views = [SymmetricQuantizer(bits: 4)]
        }
        for leak in [WholeNumberFolding.LeakRule.nearestShift, .multiply] {
            let folded = try WholeNumberFolding(
                input: .spikes, fractionBits: 2, leak: leak, recurrence: .nearestMultiple
            ).apply(to: model)
            let folder = try TemporaryFolder()
            try folded.model.save(to: folder.url)
            let again = try Model.load(folder.url)
            let rows = Self.events(steps: 5, samples: 12, inputs: 20)
            let data = try Dataset(
                name: "rows", values: rows.scalars, featureShape: [12, 20],
                targets: .none(count: 5))
            let answers = try folded.model.answers(to: data).answers
            #expect(try again.answers(to: data).answers == answers)
            // Learned a little later: answers are near those of the network in real numbers.
            let wanted = try model.answers(to: data).answers
            let size = wanted.joined().map(abs).max() ?? 1
            if leak == .multiply {
                for (a, b) in zip(wanted, answers) { #expect(largestDifference(a, b) < 0.2 * size) }
            }
            var stream = try again.stream()
            var last: [Float] = []
            for t in 0..<12 {
                last = try stream.step(Array(data.values(ofSample: 0)[t * 20..<(t + 1) * 20]))
            }
            #expect(largestDifference(last, answers[0]) <= 1e-4 * size)
        }
    }

    /// The size of the example of spoken digits: 64 channels, 128 neurons, 100 steps, steps of weights that learn.
    @Test func theNetworkOfSpokenDigitsFolds() throws {
        let model = try ClockedModel(
            encoder: SequenceEncoder(steps: 100, timeStep: 6e-3), inputShape: [64], seed: 1
        ) {
            Linear(64, 128, gain: 2)
            RecurrentLIF(128, leak: .timeConstant(60e-3), gain: 0.1)
            Linear(128, 10)
            LeakyIntegrator(membraneTimeConstant: 60e-3)
        }
        for parameter in model.network.prunableParameters {
            parameter.views = [LearnedStepQuantizer(bits: 4, fittedTo: parameter.value)]
        }
        let input = Self.events(steps: 100, samples: 2, inputs: 64)
        let wanted = model.network(input).scalars
        var distances: [Float] = []
        for leak in [WholeNumberFolding.LeakRule.multiply, .nearestShift] {
            let folded = try WholeNumberFolding(
                input: .spikes, fractionBits: 2, leak: leak, recurrence: .nearestMultiple
            ).apply(to: model)
            let entry = folded.report.layers[0]
            #expect(entry.largestSum < 32_768 && entry.largestMembrane ?? 0 < 1 << 22)
            #expect(
                folded.model.storage.filter { $0.bits == 4 }.map(\.count) == [8192, 16_384, 1280])
            let network = folded.model.network
            let spikes = network.stages[2].layer(
                network.stages[1].layer(input, in: .init(timeStep: 6e-3)),
                in: .init(timeStep: 6e-3))
            #expect(spikes.spikeCount > 500)
            distances.append(largestDifference(wanted, network(input).scalars))
        }
        #expect(distances[0] < distances[1])
        #expect(distances[0] < 0.25 * (wanted.map(abs).max() ?? 1))
    }

    /// Through phases, as a run does it: rows that are spikes are seen to be, other values have to be told.
    @Test func phasesFoldSequences() throws {
        func method(_ phase: WholeNumbersPhase) throws -> CompressionMethod {
            let model = try ClockedModel(
                encoder: SequenceEncoder(steps: 12, timeStep: 6e-3), inputShape: [20], seed: 2
            ) {
                Linear(20, 16, gain: 3)
                RecurrentLIF(16, leak: .timeConstant(60e-3))
                Linear(16, 3)
                LeakyIntegrator(membraneTimeConstant: 60e-3)
            }
            return try CompressionMethod(
                SurrogateGradient(model, batchSizes: 10),
                phases: [
                    QuantizePhase().with { ($0.bits, $0.training.epochs) = (4, 1) }, phase,
                ], epochs: 1, registry: .standard)
        }
        let events = Self.events(steps: 30, samples: 12, inputs: 20).scalars
        let fine = events.enumerated().map { $1 == 0 ? 0 : Float($0 % 7 + 1) / 7 }
        let phase = WholeNumbersPhase().with {
            ($0.leak, $0.recurrence) = (.multiply, .nearestMultiple)
        }
        for (values, phase, kind) in [
            (events, phase, WholeNumberInput(levels: 1)),
            (
                fine, phase.with { ($0.input, $0.levels) = (.levels, 7) },
                WholeNumberInput(levels: 7)
            ),
        ] {
            let data = try Dataset(
                name: "rows", values: values, featureShape: [12, 20],
                targets: .classes((0..<30).map { $0 % 3 }, names: ["a", "b", "c"]))
            var method = try method(phase)
            try Course(epochs: method.epochs).run(&method, on: data)
            let model = try #require(method.model as? ClockedModel)
            let input = try #require(model.network.stages.first?.layer as? WholeNumberInput)
            #expect(input.options == kind.options)
            #expect(model.network.stages.contains { $0.layer is RecurrentLIF })
            // Spikes stay spikes: what they cost are additions.
            let first = try #require(
                try model.evaluate(on: data).layerOperations.first { $0.name == "linear1" })
            #expect((first.operations.multiplyAccumulate == 0) == (kind.options.levels == 1))
            for (name, tensor) in model.network.values {
                #expect(tensor.scalars.allSatisfy { $0 == $0.rounded() }, "\(name)")
            }
        }
        let data = try Dataset(
            name: "rows", values: fine, featureShape: [12, 20],
            targets: .classes((0..<30).map { $0 % 3 }, names: ["a", "b", "c"]))
        var untold = try method(phase)
        let error = #expect(throws: FoldingError.self) {
            try Course(epochs: untold.epochs).run(&untold, on: data)
        }
        #expect(error?.description.contains("input: levels") == true)
    }

    @Test func secondMembranesAreRefused() throws {
        let layers = [
            RecurrentLIF(8, leak: .factor(0.5), synapticLeak: .factor(0.5)),
            RecurrentLIF(
                8, leak: .factor(0.5), adaptation: .init(leak: .factor(0.9), strength: 0.1)),
        ]
        for (layer, word) in zip(layers, ["synaptic", "adaptation"]) {
            let model = try ClockedModel(
                encoder: PoissonEncoder(steps: 4, timeStep: 1e-3), inputShape: [12]
            ) {
                Linear(12, 8)
                layer
                Linear(8, 3)
            }
            for parameter in model.network.prunableParameters {
                parameter.views = [SymmetricQuantizer(bits: 4)]
            }
            let error = #expect(throws: FoldingError.self) {
                try WholeNumberFolding().apply(to: model)
            }
            #expect(error?.description.contains(word) == true)
            // Known before anything is trained.
            #expect(throws: FoldingError.self) {
                try CompressionMethod(
                    SurrogateGradient(model),
                    phases: [QuantizePhase().with { $0.bits = 4 }, WholeNumbersPhase()], epochs: 1,
                    registry: .standard)
            }
        }
    }
}

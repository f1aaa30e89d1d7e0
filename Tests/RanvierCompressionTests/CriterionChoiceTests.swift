import Ranvier
import RanvierCompression
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors
import Testing

/// Criteria by their words, for whole networks.
@Suite struct CriterionChoiceTests {
    static func model(seed: UInt64 = 1) throws -> ClockedModel {
        try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [64], seed: seed
        ) {
            Linear(64, 24, hasBias: false, gain: 2)
            BatchNormalization(24)
            LIF(leak: .factor(0.8), dynamics: LIFDynamics())
            Linear(24, 16, gain: 3)
            LIF(leak: .factor(0.8), dynamics: LIFDynamics())
            Linear(16, 10)
            LeakyIntegrator(leak: .factor(0.9))
        }
    }

    static let words = [
        "magnitude", "random", "lamp", "snip", "drive", "firing-change",
        "firing-change-per-operation",
    ]

    static func choice(
        _ word: String, _ options: [ConfigurationValue.Entry] = []
    ) throws -> any CriterionChoice {
        try Element(word, .section(options)).value(
            of: CriterionRole.self, in: .standard, at: "test")
    }

    @Test func theWordsAreThere() throws {
        #expect(Registry.standard.names(CriterionRole.self) == Self.words)
        #expect(throws: (any Error).self) { try Self.choice("magnitud") }
        #expect(throws: (any Error).self) {
            try Self.choice("snip", [.init("samples", .integer(0))])
        }
        #expect(throws: (any Error).self) {
            try Self.choice("magnitude", [.init("samples", .integer(3))])
        }
    }

    @Test func everyWordScoresAllPrunableParameters() throws {
        let data = try Digits().train.prefix(90)
        let before = try Self.model().network.values.mapValues(\.scalars)
        var masks: [[Float]] = []
        for word in Self.words {
            let model = try Self.model(), choice = try Self.choice(word)
            let scores = try choice.scores(of: model, on: data)
            let parameters = model.network.prunableParameters
            #expect(scores.map(\.shape) == parameters.map(\.shape))
            #expect(scores.allSatisfy { $0.scalars.allSatisfy { $0 >= 0 && $0.isFinite } })
            // Looking changes nothing, running values of a normalisation included.
            #expect(model.network.values.mapValues(\.scalars) == before, "\(word)")
            let outcome = try choice.prune(model, by: Pruning(.global(rate: 0.5)), on: data)
            masks.append(outcome.masks.flatMap(\.scalars))
            let count = parameters.reduce(0) { $0 + $1.shape.reduce(1, *) }
            #expect(outcome.removed == count / 2)
            #expect(parameters.allSatisfy { $0.mask != nil })
            // Again, of what is left.
            let again = try choice.prune(model, by: Pruning(.global(rate: 0.5)), on: data)
            #expect(
                zip(again.masks.flatMap(\.scalars), masks[masks.count - 1]).allSatisfy { $0 <= $1 })
            #expect(again.removed == count / 4)
        }
        #expect(Set(masks).count == masks.count)
    }

    @Test func samplesAreAskedForWhereTheyAreNeeded() throws {
        let model = try Self.model(), data = try Digits().train
        for word in Self.words {
            let choice = try Self.choice(word)
            if choice.samples == nil {
                _ = try choice.scores(of: model, on: nil)
            } else {
                for none in [nil, data.prefix(0)] {
                    let error = #expect(throws: CompressionError.self) {
                        try choice.scores(of: model, on: none)
                    }
                    #expect(error?.description.contains("'\(word)'") == true)
                }
            }
        }
    }

    @Test func everyOptionChangesScores() throws {
        let model = try Self.model(), data = try Digits().train.prefix(60)
        for (word, option) in [
            ("random", ConfigurationValue.Entry("seed", .integer(3))),
            ("snip", .init("samples", .integer(20))), ("drive", .init("samples", .integer(20))),
            ("firing-change", .init("samples", .integer(20))),
            ("firing-change", .init("first-layer", .string("firing-change"))),
            ("firing-change-per-operation", .init("samples", .integer(20))),
            ("firing-change-per-operation", .init("first-layer", .string("firing-change"))),
        ] {
            let usual = try Self.choice(word).scores(of: model, on: data).flatMap(\.scalars)
            let other = try Self.choice(word, [option]).scores(of: model, on: data)
                .flatMap(\.scalars)
            #expect(usual != other, "\(word) \(option.key)")
        }
    }

    /// Gradients of the mean loss by central differences.
    @Test func saliencyIsTheGradientTimesTheWeight() throws {
        let model = try ClockedModel(
            encoder: .direct(steps: 2, timeStep: 1e-3), inputShape: [64], seed: 2
        ) {
            Linear(64, 4)
            Linear(4, 10)
        }
        let data = try Digits().train.prefix(20)
        let scores = try Self.choice("snip").scores(of: model, on: data)
        let parameter = model.network.prunableParameters[1]
        let kept = parameter.value
        func loss(_ index: Int, _ h: Float) throws -> Double {
            var values = kept.scalars
            values[index] += h
            parameter.value = Tensor(values, shape: kept.shape)
            defer { parameter.value = kept }
            return try model.evaluate(on: data).loss
        }
        var products: [Double] = []
        for index in 0..<8 {
            let slope = (try loss(index, 1e-2) - loss(index, -1e-2)) / 2e-2
            products.append(abs(slope * Double(kept.scalars[index])))
        }
        let largest = try #require(products.indices.max { products[$0] < products[$1] })
        for index in 0..<8 {
            // Scores are shares: ratios compare.
            let expected = products[index] / products[largest]
            let found = Double(scores[1].scalars[index] / scores[1].scalars[largest])
            #expect(abs(found - expected) < 0.02)
        }
        #expect(abs(scores.reduce(0) { $0 + $1.scalars.reduce(0, +) } - 1) < 1e-4)
    }

    /// The ends lose the same share as the layers between, the smallest weights first.
    @Test func endsGoBySizeAtTheSameShare() throws {
        let layers = [
            CriterionTests.layer([10, 20], "first"), CriterionTests.layer([20, 30], "between"),
            PruningLayer(name: "last", weights: MaskTests.random([30, 10], "last")),
        ]
        let criterion = EndsByMagnitudeCriterion(FiringChangeCriterion())
        let outcome = try criterion.prune(layers, by: Pruning(.global(rate: 0.4)))
        for (layer, mask) in zip(layers, outcome.masks) {
            let gone = mask.scalars.count { $0 == 0 }
            #expect(abs(gone - layer.weights.count * 2 / 5) <= 1, "\(layer.name)")
        }
        for index in [0, 2] {
            let bySize = try MagnitudeCriterion().prune(
                [layers[index]],
                by: Pruning(
                    .densities([
                        Double(outcome.masks[index].scalars.count { $0 != 0 })
                            / Double(layers[index].weights.count)
                    ]))
            ).masks[0]
            #expect(bySize.scalars == outcome.masks[index].scalars)
        }
        // The layer between is scored as without ends.
        let alone = try FiringChangeCriterion().scores(of: [layers[1]])[0]
        #expect(try criterion.scores(of: layers)[1].scalars == alone.scalars)
        // Ties between, as of silent inputs, do not mix up sizes at the ends.
        var silent = layers
        silent[1].inputRates = [Double](repeating: 0, count: 20)
        let tied = try criterion.scores(of: silent)[2].scalars
        let order = layers[2].weights.scalars.map(abs)
        #expect(zip(tied, order).sorted { $0.1 < $1.1 }.map(\.0) == tied.sorted())
        #expect(Set(tied).count == tied.count)
        // With nothing between, ranks compare.
        let two = try criterion.prune([layers[0], layers[2]], by: Pruning(.global(rate: 0.3)))
        #expect(two.masks[0].scalars.count { $0 == 0 } == 60)
        #expect(two.masks[1].scalars.count { $0 == 0 } == 90)
        let all = EndsByMagnitudeCriterion(FiringChangeCriterion(), firstLayer: false)
        #expect(
            try all.scores(of: layers)[0].scalars
                == FiringChangeCriterion().scores(of: [layers[0]])[0].scalars)
    }

    /// Outputs of a group hear the inputs of their own group.
    @Test func groupsHaveRatesOfTheirOwn() throws {
        var layer = PruningLayer(name: "g", weights: Tensor.ones([1, 2, 4]))
        layer.inputRates = [0.1, 0.2, 0.3, 0.4]
        let scores = try DriveCriterion().scores(of: [layer])[0].scalars
        #expect(scores.map { ($0 * 10).rounded() } == [1, 1, 3, 3, 2, 2, 4, 4])
        layer.inputRates = [0.1, 0.2, 0.3]
        #expect(throws: CompressionError.self) { try DriveCriterion().scores(of: [layer]) }
    }
}

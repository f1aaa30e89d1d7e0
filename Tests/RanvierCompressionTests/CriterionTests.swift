import RanvierCompression
import RanvierTensors
import Testing

/// Criteria, units, balance and what goes with channels.
@Suite struct CriterionTests {
    static func layer(_ shape: [Int], _ name: String = "a", alive: Tensor? = nil) -> PruningLayer {
        PruningLayer(
            name: name, weights: MaskTests.random(shape, name), alive: alive,
            gradient: MaskTests.random(shape, "g" + name),
            inputRates: (0..<shape[shape.count - 2]).map { 0.05 + 0.1 * Double($0 % 7) },
            outputs: .init(
                membraneMean: (0..<shape[shape.count - 1]).map { 0.9 - 0.3 * Double($0 % 4) },
                membraneVariance: [Double](repeating: 0.2, count: shape[shape.count - 1])))
    }

    static let criteria: [any PruningCriterion] = [
        MagnitudeCriterion(), RandomCriterion(seed: 1), RandomCriterion(seed: 2),
        SaliencyCriterion(), LayerAdaptiveCriterion(), DriveCriterion(), FiringChangeCriterion(),
        FiringChangeCriterion(perOperation: true),
    ]

    @Test func criteriaDiffer() throws {
        let layers = [Self.layer([8, 6]), Self.layer([3, 3, 6, 5], "b")]
        let masks = try Self.criteria.map {
            try $0.prune(layers, by: Pruning(.global(rate: 0.5))).masks.flatMap(\.scalars)
        }
        #expect(Set(masks).count == masks.count)
        #expect(masks.allSatisfy { $0.count { $0 == 0 } == 159 })
    }

    @Test func whatIsGoneStaysGone() throws {
        let alive = MaskTests.random([8, 6], "m").isGreater(than: Tensor(0))
        let layer = Self.layer([8, 6], alive: alive)
        for criterion in Self.criteria {
            for granularity in [
                Granularity.weights, .filters, .inputChannels, .blocks(rows: 2, columns: 3),
            ] {
                let mask = try criterion.prune(
                    [layer], by: Pruning(.global(rate: 0.3)), granularity: granularity
                ).masks[0].scalars
                #expect(zip(mask, alive.scalars).allSatisfy { $0 <= $1 })
                #expect(mask.contains { $0 != 0 } && mask != alive.scalars)
            }
        }
    }

    @Test func layersSayWhatTheyLack() {
        let bare = PruningLayer(name: "bare", weights: MaskTests.random([4, 3], "w"))
        for criterion in [
            SaliencyCriterion(), DriveCriterion(), FiringChangeCriterion(),
            FiringChangeCriterion(perOperation: true),
        ] as [any PruningCriterion] {
            let error = #expect(throws: CompressionError.self) {
                try criterion.scores(of: [bare])
            }
            #expect(error?.description.contains("'bare'") == true)
        }
        var short = Self.layer([4, 3])
        short.inputRates = [0.5]
        #expect(throws: CompressionError.self) { try DriveCriterion().scores(of: [short]) }
    }

    /// The same weights in both orders have the same units.
    @Test func layoutsAgree() throws {
        let last = MaskTests.random([3, 2, 4, 5], "w"), first = last.transposed([3, 2, 0, 1])
        let a = PruningLayer(name: "a", weights: last)
        let b = PruningLayer(name: "a", weights: first, order: .outputsFirst)
        for granularity in [
            Granularity.neurons, .inputChannels, .kernels, .blocks(rows: 4, columns: 4),
            .blocks(rows: 1, columns: 8),
        ] {
            for norm in UnitNorm.allCases {
                let left = try MagnitudeCriterion().unitScores(
                    of: a, granularity: granularity, norm: norm)
                let right = try MagnitudeCriterion().unitScores(
                    of: b, granularity: granularity, norm: norm)
                #expect(zip(left.scalars, right.scalars).allSatisfy { abs($0 - $1) < 1e-5 })
                let pruning = Pruning(.global(rate: 0.4))
                let masks = try [a, b].map {
                    try MagnitudeCriterion().prune(
                        [$0], by: pruning, granularity: granularity, norm: norm
                    ).masks[0]
                }
                #expect(masks[0].transposed([3, 2, 0, 1]).scalars == masks[1].scalars)
            }
        }
        let kept = NOfM(2, of: 4)
        #expect(
            kept.mask(of: a, scores: last).transposed([3, 2, 0, 1]).scalars
                == kept.mask(of: b, scores: first).scalars)
        #expect(
            kept.mask(of: a, scores: last).scalars.count { $0 != 0 } == 60 && kept.metadataBits == 2
        )
    }

    @Test func unitsGoAsOne() throws {
        let layer = Self.layer([3, 3, 4, 6])
        let outcome = try MagnitudeCriterion().prune(
            [layer], by: Pruning(.global(rate: 0.5)), granularity: .filters, norm: .l2)
        let mask = outcome.masks[0].scalars
        #expect(outcome.removed == 3)
        for filter in 0..<6 {
            let own = Set(stride(from: filter, to: mask.count, by: 6).map { mask[$0] })
            #expect(own.count == 1)
        }
    }

    @Test func channelsTakeTheirListenersAlong() throws {
        // Outputs 1 and 3 of the first layer are gone; input 2 of the second is heard by nobody.
        var first = [Float](repeating: 1, count: 9 * 2 * 4)
        for index in first.indices where index % 4 == 1 || index % 4 == 3 { first[index] = 0 }
        var second = [Float](repeating: 1, count: 8 * 5)
        for input in [2, 6] { for o in 0..<5 { second[input * 5 + o] = 0 } }
        let layers = [
            Self.layer([3, 3, 2, 4], "conv", alive: Tensor(first, shape: [3, 3, 2, 4])),
            // Two places of four channels, flattened.
            Self.layer([8, 5], "dense", alive: Tensor(second, shape: [8, 5])),
        ]
        let masks = try ChannelPropagation.propagated(layers)
        #expect(masks[0].scalars.count { $0 != 0 } == 18)
        #expect(masks[1].scalars.count { $0 != 0 } == 10)
        #expect(try ChannelPropagation.effectiveDensity(of: layers) == 28.0 / 112)
        #expect(throws: CompressionError.self) {
            try ChannelPropagation.propagated([layers[1], layers[0]])
        }
    }

    @Test func loadsAreBalanced() throws {
        let alive = MaskTests.random([20, 9], "m").isGreater(than: Tensor(0.4))
        var layer = Self.layer([20, 9], alive: alive)
        let balance = LoadBalance(elements: 4)
        let before = balance.groups(of: balance.loads(of: layer))
        #expect(before.contains { $0.utilization < 1 } && before.count == 3)
        let mask = balance.balanced(layer, scores: layer.weights)
        // What stays of a channel that loses are its largest; what it loses least.
        layer.alive = mask
        let after = balance.groups(of: balance.loads(of: layer))
        for (group, old) in zip(after, before) {
            #expect(group.loads.allSatisfy { $0 == old.average })
            #expect(group.utilization == 1 && group.wasted == 0)
        }
        let chance = balance.balanced(
            Self.layer([20, 9], alive: alive), scores: MaskTests.random([20, 9], "chance"))
        #expect(chance.scalars != mask.scalars)
    }

    @Test func silentNeuronsGo() throws {
        var layer = Self.layer([4, 3])
        layer.inputRates = [0, 0.5, 0.2, 0]
        let mask = try SilentNeurons.mask(of: layer, outputRates: [0.1, 0, 0.3])
        #expect(mask.scalars == [0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0])
        #expect(abs(try SilentNeurons.operationsPerStep(of: layer) - 2.1) < 1e-12)
    }

    @Test func smallLayersStayDense() throws {
        let shapes = [[2, 2], [100, 100], [50, 200, 3, 3]]
        let densities = try erdosRenyiDensities(of: shapes, density: 0.1)
        #expect(densities[0] == 1 && densities[1] < 1 && densities[1] > densities[2])
        let sizes = shapes.map { Double($0.reduce(1, *)) }
        let left = zip(densities, sizes).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(left - 0.1 * sizes.reduce(0, +)) < 1e-6)
        #expect(try erdosRenyiDensities(of: shapes, density: 1) == [1, 1, 1])
        #expect(throws: CompressionError.self) { try erdosRenyiDensities(of: shapes, density: 0) }
    }
}

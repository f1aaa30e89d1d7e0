import RanvierCompression
import RanvierNetworks
import RanvierTensors
import Testing

/// Masks by magnitude: rules, scopes, guards, and what of a network is pruned.
@Suite struct MaskTests {
    static func random(_ shape: [Int], _ name: String) -> Tensor {
        Tensor(
            normalWithMean: 0, standardDeviation: 1, shape: shape,
            from: RandomStream(seed: 1, name: name))
    }

    /// Sorting, as the rule says it.
    static func sorted(_ layers: [ScoredLayer], removing count: Int) -> [[Float]] {
        var order: [(size: Float, layer: Int, index: Int)] = []
        var masks = layers.map {
            $0.alive?.scalars ?? [Float](repeating: 1, count: $0.scores.count)
        }
        for (l, layer) in layers.enumerated() {
            for (i, score) in layer.scores.scalars.enumerated() where masks[l][i] != 0 {
                order.append((abs(score), l, i))
            }
        }
        order.sort { ($0.size, $0.layer, $0.index) < ($1.size, $1.layer, $1.index) }
        for entry in order.prefix(count) { masks[entry.layer][entry.index] = 0 }
        return masks
    }

    @Test func countingDigitsIsSorting() throws {
        for seed in 0..<4 {
            // Denormal, tied, zero and huge sizes side by side.
            let scale: Float = [1, .leastNonzeroMagnitude * 700, 1e30, 1][seed]
            var layers = [[30, 7], [64], [5, 5, 3]].map { shape in
                var scores = Self.random(shape, "\(seed)\(shape)") * scale
                if seed == 3 {
                    scores = Tensor(scores.scalars.map { ($0 * 2).rounded() }, shape: shape)
                }
                return ScoredLayer(name: "\(shape)", scores: scores)
            }
            let alive = Self.random([64], "alive").isGreater(than: Tensor(-0.3))
            layers[1].alive = alive
            let living = 210 + alive.scalars.count { $0 != 0 } + 75
            for rate in [0, 0.013, 0.29, 0.5, 0.999, 1] {
                let outcome = try Pruning(.global(rate: rate), guardsLayers: false).masks(
                    of: layers)
                let count = Pruning.count(rate, of: living)
                #expect(outcome.masks.map(\.scalars) == Self.sorted(layers, removing: count))
                #expect(outcome.removed == count)
            }
        }
    }

    @Test func countsAreNotOffByOne() {
        #expect(Pruning.count(0.29, of: 100) == 29)
        #expect(Pruning.count(1 - 0.9, of: 10) == 1)
        #expect(Pruning.count(0.25, of: 7) == 1)
    }

    @Test func densitiesSayWhatIsLeft() throws {
        let layers = [
            ScoredLayer(name: "a", scores: Self.random([40], "a")),
            ScoredLayer(
                name: "b", scores: Self.random([50], "b"),
                alive: Tensor((0..<50).map { $0 < 20 ? 1 : 0 }, shape: [50])),
        ]
        let outcome = try Pruning(.densities([0.25, 0.2])).masks(of: layers)
        #expect(outcome.densities == [0.25, 0.2])
        // A layer that has less already stays as it is.
        let more = try Pruning(.densities([1, 0.9])).masks(of: layers)
        #expect(more.living == [40, 20] && more.removed == 0)
        #expect(throws: CompressionError.self) { try Pruning(.densities([0.5])).masks(of: layers) }
        #expect(throws: CompressionError.self) { try Pruning(.global(rate: 1.2)).masks(of: layers) }
    }

    @Test func noLayerCollapses() throws {
        let layers = [
            ScoredLayer(name: "small", scores: Self.random([20], "a") * 1e-3),
            ScoredLayer(name: "large", scores: Self.random([20], "b")),
        ]
        let outcome = try Pruning(.global(rate: 0.5)).masks(of: layers)
        #expect(outcome.guarded == ["small"] && outcome.living == [1, 20] && outcome.removed == 19)
        let kept = outcome.masks[0].scalars.firstIndex(of: 1)
        let sizes = layers[0].scores.scalars.map(abs)
        #expect(kept == sizes.firstIndex(of: sizes.max() ?? 0))
    }

    @Test func weightsWithoutOrderAreRefused() throws {
        let layer = ScoredLayer(name: "a", scores: Tensor([1, .nan], shape: [2]))
        let error = #expect(throws: CompressionError.self) {
            try Pruning(.global(rate: 0.5)).masks(of: [layer])
        }
        #expect(error?.description.contains("'a'") == true)
        #expect(throws: CompressionError.self) {
            try Pruning(.global(rate: 0.5)).masks(of: [
                ScoredLayer(name: "a", scores: .ones([2]), alive: .ones([3]))
            ])
        }
    }

    // MARK: - Networks

    static func network() throws -> Network {
        try Network(inputShape: [6, 6, 2], seed: 4) {
            Convolution2D(2, 4, size: 3, padding: 1)
            BatchNormalization(4)
            LIF(membraneTimeConstant: 5e-3)
            DelayedLinear(144, 12, maximumDelay: 2e-3, timeStep: 1e-3, gain: 4)
            RecurrentLIF(12, leak: .factor(0.8), gain: 2)
            Linear(12, 3)
        }
    }

    @Test func connectionsAndNothingElseIsPruned() throws {
        let network = try Self.network()
        #expect(
            network.prunableParameters.map(\.name) == [
                "conv2d1.weights", "delayed-linear4.weights", "recurrent-lif5.weights",
                "linear6.weights",
            ])
        let others = network.values.filter { !$0.key.hasSuffix(".weights") }
        #expect(network.density == 1)
        try network.prune(Pruning(.global(rate: 0.5)))
        let outcome = try network.prune(Pruning(.global(rate: 0.5)))
        #expect(abs(network.density - 0.25) < 1e-3 && abs(outcome.density - 0.25) < 1e-3)
        for (name, value) in others { #expect(network.values[name]?.scalars == value.scalars) }
        for parameter in network.prunableParameters {
            let alive = try #require(network.masks[parameter.name]).scalars
            #expect(zip(parameter.value.scalars, alive).allSatisfy { $1 != 0 || $0 == 0 })
            #expect(parameter.mask?.count == alive.count { $0 != 0 })
        }
    }

    @Test func pruningKeepsOtherViews() throws {
        let network = try Self.network()
        let weights = network.prunableParameters[3]
        weights.views = [SymmetricQuantizer(bits: 4)]
        try network.prune(Pruning(.layerWise(rate: 0.5)))
        #expect(weights.views.map { type(of: $0).kind } == ["mask", "symmetric-quantizer"])
        weights.mask = nil
        #expect(weights.views.map { type(of: $0).kind } == ["symmetric-quantizer"])
    }

    /// A trained weight can be zero and alive.
    @Test func alivenessIsInTheMask() throws {
        let network = try Network(
            inputShape: [2],
            layers: [
                Linear(weights: Tensor([0, 0, 1, 2, 3, 4], shape: [2, 3]))
            ])
        let weights = network.prunableParameters[0]
        weights.mask = Mask(Tensor([1, 0, 1, 1, 1, 1], shape: [2, 3]))
        let outcome = try network.prune(Pruning(.global(rate: 0.2)))
        #expect(outcome.removed == 1)
        #expect(weights.mask?.alive.scalars == [0, 0, 1, 1, 1, 1])
    }
}

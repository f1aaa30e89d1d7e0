import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

/// Distances of rates, sizes of updates, and the numbers of NeuroBench: closed forms and small networks.
@Suite struct FiringRateDistanceTests {
    @Test func distancesAreClosedForms() {
        #expect(FiringRateDistance.distance([0, 1], [0, 1]) == 0)
        #expect(FiringRateDistance.distance([0.2, 0.4], [0.4, 0.2]) == 0)
        #expect(abs(FiringRateDistance.distance([0, 0.5], [0.25, 0.75]) - 0.25) < 1e-15)
        // Other numbers of neurons: half of the weight at 0 moves to 1.
        #expect(FiringRateDistance.distance([0], [0, 1]) == 0.5)
        #expect(abs(FiringRateDistance.distance([0, 0, 1], [0, 1, 1]) - 1 / 3.0) < 1e-15)
        #expect(FiringRateDistance.distance([], [1]) == 0)
        // Of as many: the mean distance of the sorted.
        let a = (0..<50).map { Double(($0 * 37) % 50) / 50 }
        let b = (0..<50).map { Double(($0 * 23) % 50) / 70 + 0.1 }
        let sorted = zip(a.sorted(), b.sorted()).reduce(0) { $0 + abs($1.0 - $1.1) } / 50
        #expect(abs(FiringRateDistance.distance(a, b) - sorted) < 1e-12)
        #expect(abs(FiringRateDistance.distance(b, a) - sorted) < 1e-12)
    }

    @Test func layersAreComparedByName() throws {
        let first = FiringRates(layers: [
            .init(name: "a", rates: [0.1, 0.5]), .init(name: "b", rates: [1]),
        ])
        let second = FiringRates(layers: [
            .init(name: "a", rates: [0.5, 0.2]), .init(name: "b", rates: [0.5, 0.75]),
        ])
        let distance = try FiringRateDistance(from: first, to: second)
        #expect(abs(distance.layers[0].distance - 0.05) < 1e-12)
        #expect(abs((distance.layers[0].meanDifference ?? 0) - 0.35) < 1e-12)
        #expect(abs(distance.layers[1].distance - 0.375) < 1e-12)
        #expect(distance.layers[1].meanDifference == nil)
        #expect(abs(distance.mean - 0.2125) < 1e-12)
        let other = FiringRates(layers: [.init(name: "c", rates: [1])])
        #expect(throws: AnalysisError.self) { try FiringRateDistance(from: first, to: other) }
    }

    @Test func modelsAreMeasured() throws {
        let model = try BreakEvenTests.model(), data = try Digits().test.prefix(25)
        let rates = try FiringRates(of: model, on: data)
        let evaluation = try model.evaluate(on: data)
        #expect(rates.layers.map(\.name) == ["lif2"])
        let mean = rates.layers[0].rates.reduce(0, +) / 20
        #expect(abs(mean - evaluation.activity[0].rate) < 1e-12)
        let same = try FiringRateDistance(from: model, to: model, on: data)
        #expect(same.mean == 0 && same.layers[0].meanDifference == 0)
        let weights = model.network.layerParameters[0]
        weights.value = weights.value * 0.5
        let quieter = try FiringRates(of: model, on: data)
        let distance = try FiringRateDistance(from: rates, to: quieter).layers[0]
        #expect(distance.distance > 0)
        #expect((distance.meanDifference ?? 0) >= distance.distance - 1e-12)
    }

    // MARK: - Updates

    @Test func updatesTakeTheCheapestFormat() {
        // 16 × 16, every 16th lives: one in each row, 8 bits each.
        let sparse = StoredNumbers(
            name: "w", shape: [16, 16], bits: 8, mask: (0..<256).map { $0 % 16 == 3 })
        let bias = StoredNumbers(name: "b", shape: [16], bits: 32)
        let size = UpdateSize(of: [sparse, bias])
        #expect(size.weights == 16 + 64)
        // Runs of 15 zeros: 16 lengths of 4 bits.
        #expect(size.mask == 8)
        #expect(size.both == 16 * 12 / 8 + 64)
        #expect(UpdateSize.Part.allCases.map(size.bytes) == [size.mask, size.weights, size.both])
        // Half of them: a bitmap.
        let half = StoredNumbers(
            name: "w", shape: [16, 16], bits: 32, mask: (0..<256).map { $0 % 2 == 0 })
        #expect(UpdateSize(of: [half]).mask == 32)
        #expect(
            UpdateSize(of: [half], bits: 4)
                == UpdateSize(of: [
                    StoredNumbers(
                        name: "w", shape: [16, 16], bits: 4, mask: half.mask)
                ]))
        #expect(UpdateSize(of: [half], bits: 4).both == 32 + 64)
        let dense = UpdateSize(of: [StoredNumbers(name: "w", shape: [4, 4], bits: 8)])
        #expect(dense.mask == 0 && dense.weights == 16 && dense.both == 16)
    }

    // MARK: - NeuroBench

    @Test func countsAreThoseByHand() throws {
        let model = try ClockedModel(
            encoder: .direct(steps: 2, timeStep: 1e-3), inputShape: [3]
        ) {
            // Input 0.5, 0, −1 at both steps; neuron 0 fires at both, neuron 1 never.
            Linear(weights: Tensor([4, 0, 1, 1, 0, 1], shape: [3, 2]))
            LIF(leak: .factor(0.5), dynamics: LIFDynamics(reset: .hard))
            Linear(weights: Tensor([1, 0, 2, 3, 4, 5], shape: [2, 3]))
        }
        let data = try Dataset(
            name: "hand", values: [0.5, 0, -1], featureShape: [3], labels: [2])
        let found = try NeuroBenchMetrics(of: model, on: data)
        // Six and six weights, and a threshold.
        #expect(found.footprint == 4 * 13)
        #expect(found.connectionSparsity == 0.25)
        #expect(found.activationSparsity == 0.5)
        // Of 0.5 one weight is there, of −1 one: two products at each step.
        #expect(found.effectiveMACs == 4)
        // A spike at each step reaches two of three.
        #expect(found.effectiveACs == 4)
        #expect(found.denseOperations == 24)
        #expect(found.accuracy == 1)
    }

    @Test func bordersAndMasksCount() throws {
        let model = try ClockedModel(
            encoder: .direct(steps: 3, timeStep: 1e-3), inputShape: [3, 3, 1]
        ) {
            Convolution2D(weights: Tensor.ones([3, 3, 1, 2]), window: ImageWindow(3, padding: 1))
            LIF(leak: .factor(0.5), dynamics: LIFDynamics())
            Linear(18, 2)
        }
        let data = try Dataset(
            name: "image", values: [Float](repeating: 1, count: 9), featureShape: [3, 3, 1],
            labels: [0], classNames: ["0", "1"])
        let found = try NeuroBenchMetrics(of: model, on: data)
        // 49 taps inside, two channels; ones count as spikes.
        #expect(found.denseOperations == 3 * (98 + 36))
        #expect(found.effectiveMACs == 0 && found.effectiveACs >= 3 * 98)
        let weights = model.network.layerParameters[0]
        weights.views = [
            Mask(Tensor((0..<18).map { $0 % 2 == 0 ? 1 : 0 }, shape: [3, 3, 1, 2]))
        ]
        let masked = try NeuroBenchMetrics(of: model, on: data)
        #expect(masked.denseOperations == found.denseOperations)
        #expect(masked.connectionSparsity == (9.0 / 54 * 10_000).rounded() / 10_000)
        #expect(masked.footprint == found.footprint)
        #expect(masked.activationSparsity > found.activationSparsity)
    }
}

import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

/// When spikes pay: closed forms, and the numbers of a small network.
@Suite struct BreakEvenTests {
    /// 100 analog and 200 spiking connections, 4 steps, a quarter of which carry a spike.
    static func breakEven(
        payload: Int = 0, assuming assumptions: EnergyAssumptions = EnergyAssumptions()
    ) -> BreakEven? {
        BreakEven(
            of: ConnectionLoad(analog: 100, spiking: 200, spikingSteps: 800, steps: 4),
            operations: OperationCount(
                synaptic: 2000 - payload, multiplyAccumulate: 1000 + payload, payload: payload),
            samples: 10, neurons: 20, updates: 80, assuming: assumptions)
    }

    @Test func accountsAreClosedForms() throws {
        let found = try #require(Self.breakEven())
        #expect(found.activationBits == 3 && found.weightBits == 8 && found.indexBits == 0)
        #expect(found.ownRate == 0.25 && found.table == "horowitz2014" && found.steps == 4)
        func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-9 * max(abs(b), 1) }
        // The first layer is the same: 200 products against sums.
        #expect(close(found.arithmetic.rate, 200 * 4.6 / (800 * 0.9)))
        #expect(close(found.arithmetic.spikingPicojoules, 460 + 200 * 0.9))
        #expect(close(found.arithmetic.artificialPicojoules, 300 * 4.6))
        let product = 0.2 + 0.1, activation = 0.2 * 3 / 8 + 0.1
        #expect(close(found.actualWidth.rate, 200 * activation / (800 * 0.1)))
        #expect(close(found.actualWidth.artificialPicojoules, 100 * product + 200 * activation))
        let fetch = 5.0 / 4
        let spiking = 100 * (product + fetch) + 80 * (0.2 + 0.2 + 10)
        let artificial =
            100 * (product + fetch) + 200 * (activation + fetch) + 20 * (0.1 + 10 * 3 / 32)
        #expect(close(found.withMemory.rate, (artificial - spiking) / (800 * (0.1 + fetch))))
        #expect(close(found.withMemory.spikingPicojoules, spiking + 200 * (0.1 + fetch)))
        #expect(close(found.withMemory.artificialPicojoules, artificial))
        #expect(found.arithmetic.spikingTakesLess && !found.withMemory.spikingTakesLess)
    }

    /// At the rate both cost the same.
    @Test func theRateIsWhereBothMeet() throws {
        for bits in [4, 8] {
            let own = EnergyAssumptions(weightBits: bits, indexBits: 5, stateBits: 16)
            let found = try #require(Self.breakEven(assuming: own))
            #expect(found.weightBits == bits && found.indexBits == 5)
            for (account, priced) in [
                (found.arithmetic, 0.9), (found.actualWidth, 0.1),
                (found.withMemory, 0.1 + 5.0 / 32 * Double(bits + 5)),
            ] {
                let moved =
                    account.spikingPicojoules + (account.rate - found.ownRate) * 800 * priced
                #expect(abs(moved - account.artificialPicojoules) < 1e-9)
            }
        }
        // Indices and wide weights cost both.
        let sparse = try #require(Self.breakEven(assuming: EnergyAssumptions(indexBits: 8)))
        let plain = try #require(Self.breakEven())
        #expect(sparse.withMemory.artificialPicojoules > plain.withMemory.artificialPicojoules)
        #expect(sparse.actualWidth == plain.actualWidth)
    }

    /// Large layers, moderate T: near the 6 % that publications find with memory.
    @Test func largeLayersBreakEvenWhereOthersFind() throws {
        let found = try #require(
            BreakEven(
                of: ConnectionLoad(
                    analog: 0, spiking: 1_000_000, spikingSteps: 16_000_000, steps: 16),
                operations: OperationCount(synaptic: 1_000_000), samples: 1, neurons: 1000,
                updates: 16_000))
        #expect(found.activationBits == 5 && found.ownRate == 1.0 / 16)
        #expect(found.withMemory.rate > 0.055 && found.withMemory.rate < 0.065)
    }

    @Test func payloadsAreProducts() throws {
        let half = try #require(Self.breakEven(payload: 1000))
        let plain = try #require(Self.breakEven())
        #expect(half.ownRate == plain.ownRate)
        #expect(abs(half.arithmetic.rate - 200 * 4.6 / (800 * (0.45 + 2.3))) < 1e-12)
        #expect(
            BreakEven(
                of: ConnectionLoad(analog: 5, spiking: 0, spikingSteps: 0, steps: 4),
                operations: OperationCount(), samples: 1, neurons: 0, updates: 0) == nil)
    }

    static func model(steps: Int = 4) throws -> ClockedModel {
        try ClockedModel(
            encoder: .direct(steps: steps, timeStep: 1e-3), inputShape: [64], seed: 1
        ) {
            Linear(64, 20, gain: 2)
            LIF(membraneTimeConstant: 5e-3)
            Linear(20, 10)
            LeakyIntegrator(membraneTimeConstant: 5e-3)
        }
    }

    /// The load is that of layers as they run, and the rate what was counted.
    @Test func aModelKnowsItsConnections() throws {
        let model = try Self.model(), data = try Digits().test.prefix(30)
        let batch = Batches(data, size: 2)[0]
        let load = try #require(try model.connectionLoad(of: batch))
        #expect(load == ConnectionLoad(analog: 1280, spiking: 200, spikingSteps: 800, steps: 4))
        let evaluation = try model.evaluate(on: data)
        let found = try #require(
            BreakEven(
                of: load, operations: evaluation.operations, samples: 30, neurons: 20, updates: 80))
        // Fan-outs are equal: the rate is that of the neurons.
        #expect(abs(found.ownRate - evaluation.activity[0].rate) < 1e-12)
        // A mask takes connections away.
        let weights = model.network.layerParameters[0]
        weights.views = [
            Mask(Tensor((0..<1280).map { $0 % 4 == 0 ? 0 : 1 }, shape: [64, 20]))
        ]
        #expect(try model.connectionLoad(of: batch)?.analog == 960)
        let recurrent = try ClockedModel(
            encoder: .direct(steps: 2, timeStep: 1e-3), inputShape: [64]
        ) {
            Linear(64, 6)
            RecurrentLIF(6, leak: .factor(0.9))
            Linear(6, 10)
        }
        #expect(try recurrent.connectionLoad(of: batch) == nil)
    }

    @Test func resultsCarryIt() throws {
        let data = try Digits().test.prefix(20), model = try Self.model()
        let measurement = try ModelMeasurement(
            of: model,
            as: .init(method: "surrogate", dataset: "digits", seed: 0, name: "test"), on: data,
            training: TrainingState(), samples: 10)
        let result = measurement.result
        let found = try #require(result.breakEven)
        #expect(found.steps == 4 && found.weightBits == 8)
        #expect(result.energy.assumptions == EnergyAssumptions())
        let again = try RunResult(json: result.json())
        #expect(again == result && again.breakEven == found)
        // Quantised and masked, widths and indices are those of the network.
        for weights in model.network.layerParameters where weights.isPrunable {
            let count = weights.shape.reduce(1, *)
            weights.views = [
                Mask(
                    Tensor((0..<count).map { $0 % 10 == 0 ? 1 : 0 }, shape: weights.shape)),
                SymmetricQuantizer(bits: 4),
            ]
        }
        let small = try ModelMeasurement(
            of: model,
            as: .init(method: "surrogate", dataset: "digits", seed: 0, name: "test"), on: data,
            training: TrainingState(), samples: 10
        ).result
        let assumptions = try #require(small.energy.assumptions)
        #expect(assumptions.arithmetic == .int8Into32 && assumptions.weightBits == 4)
        #expect(assumptions.indexBits > 0 && small.breakEven?.indexBits == assumptions.indexBits)
        #expect(small.energy.actualWidthPicojoules < 0.2 * small.energy.arithmeticPicojoules)
    }

    @Test func assumptionsFollowStorage() {
        let dense = StoredNumbers(name: "a", shape: [10, 10], bits: 8)
        let wide = StoredNumbers(name: "b", shape: [10, 30], bits: 32)
        let bias = StoredNumbers(name: "c", shape: [10], bits: 32)
        #expect(
            EnergyAssumptions(of: [dense, bias])
                == EnergyAssumptions(arithmetic: .int8Into32, weightBits: 8))
        #expect(
            EnergyAssumptions(of: [dense, wide]) == EnergyAssumptions(weightBits: 26))
        #expect(EnergyAssumptions(of: [bias]) == EnergyAssumptions())
        // Half of 100 live: a bitmap reads two bits for each.
        let half = StoredNumbers(
            name: "d", shape: [10, 10], bits: 8, mask: (0..<100).map { $0 % 2 == 0 })
        #expect(EnergyAssumptions(of: [half]).indexBits == 2)
    }
}

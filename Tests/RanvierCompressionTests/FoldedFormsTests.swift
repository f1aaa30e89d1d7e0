import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Delays, pooling by sums, and leaks by products in whole numbers.
@Suite struct FoldedFormsTests {
    private static func quantize(_ network: Network, bits: Int = 5) {
        for parameter in network.prunableParameters {
            parameter.views += [SymmetricQuantizer(bits: bits, hasPowerOfTwoScale: true)]
        }
    }

    private static func isWhole(_ network: Network) -> Bool {
        network.values.values.allSatisfy { $0.scalars.allSatisfy { $0 == $0.rounded() } }
    }

    // MARK: - Delays

    /// 20 inputs to 16 neurons with delays of up to 6 steps.
    private static func delayed(_ delays: [Float]) throws -> ClockedModel {
        let weights = RecurrentFoldingTests.random([20, 16], "weights", in: -0.8..<1)
        let model = try ClockedModel(
            encoder: PoissonEncoder(steps: 12, timeStep: 1e-3), readout: .spikeCount,
            inputShape: [20], seed: 2
        ) {
            DelayedLinear(
                weights: weights, delays: Tensor(delays.map { $0 * 1e-3 }, shape: [20, 16]),
                timeStep: 1e-3)
            IntegrateAndFire(dynamics: PopulationDynamics(tie: .silent))
        }
        quantize(model.network)
        return model
    }

    @Test func wholeDelaysFold() throws {
        let delays = RecurrentFoldingTests.random([20, 16], "delays", in: 0..<6.99).scalars
            .map { $0.rounded(.down) }
        let model = try Self.delayed(delays)
        let folded = try WholeNumberFolding().apply(to: model)
        let network = folded.model.network, input = RecurrentFoldingTests.input
        #expect(Self.isWhole(network) && folded.report.warnings.isEmpty)
        let layer = try #require(network.stages[0].layer as? DelayedLinear)
        let codes = layer.weights.seen.scalars
        for (index, delay) in layer.delays.seen.scalars.enumerated() {
            #expect(delay == (codes[index] == 0 ? 0 : delays[index]))
        }
        let spikes = model.network(input)
        #expect(network(input).scalars == spikes.scalars)
        #expect(spikes.spikeCount > 100)
        #expect(folded.model.storage.contains { $0.bits == 8 && $0.count == 320 })
        var state: [LayerState?] = [nil, nil]
        for t in 0..<12 {
            let first = layer.step(input.step(at: t), state: state[0], in: .init(timeStep: 1e-3))
            let second = network.stages[1].layer.step(
                first.output, state: state[1], in: .init(timeStep: 1e-3))
            #expect(second.output.scalars == spikes.step(at: t).scalars)
            state = [first.state, second.state]
        }
        let folder = try TemporaryFolder()
        try folded.model.save(to: folder.url)
        let again = try #require(try Model.load(folder.url) as? ClockedModel)
        #expect(again.network(input).scalars == spikes.scalars)
    }

    @Test func delaysBetweenStepsAreRefusedOrRounded() throws {
        let delays = RecurrentFoldingTests.random([20, 16], "delays", in: 0..<6).scalars
        let model = try Self.delayed(delays)
        let error = #expect(throws: FoldingError.self) {
            try WholeNumberFolding().apply(to: model)
        }
        #expect(error?.description.contains("nearest-step") == true)
        let folded = try WholeNumberFolding(delays: .nearestStep).apply(to: model)
        #expect(folded.report.warnings.contains { $0.contains("rounded to the nearest") })
        let same = try WholeNumberFolding().apply(to: Self.delayed(delays.map { $0.rounded() }))
        let input = RecurrentFoldingTests.input
        #expect(folded.model.network(input).scalars == same.model.network(input).scalars)
        // Known before anything is trained.
        func method(_ rule: WholeNumberFolding.DelayRule) throws -> CompressionMethod {
            try CompressionMethod(
                SurrogateGradient(model),
                phases: [
                    QuantizePhase().with { $0.bits = 4 },
                    WholeNumbersPhase().with { $0.delays = rule },
                ], epochs: 1, registry: .standard)
        }
        #expect(throws: FoldingError.self) { try method(.exact) }
        _ = try method(.nearestStep)
    }

    // MARK: - Pooling

    /// Means of spikes, of currents, and over whole images.
    private static func pooled() throws -> ClockedModel {
        let model = try ClockedModel(
            encoder: PoissonEncoder(steps: 8, timeStep: 1e-3), readout: .spikeCount,
            inputShape: [8, 8, 1], seed: 3
        ) {
            Convolution2D(1, 4, size: 3, padding: 1, hasBias: false)
            IntegrateAndFire()
            AveragePool2D(2)
            Convolution2D(4, 6, size: 3, padding: 1, hasBias: false)
            AveragePool2D(2, stride: 3, padding: 1)
            IntegrateAndFire()
            GlobalAveragePool2D()
            Linear(6, 5, hasBias: false)
            IntegrateAndFire()
        }
        for (parameter, gain) in zip(model.network.prunableParameters, [4, 8, 6] as [Float]) {
            parameter.value = parameter.value * gain
        }
        quantize(model.network)
        return model
    }

    @Test func meansBecomeSums() throws {
        let model = try Self.pooled()
        let folded = try WholeNumberFolding().apply(to: model)
        let network = folded.model.network
        #expect(Self.isWhole(network))
        #expect(network.stages.count { $0.layer is WholeNumberPool } == 3)
        let draws = RecurrentFoldingTests.random([8, 20, 8, 8, 1], "draws", in: 0..<1).scalars
        let input = Tensor(draws.map { $0 < 0.4 ? 1 : 0 }, shape: [8, 20, 8, 8, 1])
        let spikes = model.network(input)
        let isSame = network(input).scalars == spikes.scalars
        #expect(isSame)
        let count = spikes.scalars.reduce(0, +)
        #expect(count > 50 && count < 700)
        let folder = try TemporaryFolder()
        try folded.model.save(to: folder.url)
        let again = try #require(try Model.load(folder.url) as? ClockedModel)
        #expect(again.network(input).scalars == spikes.scalars)
    }

    /// Windows of 3 × 3, whose share is no binary fraction, add up to whole numbers all the same.
    @Test func sumsAreExact() throws {
        let values = RecurrentFoldingTests.random([2, 3, 7, 7, 2], "values", in: 0..<100_000)
            .scalars.map { $0.rounded() }
        let input = Tensor(values, shape: [2, 3, 7, 7, 2])
        let pool = WholeNumberPool(3, stride: 2, padding: 1)
        #expect(try pool.outputShape(for: [7, 7, 2]) == [4, 4, 2])
        let sums = pool(input, in: .init(timeStep: 1e-3)).scalars
        let all = WholeNumberPool.global(input, in: .init(timeStep: 1e-3))
        #expect(all.shape == [2, 3, 2])
        for image in 0..<6 {
            for c in 0..<2 {
                func value(_ y: Int, _ x: Int) -> Int {
                    (0..<7).contains(y) && (0..<7).contains(x)
                        ? Int(values[((image * 7 + y) * 7 + x) * 2 + c]) : 0
                }
                for (y, x) in (0..<16).map({ ($0 / 4, $0 % 4) }) {
                    var sum = 0
                    for (i, j) in (0..<9).map({ ($0 / 3, $0 % 3) }) {
                        sum += value(2 * y - 1 + i, 2 * x - 1 + j)
                    }
                    #expect(sums[((image * 4 + y) * 4 + x) * 2 + c] == Float(sum))
                }
            }
        }
        #expect(throws: ConfigurationError.self) {
            try Element(
                "whole-number-pool",
                .section([.init("global", .boolean(true)), .init("size", .integer(3))])
            ).value(of: LayerRole.self, in: .standard, at: "test")
        }
        let constant = Tensor(Array(values.prefix(98)), shape: [1, 7, 7, 2])
            .repeatedInTime(steps: 3)
        let repeated = pool(constant, in: .init(timeStep: 1e-3))
        #expect(repeated.storageKind == .constantInTime)
        #expect(Array(repeated.scalars.prefix(32)) == Array(sums.prefix(32)))
    }

    // MARK: - Leaks by products

    /// The kernel cuts as `Int` does, beyond where one product is exact in single precision.
    @Test func productsAreExact() throws {
        let parts = [0, 1, 2047, 3686, 4095]
        let starts: [Float] = [0, 1, -1, 4095, -4097, 123_457, -999_999, 8_388_607, -16_000_001]
        for part in parts {
            let leak = Double(part) / 4096
            let layer = LIF(
                leak: .factor(leak), threshold: 1e9,
                dynamics: LIFDynamics(membrane: .wholeNumbersTowardsZero))
            let integrator = WholeNumberIntegrator(multiplier: part)
            #expect(integrator.options.multiplier == part && integrator.options.shift == nil)
            let rest = Tensor.zeros([1, 1, starts.count])
            let first = Tensor(starts, shape: [1, 1, starts.count])
            let input = Tensor.concatenate([first, rest, rest])
            let run = layer.run(input, state: nil, in: .init(timeStep: 1e-3))
            let membranes = integrator(input, in: .init(timeStep: 1e-3))
            var v = starts.map { Int($0) }
            for t in 1..<3 {
                v = v.map { $0.signum() * ((abs($0) * part) >> 12) }
                #expect(membranes.step(at: t).scalars == v.map { Float($0) })
            }
            #expect(run.state?["membrane"]?.scalars == v.map { Float($0) }, "\(part)")
        }
    }

    @Test func leaksAreMultiplied() throws {
        func model(_ leak: Double, read: Double) throws -> ClockedModel {
            let model = try ClockedModel(
                encoder: PoissonEncoder(steps: 20, timeStep: 1e-3), readout: .lastMembrane,
                inputShape: [20], seed: 4
            ) {
                Linear(20, 12, gain: 3)
                LIF(leak: .factor(leak), dynamics: LIFDynamics())
                Linear(12, 4)
                LeakyIntegrator(leak: .factor(read))
            }
            for parameter in model.network.prunableParameters {
                parameter.views = [SymmetricQuantizer(bits: 6)]
            }
            return model
        }
        let network = try model(0.9, read: 0.96)
        let folded = try WholeNumberFolding(fractionBits: 4, leak: .multiply).apply(to: network)
        #expect(folded.report.layers.map(\.multiplier) == [3686, 3932])
        #expect(folded.report.description.contains("leak by 3686 of 4096 parts"))
        let noise = RecurrentFoldingTests.random([30, 20], "rates", in: 0..<1)
        let input = try network.shown(noise, samples: Array(0..<30))
        let wanted = network.network(input).scalars
        let found = folded.model.network(input).scalars
        let size = wanted.map(abs).max() ?? 1
        // Nearer than by shifts.
        let shifted = try WholeNumberFolding(fractionBits: 4, leak: .nearestShift)
            .apply(to: network)
        let rough = shifted.model.network(input).scalars
        #expect(largestDifference(wanted, found) < 0.1 * size)
        #expect(largestDifference(wanted, rough) > largestDifference(wanted, found))
        // A leak that is a shift stays one.
        let exact = try WholeNumberFolding(leak: .multiply).apply(to: model(0.75, read: 0.5))
        #expect(exact.report.layers.map(\.shift) == [2, 1])
        // One that 12 bits do not see.
        let error = #expect(throws: FoldingError.self) {
            try WholeNumberFolding(leak: .multiply).apply(to: model(0.99999, read: 0.5))
        }
        #expect(error?.description.contains("4096") == true)
        // One that they see roughly.
        let coarse = try WholeNumberFolding(leak: .multiply).apply(to: model(0.99934, read: 0.5))
        #expect(coarse.report.warnings.contains { $0.contains("12 bits") })
    }
}

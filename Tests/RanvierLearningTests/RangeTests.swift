import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Values outside what a code takes: clipped and told, or refused before the first epoch.
@Suite struct RangeTests {
    private func data(_ values: [Float], names: [String]? = ["x", "y"]) throws -> Dataset {
        try Dataset(
            name: "table", values: values, featureShape: [2],
            labels: (0..<values.count / 2).map { $0 % 2 }
        ).naming(features: names)
    }

    private func method(_ encoder: any SpikeEncoder) throws -> SurrogateGradient {
        let inputs = try encoder.featureShape(ofSample: [2])[0]
        let network = try Network(inputShape: [inputs]) {
            Linear(inputs, 4)
            LIF(membraneTimeConstant: 10e-3)
            Linear(4, 2)
        }
        return SurrogateGradient(
            ClockedModel(network: network, encoder: encoder, loss: CrossEntropy()), batchSizes: 2)
    }

    @Test(arguments: ["poisson", "latency", "phase", "burst", "population"])
    func refusedBeforeTheFirstEpoch(kind: String) throws {
        let encoder = try Element(kind).value(of: EncoderRole.self, in: .standard, at: "test")
        let good = try data([0, 1, 1, 0, 0.5, 0.5, 0.25, 0.75])
        let bad = try data([0, 1, 1, 0, 0.5, 0.5, 0.25, 1.5])
        for (training, validation, part) in [
            (bad, nil, "training part"), (good, bad, "validation part"),
        ] as [(Dataset, Dataset?, String)] {
            var method = try method(encoder)
            var epochs = 0
            let error = #expect(throws: DataError.self) {
                try Course(epochs: 2).run(
                    &method, on: training, validation: validation,
                    hooks: Hooks(didFinishStep: { _, _ in epochs += 1 }))
            }
            #expect(epochs == 0)
            #expect(error?.kind == .outsideRange)
            for word in [part, "sample 3", "'y'", "1.5", "from 0 to 1", "scaling: range", kind] {
                #expect(error?.description.contains(word) == true, "\(word)")
            }
        }
        var method = try method(encoder)
        try Course(epochs: 1).run(&method, on: good)
        // Whoever asks a trained model later is told, too.
        #expect(throws: DataError.self) { try method.model.evaluate(on: bad) }
        #expect(throws: DataError.self) { try method.model.answers(to: bad) }
        #expect(throws: DataError.self) { try method.model.predict([0, -1]) }
    }

    @Test(arguments: [[2, 8], [-1, 0.5], [0.5, 1.5]] as [[Float]])
    func theEventDrivenCodeClipsNothing(row: [Float]) throws {
        for code in [
            try LatencyCode(linearBins: 16, times: 0...1.5), try LatencyCode(bins: 4, trial: 4),
        ] {
            var network = try FastThetaNetwork<Float>(sizes: [2, 4, 2], trial: 4, code: code)
            network.randomize(seed: 1, scale: 2, shift: 1)
            let bad = try data([0, 1] + row)
            let model = ThetaModel(
                network: network,
                signature: ModelSignature(
                    of: bad, task: Classification(classNames: bad.classNames)))
            var method = try ExactGradient(model, schedule: ThetaSchedule())
            let error = #expect(throws: DataError.self) {
                try Course(epochs: 1).run(&method, on: bad)
            }
            #expect(error?.description.contains("sample 1") == true)
            #expect(throws: DataError.self) { try model.evaluate(on: bad) }
            #expect(throws: SpikeError.self) {
                try model.batch(values: bad.values, labels: bad.labels, count: 2)
            }
        }
    }

    /// Rasters are numbers of spikes; values between are none.
    @Test func rastersAreCounts() throws {
        let code = try LatencyCode(linearBins: 2, times: 0...1)
        let network = try FastThetaNetwork<Float>(sizes: [2, 2], trial: 4, code: code)
        let model = ThetaModel(network: network, spikesPerChannel: 1)
        _ = try model.batch(values: [0, 1, 3, 0], labels: [0], count: 1)
        for value: Float in [0.4, -1] {
            #expect(throws: SpikeError.self) {
                try model.batch(values: [0, 1, value, 0], labels: [0], count: 1)
            }
        }
        #expect(model.accepts == .counts)
    }

    // MARK: - Streams

    /// A stream of rows ends where the sample as a whole does, for every code of rows, with values that are scaled.
    @Test(arguments: [0, 1, 2, 3])
    func streamsEndLikeSamples(index: Int) throws {
        let encoder: any SpikeEncoder = [
            .delta(steps: 10, timeStep: 1e-3, threshold: 0.4) as any SpikeEncoder,
            .levelCrossing(steps: 10, timeStep: 1e-3, threshold: 0.3),
            .eachRow(10, .population(steps: 1, timeStep: 1e-3, neurons: 5, code: .direct)),
            .eachRow(10, .poisson(steps: 3, timeStep: 1e-3)),
        ][index]
        let numbers = RandomStream(seed: 2, name: "x").uniform(count: 4 * 10 * 3)
        let plain = try Dataset(
            name: "rows", values: numbers.map { 5 * $0 + 2 }, featureShape: [10, 3],
            labels: [0, 1, 0, 1])
        let scaling = try Scaling(fitting: plain, kind: .minMax, scope: .perChannel)
        let inputs = try encoder.featureShape(ofSample: [10, 3])[0]
        let network = try Network(inputShape: [inputs], timeStep: encoder.timeStep, seed: 3) {
            Linear(inputs, 8, gain: 3)
            LIF(membraneTimeConstant: 10e-3)
            Linear(8, 2)
            LeakyIntegrator(membraneTimeConstant: 10e-3)
        }
        let model = ClockedModel(
            network: network, encoder: encoder, loss: CrossEntropy(of: .meanMembrane),
            signature: ModelSignature(
                of: try scaling(plain), task: Classification(classNames: ["a", "b"])))
        let whole = try model.answers(to: plain.prefix(1)).answers[0]
        var stream = try model.stream(), last: [Float] = []
        for row in 0..<10 { last = try stream.step(Array(plain.values[row * 3..<row * 3 + 3])) }
        #expect(stream.steps == 10)
        #expect(zip(last, whole).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(last[0] != last[1])
        #expect(throws: ModelError.self) { _ = try stream.step([1, 2]) }
    }

    @Test func codesOfWholeSamplesDoNotStream() throws {
        let model = try method(.latency(steps: 4, timeStep: 1e-3)).model
        let error = #expect(throws: ModelError.self) { try model.stream() }
        #expect(error?.description.contains("each-row") == true)
    }

    /// A row of 2 ms is not one of 3: told for every code of rows.
    @Test func rowsLastAsLongAsTheData() throws {
        let plain = try Dataset(
            name: "rows", values: [Float](repeating: 0, count: 8), featureShape: [4, 1],
            labels: [0, 1]
        ).timed(step: 2e-3)
        for encoder in [
            .delta(steps: 4, timeStep: 3e-3, threshold: 1),
            .levelCrossing(steps: 4, timeStep: 3e-3, threshold: 1),
            .eachRow(4, .poisson(steps: 3, timeStep: 1e-3)),
        ] as [any SpikeEncoder] {
            let inputs = try encoder.featureShape(ofSample: [4, 1])[0]
            let network = try Network(inputShape: [inputs], timeStep: encoder.timeStep) {
                Linear(inputs, 2)
            }
            var method = SurrogateGradient(
                ClockedModel(network: network, encoder: encoder, loss: CrossEntropy()))
            let error = #expect(throws: TrainingError.self) { try method.prepare(for: plain) }
            #expect(error?.description.contains("3 ms") == true)
        }
    }
}

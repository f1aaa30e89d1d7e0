import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// Truncation, recomputation, memory: what training at depth needs.
@Suite struct DeepTrainingTests {
    static func layers(depth: Int = 2, recomputes: Bool) -> [any Layer] {
        var layers: [any Layer] = []
        for index in 0..<depth {
            let inside: [any Layer] = [
                BatchNormalization(8).named("norm"), LIF(membraneTimeConstant: 4e-3).named("lif"),
            ]
            layers.append(
                Convolution2D(index == 0 ? 2 : 8, 8, size: 3, padding: 1, hasBias: false))
            layers.append(
                recomputes
                    ? Recomputed(inside).named("units\(index)")
                    : Sequential(inside).named("units\(index)"))
        }
        return layers + [GlobalAveragePool2D(), Linear(8, 3)]
    }

    static func training() -> ForwardContext { ForwardContext(timeStep: 1e-3, isTraining: true) }

    @Test func recomputationChangesMemoryAndNothingElse() throws {
        let x = LIFTests.random([6, 4, 16, 16, 2], "x")
        func run(_ recomputes: Bool) throws -> (bits: [[Float]], peak: Int) {
            let network = try Network(
                inputShape: [16, 16, 2], seed: 1,
                layers: Self.layers(depth: 8, recomputes: recomputes))
            let (result, peak) = MemoryMeter.measuring {
                network.valueAndGradients {
                    network(x, in: Self.training()).mean(axes: [0]).crossEntropy(
                        labels: [0, 1, 2, 0])
                }
            }
            let running = network.parameters.filter { $0.name.contains("running") }
            #expect(network.parameters.contains { $0.name == "units1.norm.running-mean" })
            return (
                [result.loss.scalars] + result.gradients.map(\.scalars)
                    + running.map(\.value.scalars), peak
            )
        }
        // On one thread: what parts of a loop hold at one time depends on who runs when.
        let (kept, again) = try Parallel.withThreads(1) { (try run(false), try run(true)) }
        #expect(kept.bits == again.bits)
        #expect(Double(again.peak) < 0.85 * Double(kept.peak))
    }

    @Test func aWindowOfTheWholeSequenceIsExact() throws {
        let network = try Network(inputShape: [6], seed: 3) {
            Linear(6, 20, gain: 4)
            RecurrentLIF(20, leak: .factor(0.9), gain: 2)
            Linear(20, 3)
            LeakyIntegrator(leak: .factor(0.9))
        }
        let x = LIFTests.random([12, 2, 6], "x")
        let target = LIFTests.random([12, 2, 3], "target")
        func truncated(_ window: Int) -> [[Float]] {
            let result = network.truncatedValueAndGradients(
                over: x, window: window, in: Self.training()
            ) { output, steps in (output - target.slice(steps)).squared().sum() }
            return [result.loss.scalars] + result.gradients.map(\.scalars)
        }
        let (loss, gradients) = network.valueAndGradients {
            (network(x, in: Self.training()) - target).squared().sum()
        }
        let exact = [loss.scalars] + gradients.map(\.scalars)
        func difference(_ a: [[Float]], _ b: [[Float]]) -> Float {
            zip(a.joined(), b.joined()).reduce(0) { max($0, abs($1.0 - $1.1)) }
        }
        #expect(difference(truncated(12), exact) < 1e-4)
        #expect(difference(truncated(50), exact) < 1e-4)
        // The loss is the same, the gradients are not: what went before a part is a constant.
        let short = truncated(3)
        #expect(abs(short[0][0] - exact[0][0]) < 1e-3)
        #expect(difference(short, exact) > 1e-2)
    }

    @Test func memoryIsPredicted() throws {
        // What parts of a loop hold at one time depends on who runs when.
        try Parallel.withThreads(1, predictMemory)
    }

    private func predictMemory() throws {
        let network = try Network(
            inputShape: [16, 16, 2], seed: 1, layers: Self.layers(recomputes: false))
        let before = network.parameters.map(\.value.scalars)
        let prediction = network.predictedMemory(steps: 4, optimizerSlots: 0)
        #expect(network.parameters.map(\.value.scalars) == before)
        let x = LIFTests.random([4, 24, 16, 16, 2], "x")
        let (_, peak) = MemoryMeter.measuring {
            network.valueAndGradients {
                network(x * 1, in: Self.training()).squared().mean()
            }
        }
        let ratio = Double(prediction.peakBytes(batch: 24)) / Double(peak)
        #expect(ratio > 0.8 && ratio < 1.25)
        #expect(prediction.bytesPerSample > 100_000)
        let fits = prediction.largestBatch(within: peak)
        #expect(fits > 18 && fits < 31)
        let error = #expect(throws: MemoryError.self) {
            try prediction.check(batch: 1_000_000, available: peak)
        }
        #expect(error?.description.contains("batch of at most \(fits)") == true)
        try prediction.check(batch: 1)
    }
}

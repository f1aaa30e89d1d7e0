import RanvierDeployment
import RanvierSpikes
import RanvierTensors
import RanvierTestSupport
import Testing

@Suite struct IntegerEngineTests {
    /// A step of a stage, with its place.
    private struct Heard: Equatable {
        var stage: Int
        var step: IntegerStageStep
    }

    @Test(arguments: 0..<8)
    func everyStageAtEveryStepIsThatOfThePlainRun(_ part: Int) throws {
        for index in 0..<2 {
            var seeded = SeededIntegerNetworks(seed: UInt64(100 * part + index))
            let network = try seeded.network()
            let engines = IntegerKernelChoice.allCases.map { IntegerEngine(network, choice: $0) }
            for rate in [0.05, 0.9] {
                let sample = seeded.sample(of: network, rate: rate)
                let width = network.input.rowCount
                var plain = network.start(), expected: [Heard] = []
                for row in 0..<network.input.rows {
                    plain.show(Array(sample[row * width..<(row + 1) * width])) {
                        expected.append(.init(stage: $0, step: $1))
                    }
                }
                for engine in engines {
                    var run = engine.start(), found: [Heard] = []
                    for row in 0..<network.input.rows {
                        run.show(Array(sample[row * width..<(row + 1) * width])) {
                            found.append(.init(stage: $0, step: $1))
                        }
                    }
                    #expect(found == expected, "\(part) \(index): \(engine.kernels)")
                    #expect(run.scores == plain.scores)
                    #expect(run.steps == plain.steps && run.answer == plain.answer)
                    #expect(run.margin == plain.margin)
                    // Without a listener other kernels may run.
                    #expect(engine.scores(of: sample) == plain.scores, "\(part) \(index)")
                    for stage in network.stages.indices {
                        let steps = expected.filter { $0.stage == stage }.map(\.step)
                        #expect(run.counts(of: stage).additions == steps.sum(\.additions))
                        #expect(run.counts(of: stage).saturated == steps.sum(\.saturated))
                        #expect(run.membranes(of: stage) == plain.states[stage].membranes)
                    }
                }
            }
        }
    }

    @Test func packedRowsAndManySamplesGiveTheSame() throws {
        let network = try Self.layered()
        let engine = IntegerEngine(network), fast = IntegerEngine(network, countsAdditions: false)
        var seeded = SeededIntegerNetworks(seed: 5)
        let samples = (0..<40).map { _ in seeded.sample(of: network, rate: 0.1) }
        let plain = samples.map { network.scores(of: $0) }
        #expect(engine.scores(of: samples) == plain)
        #expect(Parallel.withThreads(1) { fast.scores(of: samples) } == plain)
        var run = fast.start()
        for (sample, scores) in zip(samples, plain) {
            run.restart()
            run.show(packed: Self.packed(sample, width: network.input.rowCount))
            #expect(run.scores == scores)
            #expect(run.rows == network.input.rows)
        }
        #expect(run.counts(of: 0).additions == 0)
        #expect(run.counts(of: 1).spikes > 0)
    }

    /// More than two chunks of steps, with columns that fill vectors and others that do not; then a step more.
    @Test(arguments: [IntegerNeurons.Reset.hard, .soft, .softDelayed])
    func chunksOfStepsAreSingleSteps(_ reset: IntegerNeurons.Reset) throws {
        let leaks: [IntegerNeurons.Leak] = [
            .none, .shiftFloor(3), .shiftTowardsZero(2), .multiply(205),
        ]
        for (leak, widths) in zip(
            leaks, [[70, 33, 10], [130, 160, 96], [64, 128, 64], [20, 7, 40]])
        {
            for bits in [8, 1] {
                let network = try Self.layered(
                    bits: bits, density: 0.7, widths: widths, rows: 71, leak: leak, reset: reset)
                let engine = IntegerEngine(network)
                var seeded = SeededIntegerNetworks(seed: 8)
                for rate in [0.03, 0.6] {
                    let sample = seeded.sample(of: network, rate: rate), width = widths[0]
                    var single = engine.start(), chunks = engine.start()
                    for row in 0..<71 {
                        single.show(Array(sample[row * width..<(row + 1) * width]))
                    }
                    chunks.show(packed: Self.packed(sample, width: width))
                    for step in 0..<2 {
                        #expect(chunks.scores == single.scores && chunks.steps == single.steps)
                        for stage in network.stages.indices {
                            #expect(chunks.counts(of: stage) == single.counts(of: stage))
                            #expect(chunks.membranes(of: stage) == single.membranes(of: stage))
                        }
                        let row = Array(sample[step * width..<(step + 1) * width])
                        single.show(row)
                        chunks.show(row)
                    }
                    #expect(single.counts(of: 1).spikes > 0)
                }
            }
        }
    }

    @Test func aCopyGoesOnFromTheSameMoment() throws {
        let network = try Self.layered()
        var seeded = SeededIntegerNetworks(seed: 6)
        let sample = seeded.sample(of: network, rate: 0.2), width = network.input.rowCount
        var run = IntegerEngine(network).start()
        run.show(Array(sample[0..<width]))
        let before = run.scores
        var copy = run
        copy.show(Array(sample[width..<2 * width]))
        #expect(run.scores == before && run.rows == 1 && copy.rows == 2)
        run.show(Array(sample[width..<2 * width]))
        #expect(run.scores == copy.scores)
    }

    @Test func bitsAreCountedAtHighRatesOnly() throws {
        let binary = try Self.layered(bits: 1)
        #expect(IntegerEngine(binary, choice: .planes).kernels.contains(.planes))
        #expect(!IntegerEngine(binary).kernels.contains(.planes))
        #expect(IntegerEngine(binary, choice: .lists).kernels.contains(.lists))
        let sparse = try Self.layered(density: 0.005)
        #expect(IntegerEngine(sparse).kernels.first == .lists)
    }

    /// Sixteen bits, rows of spikes.
    static func layered(
        bits: Int = 8, density: Double = 1, widths: [Int] = [70, 40, 10], rows: Int = 12,
        leak: IntegerNeurons.Leak = .shiftFloor(4), reset: IntegerNeurons.Reset = .soft
    ) throws -> IntegerNetwork {
        var numbers = SeededNumbers(seed: 3)
        var stages: [IntegerStage] = []
        for (inputs, outputs) in zip(widths, widths.dropFirst()) {
            let name = "dense\(inputs)", largest = bits == 1 ? 1 : 1 << (bits - 1) - 1
            let isThere = (0..<inputs * outputs).map { _ in
                Double.random(in: 0..<1, using: &numbers) < density
            }
            let codes = isThere.map { isThere -> Int8 in
                guard isThere else { return 0 }
                return bits == 1
                    ? Bool.random(using: &numbers) ? 1 : -1
                    : Int8(Int.random(in: -largest...largest, using: &numbers))
            }
            stages.append(
                .synapses(
                    try IntegerSynapses(
                        name: name, geometry: .dense(inputs: inputs, outputs: outputs),
                        weights: IntegerWeights(
                            shape: [inputs, outputs], codes: codes, mask: isThere, bits: bits,
                            layer: name))))
            stages.append(
                .neurons(
                    try IntegerNeurons(
                        name: "n\(inputs)", shape: [outputs],
                        thresholds: Array(repeating: Int32(2 * largest), count: outputs),
                        leak: leak, reset: reset, stateBits: 16)))
        }
        return try IntegerNetwork(
            input: IntegerInput(
                rowShape: [widths[0]], rows: rows, levels: 1, range: 0...1, encoding: .spikes),
            stages: stages, readout: IntegerReadout(.spikeCount))
    }

    private static func packed(_ sample: [Int32], width: Int) -> [UInt64] {
        let words = (width + 63) / 64
        var packed = [UInt64](repeating: 0, count: sample.count / width * words)
        for (index, value) in sample.enumerated() where value > 0 {
            packed[index / width * words + index % width / 64] |= 1 << UInt64(index % width % 64)
        }
        return packed
    }
}

extension Sequence where Element == IntegerStageStep {
    fileprivate func sum(_ number: (IntegerStageStep) -> Int) -> Int {
        reduce(0) { $0 + number($1) }
    }
}

import RanvierDeployment
import RanvierSpikes
import RanvierTensors
import RanvierTestSupport
import Testing

@testable import RanvierStudies

/// The plain loop that exported source is held against says what the network says.
@Suite struct PlainLoopTests {
    private static func network(
        _ leak: IntegerNeurons.Leak, _ reset: IntegerNeurons.Reset,
        _ encoding: IntegerInput.Encoding,
        _ decoder: SpikeDecoder, range: ClosedRange<Int32> = 0...255, rows: Int = 1
    ) throws -> IntegerNetwork {
        var numbers = SeededNumbers(seed: 5)
        func synapses(_ name: String, _ inputs: Int, _ outputs: Int) throws -> IntegerStage {
            let codes = (0..<inputs * outputs).map { _ in
                Int8.random(in: -30...40, using: &numbers)
            }
            return .synapses(
                try IntegerSynapses(
                    name: name, geometry: .dense(inputs: inputs, outputs: outputs),
                    weights: IntegerWeights(
                        shape: [inputs, outputs], codes: codes, bits: 8, shift: 2, layer: name),
                    biases: (0..<outputs).map { Int32($0 * 7 - 10) }))
        }
        let isSpikes = range == 0...1
        return try IntegerNetwork(
            input: IntegerInput(
                rowShape: [9], rows: rows, levels: Int(range.upperBound), range: range,
                encoding: encoding),
            stages: [
                synapses("a", 9, 7),
                .neurons(
                    IntegerNeurons(
                        name: "b", shape: [7],
                        thresholds: (0..<7).map { Int32((isSpikes ? 50 : 9000) + 11 * $0) },
                        initial: [3, 0, 0, 5, 0, 0, 0], leak: leak, reset: reset)),
                synapses("c", 7, 3),
                .neurons(IntegerNeurons(name: "d", shape: [3], thresholds: nil, leak: leak)),
            ], readout: IntegerReadout(decoder))
    }

    private static let cases: [@Sendable () throws -> IntegerNetwork] = [
        { try network(.multiply(390), .soft, .numbers(steps: 6), .meanMembrane) },
        {
            try network(
                .shiftTowardsZero(3), .hard, .spikes, .maximumMembrane, range: 0...1, rows: 8)
        },
        {
            try network(
                .shiftFloor(2), .soft, .numbers(steps: 1), .lastMembrane, range: -2047...2047,
                rows: 5)
        },
    ]

    private static let hasCompiler = CTarget.host.tools.allSatisfy(Tool.isThere)

    @Test(
        .enabled(if: hasCompiler, "install the Debian package 'gcc'"), arguments: cases.indices)
    func says(_ index: Int) throws {
        let network = try Self.cases[index]()
        var numbers = SeededNumbers(seed: 9)
        let width = network.input.rows * network.input.rowCount
        let samples = (0..<50).map { _ in
            (0..<width).map { _ in Int32.random(in: network.input.range, using: &numbers) }
        }
        let scores = IntegerEngine(network).scores(of: samples)
        #expect(Set(scores).count > 10)
        let loop = try #require(try PlainLoop(network))
        #expect(loop.products == 9 * 7 + 7 * 3)
        let check = DeviceCheck(
            of: loop.source, on: .host, samples: samples, scores: scores, optimization: .none)
        #expect(check.status == .agrees, "\(check)")
    }

    @Test func otherLayersAreLeft() throws {
        var stages = try Self.cases[0]().stages
        stages.removeLast()
        let last = try IntegerNeurons(
            name: "d", shape: [3], thresholds: [1, 2, 3], refractorySteps: 2)
        let network = try IntegerNetwork(
            input: Self.cases[0]().input, stages: stages + [.neurons(last)],
            readout: IntegerReadout(.spikeCount))
        #expect(try PlainLoop(network) == nil)
    }
}

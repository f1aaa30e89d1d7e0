import RanvierSpikes
import RanvierTensors
import Testing

/// Steps at which values spike, computed by the formulas outside this project.
@Suite("Encoders by independent numbers")
struct EncoderNumbersTests {
    private static let values: [Float] = [0, 0.05, 0.25, 0.46, 0.5, 0.75, 0.9, 1]

    /// Steps of each value's spikes within nine.
    private func steps(_ encoder: any SpikeEncoder) throws -> [[Int]] {
        let spikes = try encoder.encode(
            Tensor(Self.values, shape: [1, Self.values.count]),
            at: EncodingPosition(
                stream: RandomStream(seed: 0, name: "x"), epoch: 0, samples: [0]))
        return Self.values.indices.map { value in
            (0..<9).filter { spikes[at: $0, 0, value] == 1 }
        }
    }

    @Test("latency: linear, logarithmic, and the charging of a membrane")
    func latency() throws {
        #expect(
            try steps(LatencyEncoder(steps: 9, timeStep: 1e-3)) == [
                [8], [8], [6], [4], [4], [2], [1], [0],
            ])
        #expect(
            try steps(LatencyEncoder(steps: 9, timeStep: 1e-3, curve: .logarithmic)) == [
                [8], [3], [1], [1], [1], [0], [0], [0],
            ])
        func charging(_ constant: Double, _ late: LatencyEncoder.LateSpikes) -> LatencyEncoder {
            LatencyEncoder(
                steps: 9, timeStep: 1e-3,
                curve: .charging(timeConstant: constant, threshold: 0.2), lateSpikes: late)
        }
        #expect(
            try steps(charging(20e-3, .atLastStep)) == [[8], [8], [8], [8], [8], [6], [5], [4]])
        #expect(try steps(charging(3e-3, .atLastStep)) == [[8], [8], [5], [2], [2], [1], [1], [1]])
        #expect(try steps(charging(3e-3, .dropped)) == [[], [], [5], [2], [2], [1], [1], [1]])
    }

    @Test("bursts and phases")
    func burstsAndPhases() throws {
        #expect(
            try steps(BurstEncoder(steps: 9, timeStep: 1e-3)) == [
                [], [0], [0, 7], [0, 5], [0, 5], [0, 3, 6], [0, 2, 4, 6, 8], [0, 1, 2, 3, 4],
            ])
        #expect(
            try steps(PhaseEncoder(steps: 9, timeStep: 1e-3)) == [
                [], [4, 5], [1], [1, 2, 3, 5, 7], [0, 8], [0, 1, 8], [0, 1, 2, 5, 6, 8],
                [0, 1, 2, 3, 4, 5, 6, 7, 8],
            ])
    }

    @Test("changes, with and without a first spike")
    func delta() throws {
        let signal: [Float] = [
            -0.32126, 0.26658, 0.25185, -0.50699, 0.24694, -0.37667, 0.37611, -0.63756, -0.68731,
            -0.67465, -0.91130, -0.93866,
        ]
        for (before, off) in [(Float(0), [0, 3, 5, 7]), (nil, [3, 5, 7])] as [(Float?, [Int])] {
            let encoder = DeltaEncoder(
                steps: 12, timeStep: 1e-3, threshold: 0.3, valueBeforeFirst: before)
            let spikes = try encoder.encode(
                Tensor(signal, shape: [1, 12, 1]),
                at: EncodingPosition(
                    stream: RandomStream(seed: 0, name: "x"), epoch: 0, samples: [0]))
            #expect((0..<12).filter { spikes[at: $0, 0, 0] == 1 } == [1, 4, 6])
            #expect((0..<12).filter { spikes[at: $0, 0, 1] == 1 } == off)
        }
    }
}

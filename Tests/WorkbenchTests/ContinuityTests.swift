import RanvierExact
import RanvierNetworks
import RanvierStudies
import Testing

/// The claim of the method: output times of smooth neurons never jump, those of LIF neurons do.
@Suite struct ContinuityTests {
    @Test func qifAndThetaNeverJumpButLIFDoes() throws {
        var qif = 0, theta = 0, lif = 0
        for seed in UInt64(1)...2 {
            func jumps<Neuron>(
                _ neuron: Neuron, _ state: Neuron.State, _ weights: ClosedRange<Double>
            ) throws -> Int where Neuron: PseudospikingNeuron {
                let study = try SweptNetwork(
                    neuron, initialState: state, inputs: 16, hidden: 6, outputs: 2,
                    weights: weights, trial: 4, seed: seed)
                return try study.sweeps(2, reach: 8, positions: 25, seed: seed).reduce(0) {
                    $0 + $1.jumps.count
                }
            }
            qif += try jumps(try QIFNeuron(), QIFState(), -3...6)
            theta += try jumps(try ThetaNeuron(), 3, -1...2)
            lif += try jumps(try LIFNeuron(), LIFState(), -3...6)
        }
        #expect(qif == 0)
        #expect(theta == 0)
        #expect(lif > 0)
    }

    @Test func sweepsFindJumpsAndKinks() throws {
        let sweep = try DirectionSweep(
            over: 0...1, count: 11, jumpsAbove: 0.1, kinksAbove: 0.1
        ) { x in
            [x < 0.321 ? x : x + 0.5, abs(x - 0.777), 1000 * x * x]
        }
        #expect(sweep.jumps.count == 1)
        #expect(abs(sweep.jumps[0].position - 0.321) < 1e-8)
        #expect(abs(sweep.largestJump - 0.5) < 1e-6)
        #expect(sweep.kinks.count == 1)
        #expect(abs((sweep.kinks.first?.position ?? 0) - 0.777) < 1e-4)
        #expect(sweep.largestSlope > 1000)
    }
}

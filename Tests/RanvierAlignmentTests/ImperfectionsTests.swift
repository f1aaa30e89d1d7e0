import RanvierTensors
import Testing

@testable import RanvierAlignment

@Suite struct ImperfectionsTests {
    private let stream = RandomStream(seed: 5, name: "device")

    private func moments(_ x: [Double]) -> (mean: Double, deviation: Double) {
        let mean = x.reduce(0, +) / Double(x.count)
        let squares = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, (squares / Double(x.count)).squareRoot())
    }

    @Test func nothingIsDrawnWithoutImperfections() {
        let none = Imperfections()
        #expect(none.areNone)
        #expect(Imperfections.factors(3, spread: 0, stream: stream) == [1, 1, 1])
        #expect(none.weightOffsets(2, stream: stream) == [0, 0])
        #expect(none.plasticityFactors(2, stream: stream) == [1, 1])
        #expect(none.alive(2, stream: stream) == [true, true])
        #expect(none.movable(2, stream: stream) == [true, true])
        #expect(none.delays(2, stream: stream) == [0, 0])
        #expect(none.stored([0.1, -0.3]) == [0.1, -0.3])
    }

    @Test func factorsAreFloored() {
        let narrow = moments(Imperfections.factors(4000, spread: 0.1, stream: stream))
        #expect(abs(narrow.mean - 1) < 0.01)
        #expect(abs(narrow.deviation - 0.1) < 0.005)
        let wide = Imperfections.factors(4000, spread: 1, stream: stream)
        #expect(wide.min() == 0.3)
        #expect(wide.count { $0 == 0.3 } > 800)
    }

    @Test func plasticityNoiseIsCutOff() {
        var own = Imperfections()
        own.plasticityNoise = 0.2
        let factors = own.plasticityFactors(4000, stream: stream)
        #expect(factors.allSatisfy { abs($0 - 1) <= 0.3 + 1e-6 })
        // A normal law cut off at 1.5 deviations, not one whose ends are heaped up there.
        #expect(factors.count { abs($0 - 1) > 0.299 } < 20)
        let (mean, deviation) = moments(factors)
        #expect(abs(mean - 1) < 0.01)
        #expect(abs(deviation - 0.2 * 0.743) < 0.005)
        #expect(Array(own.plasticityFactors(10, stream: stream)) == Array(factors.prefix(10)))
    }

    @Test func sharesAndDelays() {
        var own = Imperfections()
        own.deadSynapses = 0.05
        own.stuckSynapses = 0.5
        own.delay = 3
        own.synapticNoise = 0.4
        #expect((140...260).contains(own.alive(4000, stream: stream).count { !$0 }))
        #expect((1850...2150).contains(own.movable(4000, stream: stream).count { !$0 }))
        let delays = own.delays(4000, stream: stream)
        for steps in 0...3 {
            #expect((900...1100).contains(delays.count { $0 == steps }))
        }
        #expect(delays.allSatisfy { (0...3).contains($0) })
        #expect(abs(moments(own.weightOffsets(4000, stream: stream)).deviation - 0.4) < 0.02)
    }

    @Test func codesAreSymmetric() {
        var own = Imperfections()
        own.weightBits = 2
        #expect(own.stored([0.9, -0.2, 0.5, -0.6, 0]) == [0.9, 0, 0.9, -0.9, 0])
        own.weightBits = 4
        let weights = (0..<50).map { Double($0 * 37 % 50) / 25 - 1 }
        let stored = own.stored(weights)
        #expect(Set(stored).count <= 15)
        #expect(zip(weights, stored).allSatisfy { abs($0 - $1) <= 1 / 14 + 1e-12 })
        #expect(own.stored([0, 0]) == [0, 0])
    }

    @Test func devicesAreTheirSeeds() {
        func numbers(_ seed: UInt64, _ part: String, _ matrix: Int) -> [Float] {
            Imperfections.stream(seed: seed, part: part, matrix: matrix).normal(count: 4)
        }
        #expect(numbers(1, "dead", 0) == numbers(1, "dead", 0))
        #expect(numbers(1, "dead", 0) != numbers(2, "dead", 0))
        #expect(numbers(1, "dead", 0) != numbers(1, "stuck", 0))
        #expect(numbers(1, "dead", 0) != numbers(1, "dead", 1))
    }
}

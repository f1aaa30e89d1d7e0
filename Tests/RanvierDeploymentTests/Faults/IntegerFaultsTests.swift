import RanvierDeployment
import RanvierSpikes
import Testing

@Suite struct IntegerFaultsTests {
    private func codes(_ network: IntegerNetwork) -> [Int8] {
        network.synapses.flatMap(\.weights.codes)
    }

    @Test(arguments: [8, 4, 3, 2, 1]) func asManyBitsFlipAsTheRateSays(_ bits: Int) throws {
        let network = try IntegerEngineTests.layered(bits: bits)
        let before = codes(network)
        let damaged = try IntegerFaults(in: .weights, rate: 0.02, seed: 1).applied(to: network)
        let flips = zip(before, codes(damaged)).reduce(0) { sum, pair in
            let width = UInt8(truncatingIfNeeded: (1 << bits) - 1)
            let different = (UInt8(bitPattern: pair.0) ^ UInt8(bitPattern: pair.1)) & width
            return sum + (bits == 1 ? (pair.0 == pair.1 ? 0 : 1) : different.nonzeroBitCount)
        }
        let expected = 0.02 * Double(before.count * bits)
        // A code that no format has becomes its neighbour, which flips another bit.
        #expect(abs(Double(flips) - expected) < 5 * expected.squareRoot() + 4)
        let again = try IntegerFaults(in: .weights, rate: 0.02, seed: 1).applied(to: network)
        let other = try IntegerFaults(in: .weights, rate: 0.02, seed: 2).applied(to: network)
        #expect(again == damaged && other != damaged)
        #expect(try IntegerFaults(in: .weights, rate: 0, seed: 1).applied(to: network) == network)
    }

    @Test func allBitsOfAWeightFlip() throws {
        let network = try IntegerEngineTests.layered(bits: 8)
        let damaged = try IntegerFaults(in: .weights, rate: 1, seed: 1).applied(to: network)
        // Not x is −x − 1; −128 does not come up.
        #expect(codes(damaged) == codes(network).map { max(~$0, -127) })
    }

    @Test func masksMoveWithTheirPlacesOnly() throws {
        let network = try IntegerEngineTests.layered(density: 0.3)
        let alive = network.synapses.map(\.weights.alive)
        let weights = try IntegerFaults(in: .weights, rate: 0.1, seed: 3).applied(to: network)
        #expect(weights.synapses.map(\.weights.mask) == network.synapses.map(\.weights.mask))
        let places = try IntegerFaults(in: .weightsAndPlaces, rate: 0.1, seed: 3).applied(
            to: network)
        #expect(zip(places.synapses, alive).allSatisfy { $0.weights.alive < $1 })
        #expect(places.synapses.map(\.weights.mask) != network.synapses.map(\.weights.mask))
    }

    @Test func membranesFlipBetweenStepsAndOnlyThere() throws {
        let network = try IntegerEngineTests.layered()
        var seeded = SeededIntegerNetworks(seed: 8)
        let samples = (0..<20).map { _ in seeded.sample(of: network, rate: 0.1) }
        let plain = samples.map { network.scores(of: $0) }
        let none = try IntegerFaults(in: .membranes, rate: 0, seed: 1)
        #expect(try none.scores(of: samples, by: network) == plain)
        let faults = try IntegerFaults(in: .membranes, rate: 0.01, seed: 1)
        let damaged = try faults.scores(of: samples, by: network)
        #expect(damaged != plain)
        #expect(try faults.scores(of: samples, by: network) == damaged)
        #expect(try faults.applied(to: network) == network)
        #expect(throws: IntegerNetworkError.self) {
            try IntegerFaults(in: .weights, rate: 1.5, seed: 1)
        }
    }
}

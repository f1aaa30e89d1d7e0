import Ranvier
import Testing

/// What `result.json` says of a network that was made smaller.
@Suite struct CompressionRecordTests {
    /// Delays are no connections; weights rounded to zero are.
    @Test func connectionsAreCountedAsSuch() throws {
        let network = try Network(inputShape: [20], timeStep: 1e-3, seed: 2) {
            DelayedLinear(20, 10, maximumDelay: 3e-3, timeStep: 1e-3)
            LIF(membraneTimeConstant: 10e-3)
            Linear(10, 3)
        }
        #expect(CompressionRecord(of: network.storedNumbers) == nil)
        try network.prune(Pruning(.global(rate: 0.7)))
        let pruned = try #require(CompressionRecord(of: network.storedNumbers))
        #expect(pruned.connections == 230)
        #expect(abs(pruned.sparsity - 0.7) < 1e-9)
        #expect(pruned.bitsPerWeight == 32)
        for parameter in network.prunableParameters {
            parameter.views += [SymmetricQuantizer(bits: 2)]
        }
        let rounded = try #require(CompressionRecord(of: network.storedNumbers))
        #expect(network.prunableParameters[0].seen.scalars.count { $0 != 0 } < 60)
        #expect(rounded.sparsity == pruned.sparsity && rounded.bitsPerWeight == 2)
    }
}

import RanvierAnalysis
import RanvierData
import RanvierTraining
import Testing

@testable import RanvierExperiments

/// What attacks and damage are measured on.
@Suite struct RobustnessAnalysisTests {
    /// Batches are of one size for the similarity's sake; samples left over count for the accuracy.
    @Test(arguments: [7, 5, 100]) func everySampleCounts(batchSize: Int) throws {
        var network = StudyNetwork()
        (network.blocks, network.channels, network.epochs) = (1, 4, 3)
        network.trainingSamples = 300
        let store = StudyNetworkStore(StudyContext())
        let trained = try store.trained(network)
        let data = try store.data(of: network).samples(for: network).test.prefix(29)
        var analysis = RobustnessAnalysis(
            model: trained.model, data: data,
            normalization: try store.data(of: network).normalization)
        analysis.batchSize = batchSize
        let outcome = try analysis.outcome(of: .dropout(0))
        #expect(outcome.accuracy == (try trained.model.evaluate(on: data).accuracy))
        for value in outcome.curve.values where !value.isNaN { #expect(abs(value - 1) < 1e-6) }
    }
}

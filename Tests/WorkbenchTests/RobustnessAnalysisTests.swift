import RanvierSpikes
import Testing

@testable import RanvierAnalysis
@testable import RanvierData
@testable import RanvierExperiments
@testable import RanvierLearning
@testable import RanvierStudies

/// What attacks and damage are measured on.
@Suite struct RobustnessAnalysisTests {
    private static func network(epochs: Int) -> StudyNetwork {
        var network = StudyNetwork()
        (network.blocks, network.channels, network.epochs) = (1, 4, epochs)
        network.trainingSamples = 300
        return network
    }

    /// A loss with smoothed labels grows where a right answer gets surer, too; attacks do not follow it.
    @Test func smoothedLabelsDoNotMisleadAttacks() throws {
        let network = Self.network(epochs: 6), store = StudyNetworkStore(StudyContext())
        let model = try store.trained(network).model
        let data = try store.data(of: network).samples(for: network).test.prefix(60)
        let outcomes = try [Float(0), 0.4].map { smoothing in
            let analysis = RobustnessAnalysis(
                model: ClockedModel(
                    network: model.network, encoder: model.encoder,
                    loss: CrossEntropy(of: .meanMembrane, labelSmoothing: smoothing),
                    signature: model.signature), data: data)
            return try analysis.outcome(of: .projectedGradient(16))
        }
        #expect(outcomes[0].accuracy == outcomes[1].accuracy)
        #expect(outcomes[0].curve.values == outcomes[1].curve.values)
        #expect(outcomes[0].accuracy < (try model.evaluate(on: data).accuracy))
    }

    /// Batches are of one size for the similarity's sake; samples left over count for the accuracy.
    @Test(arguments: [7, 5, 100]) func everySampleCounts(batchSize: Int) throws {
        let network = Self.network(epochs: 3), store = StudyNetworkStore(StudyContext())
        let trained = try store.trained(network)
        let data = try store.data(of: network).samples(for: network).test.prefix(29)
        var analysis = RobustnessAnalysis(
            model: trained.model, data: data)
        analysis.batchSize = batchSize
        let outcome = try analysis.outcome(of: .dropout(0))
        #expect(outcome.accuracy == (try trained.model.evaluate(on: data).accuracy))
        for value in outcome.curve.values where !value.isNaN { #expect(abs(value - 1) < 1e-6) }
    }
}

import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierStudies
import RanvierTensors

/// `ranvier analyze cka`: the layers of two stored networks, all with all.
struct SimilarityAnalysis {
    let request: SimilarityRequest
    let context: StudyContext
    let registry: Registry

    /// Samples kept for probes and Procrustes distances, which cost their cube.
    private static let keptSamples = 256

    /// A run and its samples.
    private struct Side {
        let run: StoredRun
        let data: Dataset
    }

    func run() throws -> SimilarityReport {
        let first = try open(request.first), second = try open(request.second)
        try requireSameSamples(first.data, second.data)
        var settings = request.settings
        settings.keptSamples = Self.keptSamples
        var comparison = RepresentationComparison(settings: settings)
        comparison.batchSize = request.batchSize
        comparison.batches = request.batches
        var parties = [
            party("A", first, comparesSteps: true), party("B", second, comparesSteps: true),
        ]
        if request.hasFloor {
            let untrained = try second.run.model.untrained(
                seed: second.run.configuration.seed, registry: registry)
            parties.append(
                RepresentationComparison.Party(
                    name: "B untrained", model: untrained, data: second.data))
        }
        if let ceiling = request.ceiling {
            let other = try open(ceiling)
            try requireSameSamples(first.data, other.data)
            parties.append(party("A of another seed", other))
        }
        let outcome = try comparison.run(parties) { try context.advance(to: $0, $1) }
        try context.advance(to: 0.98, "probes and Procrustes distances")
        return try SimilarityReport(
            outcome, first: first.run.title, second: second.run.title,
            floor: request.hasFloor ? 2 : nil,
            ceiling: request.ceiling == nil ? nil : parties.count - 1)
    }

    private func open(_ folder: URL) throws -> Side {
        let run = try StoredRun(folder, registry: registry, warning: context.events.warning)
        return Side(
            run: run,
            data: try run.model.signature.prepared(
                run.testData(
                    request.data, dataDirectory: request.dataDirectory, events: context.events)))
    }

    private func party(
        _ name: String, _ side: Side, comparesSteps: Bool = false
    ) -> RepresentationComparison.Party {
        RepresentationComparison.Party(
            name: name, model: side.run.model, data: side.data, comparesSteps: comparesSteps)
    }

    /// The values may be scaled otherwise, the labels must be the same in the same order.
    private func requireSameSamples(_ a: Dataset, _ b: Dataset) throws {
        guard a.origin == b.origin, a.targets == b.targets else {
            throw RepresentationError.differentSamples(
                expected: "\(a.count) samples of \(a.name)", found: "\(b.count) of \(b.name)")
        }
    }
}

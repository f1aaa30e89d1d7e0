import Foundation
import RanvierAnalysis
import RanvierData
import RanvierNetworks
import RanvierStudies
import RanvierTensors

/// `ranvier analyze cka`: the layers of two stored networks, all with all.
struct SimilarityAnalysis {
    let request: SimilarityRequest
    let context: StudyContext

    /// Samples kept for probes and Procrustes distances, which cost their cube.
    private static let keptSamples = 256

    func run() throws -> SimilarityReport {
        let first = try open(request.first), second = try open(request.second)
        try requireSameSamples(first, second)
        var settings = request.settings
        settings.keptSamples = Self.keptSamples
        var comparison = RepresentationComparison(settings: settings)
        comparison.batchSize = request.batchSize
        comparison.batches = request.batches
        var parties = [
            try party("A", first, comparesSteps: true), try party("B", second, comparesSteps: true),
        ]
        if request.hasFloor {
            parties.append(try party("B untrained", second, untrained: true))
        }
        if let ceiling = request.ceiling {
            let run = try open(ceiling)
            try requireSameSamples(first, run)
            parties.append(try party("A of another seed", run))
        }
        let outcome = try comparison.run(parties) { try context.advance(to: $0, $1) }
        try context.advance(to: 0.98, "probes and Procrustes distances")
        return try SimilarityReport(
            outcome, first: name(first, request.first), second: name(second, request.second),
            floor: request.hasFloor ? 2 : nil,
            ceiling: request.ceiling == nil ? nil : parties.count - 1)
    }

    private func open(_ folder: URL) throws -> StoredRun {
        try StoredRun(folder, dataDirectory: request.dataDirectory)
    }

    private func name(_ run: StoredRun, _ folder: URL) -> String {
        let configuration = run.experiment.configuration
        return "\(folder.lastPathComponent) (\(configuration.method), "
            + "\(configuration.model.rawValue))"
    }

    private func party(
        _ name: String, _ run: StoredRun, comparesSteps: Bool = false, untrained: Bool = false
    ) throws -> RepresentationComparison.Party {
        RepresentationComparison.Party(
            name: name, source: try run.source(untrained: untrained),
            data: run.experiment.data.test, comparesSteps: comparesSteps)
    }

    /// The values may be scaled otherwise, the labels must be the same in the same order.
    private func requireSameSamples(_ first: StoredRun, _ second: StoredRun) throws {
        let a = first.experiment.data.test, b = second.experiment.data.test
        guard a.origin == b.origin, a.labels == b.labels else {
            throw RepresentationError.differentSamples(
                expected: "\(a.count) samples of \(a.name)", found: "\(b.count) of \(b.name)")
        }
    }
}

import Foundation
import RanvierLearning
import RanvierReports

extension Workbench {
    /// Takes a stored run through phases of compression; the result is a run like any other.
    ///
    /// - Throws: what opening the run and ``run(_:events:)`` throw.
    public func compress(
        _ request: CompressRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        let stored = try StoredRun(
            request.start, registry: parts.registry, warning: events.warning)
        var run = request.run
        run.text = ImpliedCompression(of: stored.configuration, in: request.start).yaml(
            request, command: run.command)
        let name = request.phases.map(\.word).joined(separator: "-")
        run.configuration = URL(filePath: "\(request.start.lastPathComponent)-\(name).yaml")
        return try self.run(run, events: events)
    }
}

extension CompressRequest.Phase {
    /// What became of the network.
    fileprivate var word: String {
        switch self {
        case .prune: "pruned"
        case .quantize, .postQuantize: "quantized"
        }
    }
}

import RanvierBench
import RanvierConfiguration
import RanvierLearning
import RanvierReports
import RanvierTensors

extension Workbench {
    /// Times a published workload.
    ///
    /// - Throws: ``UnknownNameError``; what the workload throws.
    public func bench(
        _ request: BenchRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        guard let workload = parts.workloads.first(where: { $0.name == request.workload }) else {
            throw UnknownNameError(
                "workload", request.workload, known: parts.workloads.map(\.name))
        }
        let result = try withThreads(request.threads) {
            try workload.run(request, events: events)
        }
        return CommandOutcome(text: result.text, value: result)
    }
}

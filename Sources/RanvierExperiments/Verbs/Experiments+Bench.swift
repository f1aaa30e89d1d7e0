import RanvierBench
import RanvierLearning
import RanvierReports
import RanvierTensors

extension Experiments {
    /// Times a published workload.
    ///
    /// - Throws: ``UnknownNameError``; what the workload throws.
    public static func bench(
        _ request: BenchRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        let workload = try Workloads.named(request.workload)
        if let threads = request.threads { Parallel.threads = threads }
        let result = try workload.run(request, events: events)
        return CommandOutcome(text: result.text, value: result)
    }
}

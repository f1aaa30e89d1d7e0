import RanvierAnalysis
import RanvierBayes
import RanvierLearning
import RanvierTensors

/// `expectation-propagation`: a pass over 64 batches of drawn images.
public struct ExpectationPropagationBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `expectation-propagation`.
    public let name = "expectation-propagation"
    /// What is done.
    public let summary = "a pass of a 784-200-10 posterior over 64 batches of drawn images"

    /// Times passes; `--batch` is the number of samples of a batch, 32 if not given, `--runs` that of timed passes, 5 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        events.progress(.init(fraction: 0, message: "\(name): drawing images"))
        let workload = ExpectationPropagationWorkload(batch: request.batch ?? 32)
        events.progress(.init(fraction: 0.1, message: "\(name): timing passes"))
        let (timed, peakBytes) = MemoryMeter.measuring {
            StepTimer(warmup: 1).time(runs: request.runs ?? 5) { _ = workload.pass() }
        }
        var result = BenchResult(workload: name, batch: workload.samples, timed: timed)
        result.workingBytes = peakBytes
        let peak = MachinePeak.vectorOperationsPerSecond(.float32)
        let operations = workload.multiplyAdds / 16
        result.floor = .init(
            operationsPerStep: operations, peakOperationsPerSecond: peak,
            cpuSecondsPerStep: operations / peak)
        return result
    }
}

import RanvierAnalysis
import RanvierExact
import RanvierLearning
import RanvierTensors

/// `exact-ttfs`: training steps of the published event-driven classifier.
public struct ExactTTFSBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `exact-ttfs`.
    public let name = "exact-ttfs"
    /// What is done.
    public let summary =
        "training steps of a 784-100-100-10 theta network with exact gradients, each from its start"

    /// Runs the steps; `--runs` is the number of timed ones, 30 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        let workload = try ExactTTFSWorkload(
            batch: request.batch ?? 100,
            precision: request.precision == .float32 ? .float32 : .float64,
            forwardOnly: request.forwardOnly,
            activity: request.activity == .active ? .active : .initial)
        events.progress(.init(fraction: 0, message: "\(name): timing steps"))
        let measured = try workload.run(steps: request.runs ?? 30)
        events.progress(.init(fraction: 0.9, message: "\(name): measuring the machine"))
        let peak = MachinePeak.vectorOperationsPerSecond(request.precision)
        let operations = measured.floorOperationsPerSample * Double(workload.batch)
        var result = BenchResult(
            workload: name, threads: Parallel.threads, seconds: measured.secondsPerStep,
            batch: workload.batch)
        result.precision = request.precision.rawValue
        result.activity = request.activity.rawValue
        result.forwardOnly = request.forwardOnly
        result.cpuSecondsPerStep = measured.cpuSecondsPerStep
        result.samplesPerCPUSecond = Double(workload.batch) / measured.cpuSecondsPerStep
        result.initialLoss = measured.initialLoss
        result.eventsPerSample = measured.eventsPerSample
        result.hiddenSpikesPerNeuron = measured.hiddenSpikesPerNeuron
        result.floor = .init(
            operationsPerStep: operations, peakOperationsPerSecond: peak,
            cpuSecondsPerStep: operations / peak)
        return result
    }
}

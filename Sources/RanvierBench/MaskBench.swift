import RanvierAnalysis
import RanvierCompression
import RanvierLearning
import RanvierTensors

/// `masks`: magnitude masks of one to thirty million weights in three layers, global scope, exact count, a tenth left.
public struct MaskBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `masks`.
    public let name = "masks"
    /// What is done.
    public let summary = "magnitude masks for 1, 3, 10 and 30 million weights, global scope"

    /// Makes masks; `--size` is the only number of millions, `--runs` the number of timed ones of each, 5 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        var parts: [BenchResult.Part] = [], last: [Double] = []
        for millions in request.size.map({ [$0] }) ?? [1, 3, 10, 30] {
            events.progress(.init(fraction: 0, message: "\(name): \(millions) million weights"))
            let layers = [1, 3, 6].enumerated().map { index, tenths in
                ScoredLayer(
                    name: "layer\(index + 1)",
                    scores: Tensor(
                        RandomStream(seed: 0, name: "\(name)/\(index)")
                            .normal(count: millions * tenths * 100_000),
                        shape: [millions * tenths * 100, 1000]), alive: nil)
            }
            let pruning = Pruning(.global(rate: 0.9))
            let timed = try StepTimer(warmup: 1).time(runs: request.runs ?? 5) {
                _ = try pruning.masks(of: layers)
            }
            last = timed.seconds
            let one = BenchResult(workload: name, threads: 1, seconds: last, batch: 1)
            let first = parts.first.map { $0.cpuSecondsPerStep }
            parts.append(
                .init(
                    name: "\(millions) million", medianSeconds: one.medianSeconds,
                    cpuSecondsPerStep: timed.cpuSecondsPerStep,
                    ratio: first.map { timed.cpuSecondsPerStep / $0 }))
        }
        var result = BenchResult(
            workload: name, threads: Parallel.threads, seconds: last, batch: 1)
        result.parts = parts
        return result
    }
}

import RanvierAnalysis
import RanvierCompression
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `masked-inference`: one sample at a time, and batches, through 700-1024-1024-20 neurons, 100 steps, 2 % of the inputs
/// firing, with masks of single weights and of blocks.
///
/// Ratios are to the network without masks.
public struct MaskedInferenceBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `masked-inference`.
    public let name = "masked-inference"
    /// What is done.
    public let summary =
        "inference of 700-1024-1024-20 neurons, 100 steps, through masks"

    private static func network() throws -> Network {
        try Network(inputShape: [700]) {
            Linear(700, 1024, gain: 4)
            LIF.workload(leak: 0.95)
            Linear(1024, 1024, gain: 3)
            LIF.workload(leak: 0.95)
            Linear(1024, 20)
            LIF.workload(leak: 0.95, output: .membrane)
        }
    }

    /// Runs samples; `--runs` is the number of timed ones of each setting, 100 if not given, `--batch` the larger of the two
    /// batches.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        var parts: [BenchResult.Part] = [], first: BenchResult?
        for batch in [1, request.batch ?? 32] {
            var dense: Double?
            let samples = BenchData.events(
                shape: [100, batch, 700], density: 0.02, name: "\(name)/\(batch)")
            let densities = request.density.map { [$0] } ?? [0.2, 0.1, 0.05, 0.02]
            for (structure, density) in [(MaskedNetworks.Structure.weights, 1.0)]
                + densities.map({ (.weights, $0) }) + densities.map({ (.squares, $0) })
            {
                let setting = density == 1 ? "dense" : "\(structure.rawValue), \(density)"
                events.progress(
                    .init(fraction: 0, message: "\(name): batch \(batch), \(setting)"))
                let network = try Self.network()
                try MaskedNetworks.mask(network, structure, density: density)
                let timed = StepTimer(warmup: 5).time(
                    runs: max(1, (request.runs ?? 100) / (batch == 1 ? 1 : 5))
                ) {
                    _ = network(samples)
                }
                let result = BenchResult(workload: name, batch: batch, timed: timed)
                parts.append(
                    .init(
                        name: "batch \(batch), \(setting)",
                        medianSeconds: result.medianSeconds,
                        cpuSecondsPerStep: timed.cpuSecondsPerStep,
                        ratio: dense.map { timed.cpuSecondsPerStep / $0 }))
                if dense == nil { dense = timed.cpuSecondsPerStep }
                if first == nil { first = result }
            }
        }
        guard var result = first else { preconditionFailure("no density was timed") }
        result.parts = parts
        return result
    }
}

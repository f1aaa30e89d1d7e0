import RanvierAnalysis
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `W6`: one sample at a time through 700-256-256-20 neurons, 100 steps, 1 % of the inputs firing: latency.
///
/// The last layer integrates without spikes. The samples take turns.
public struct LatencyBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `W6`.
    public let name = "W6"
    /// What is done.
    public let summary = "one sample through 700-256-256-20 neurons, 100 steps, 1 % input"

    /// Runs samples; `--runs` is the number of timed ones, 2000 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        let network = try Network(inputShape: [700]) {
            Linear(700, 256, gain: 4)
            LIF.workload(leak: 0.95)
            Linear(256, 256, gain: 3)
            LIF.workload(leak: 0.95)
            Linear(256, 20)
            LeakyIntegrator(leak: .factor(0.95))
        }
        let samples = (0..<64).map { index in
            BenchData.events(
                shape: [100, 1, 700], density: request.density ?? 0.01, name: "\(name)/\(index)")
        }
        if let file = request.trace {
            try BenchTrace(of: network, input: Tensor.concatenate(samples, along: 1).packedAsSpikes)
                .write(to: file)
        }
        events.progress(.init(fraction: 0, message: "\(name): timing single samples"))
        var count = 0
        let timed = StepTimer(warmup: 64).time(runs: request.runs ?? 2000) {
            count += 1
            _ = network(samples[count % samples.count])
        }
        var result = BenchResult(workload: name, batch: 1, timed: timed)
        result.floor = ClockedFloor(neuronSteps: 100 * 532).value(
            of: network, input: samples[0], trains: false)
        return result
    }
}

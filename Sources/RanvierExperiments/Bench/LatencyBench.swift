import RanvierNetworks
import RanvierTensors

/// `W6`: one sample through 700-256-256-20 neurons, 100 steps, 1 % of the inputs firing: latency.
public struct LatencyBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `W6`.
    public let name = "W6"
    /// What is done.
    public let summary = "one sample through 700-256-256-20 neurons, 100 steps, 1 % input"

    /// Runs samples; `--runs` is the number of timed ones, 2000 if not given.
    public func run(_ request: BenchRequest, events: CommandEvents) throws -> BenchResult {
        let network = try Network(inputShape: [700]) {
            Linear(700, 256)
            LIF.workload(leak: 0.95)
            Linear(256, 256)
            LIF.workload(leak: 0.95)
            Linear(256, 20)
            LIF.workload(leak: 0.95)
        }
        let density = Float(request.density ?? 0.01)
        let draws = RandomStream(seed: 0, name: name).uniform(count: 100 * 700)
        let sample = Tensor(spikes: draws.map { $0 < density ? 1 : 0 }, shape: [100, 1, 700])
        events.progress(.init(fraction: 0, message: "\(name): timing single samples"))
        let timed = StepTimer(warmup: 50).time(runs: request.runs ?? 2000) { _ = network(sample) }
        return BenchResult(workload: name, batch: 1, timed: timed)
    }
}

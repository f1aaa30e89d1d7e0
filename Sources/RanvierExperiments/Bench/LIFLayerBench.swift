import RanvierNetworks
import RanvierTensors

/// `W1`: one linear layer of n neurons and leaky integrate-and-fire, 500 steps, batch 16, forward and
/// backward through the sum of all spikes.
///
/// With `--density` the input is binary with that share of ones, else normal numbers. Source: the
/// open-neuromorphic comparison of SNN libraries.
public struct LIFLayerBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `W1`.
    public let name = "W1"
    /// What is done.
    public let summary = "linear n to n and LIF, 500 steps, batch 16, forward and backward"

    /// Runs the steps; `--runs` is the number of timed ones, 20 if not given.
    public func run(_ request: BenchRequest, events: CommandEvents) throws -> BenchResult {
        let n = request.size ?? 512, batch = request.batch ?? 16, steps = 500
        let network = try Network(inputShape: [n]) {
            Linear(n, n)
            LIF.workload(leak: 0.95)
        }
        let input = Self.input(shape: [steps, batch, n], density: request.density)
        events.progress(.init(fraction: 0, message: "\(name): timing n = \(n)"))
        let forward = { network(input, in: ForwardContext(timeStep: 1e-3)).sum() }
        let timed = StepTimer().time(runs: request.runs ?? 20) {
            if request.forwardOnly {
                _ = forward().scalar
            } else {
                _ = network.valueAndGradients(of: forward).loss.scalar
            }
        }
        var result = BenchResult(workload: name, batch: batch, timed: timed)
        result.forwardOnly = request.forwardOnly
        return result
    }

    private static func input(shape: [Int], density: Double?) -> Tensor {
        let stream = RandomStream(seed: 0, name: "W1")
        guard let density else {
            return Tensor(normalWithMean: 0, standardDeviation: 1, shape: shape, from: stream)
        }
        let draws = stream.uniform(count: shape.elementCount)
        return Tensor(spikes: draws.map { $0 < Float(density) ? 1 : 0 }, shape: shape)
    }
}

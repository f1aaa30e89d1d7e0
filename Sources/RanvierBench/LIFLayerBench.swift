import RanvierAnalysis
import RanvierLearning
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
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        let n = request.size ?? 512, batch = request.batch ?? 16, steps = 500
        let network = try Network(inputShape: [n]) {
            Linear(n, n)
            LIF.workload(leak: 0.95)
        }
        let input = Self.input(shape: [steps, batch, n], density: request.density)
        if let file = request.trace { try BenchTrace(of: network, input: input).write(to: file) }
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
        result.floor = ClockedFloor(neuronSteps: steps * batch * n).value(
            of: network, input: input, trains: !request.forwardOnly, updates: false)
        return result
    }

    private static func input(shape: [Int], density: Double?) -> Tensor {
        if let density { return BenchData.events(shape: shape, density: density, name: "W1") }
        return Tensor(
            normalWithMean: 0, standardDeviation: 1, shape: shape,
            from: RandomStream(seed: 0, name: "W1"))
    }
}

import RanvierAnalysis
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `W2`: training steps of 784-1000-10 neurons, 25 steps, the same images at every step, loss the
/// cross-entropy of the output membrane summed over steps, Adam. Source: snnTorch's fifth tutorial.
public struct PerceptronBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `W2`.
    public let name = "W2"
    /// What is done.
    public let summary = "training step of 784-1000-10 neurons, 25 steps, batch 128"

    static func network() throws -> Network {
        try Network(inputShape: [784]) {
            Linear(784, 1000)
            LIF.workload(leak: 0.95)
            Linear(1000, 10)
            LIF.workload(leak: 0.95, output: .membrane)
        }
    }

    /// Runs the steps; `--runs` is the number of timed ones, 40 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        let batch = request.batch ?? 128
        let network = try Self.network()
        let (pixels, labels) = BenchData.strokes(count: batch)
        return try TrainingStepBench(
            name: name, network: network, loss: .crossEntropyOfEachStep, learningRate: 5e-4,
            runs: 40,
            floor: ClockedFloor(
                neuronSteps: 25 * batch * 1010, inputGradientProducts: 25 * batch * 1000 * 10)
        ).run(
            Tensor(constantInTime: Tensor(pixels, shape: [batch, 784]), steps: 25), labels: labels,
            request: request, events: events)
    }
}

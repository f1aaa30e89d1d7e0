import RanvierAnalysis
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `W3`: training steps of a convolutional network on images of 28 × 28, 8 steps, the same images at every
/// step, loss the cross-entropy of the output spikes summed over steps, Adam. Source: snnTorch's sixth
/// tutorial.
public struct ConvolutionalBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `W3`.
    public let name = "W3"
    /// What is done.
    public let summary = "training step of a convolutional network, 8 steps, batch 64"

    static func network() throws -> Network {
        try Network(inputShape: [28, 28, 1]) {
            Convolution2D(1, 12, size: 5)
            MaxPool2D(2)
            LIF.workload(leak: 0.5)
            Convolution2D(12, 64, size: 5)
            MaxPool2D(2)
            LIF.workload(leak: 0.5)
            Linear(1024, 10)
            LIF.workload(leak: 0.5)
        }
    }

    /// Runs the steps; `--runs` is the number of timed ones, 30 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        let batch = request.batch ?? 64
        let network = try Self.network()
        let (pixels, labels) = BenchData.strokes(count: batch)
        return try TrainingStepBench(
            name: name, network: network, loss: .crossEntropyOfEachStep, learningRate: 1e-3,
            runs: 30,
            floor: ClockedFloor(
                neuronSteps: 8 * batch * (12 * 12 * 12 + 4 * 4 * 64 + 10),
                inputGradientProducts: 8 * batch * (8 * 8 * 64 * 12 * 25 + 1024 * 10))
        ).run(
            Tensor(constantInTime: Tensor(pixels, shape: [batch, 28, 28, 1]), steps: 8),
            labels: labels, request: request, events: events)
    }
}

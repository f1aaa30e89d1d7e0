import RanvierNetworks
import RanvierTensors
import RanvierTraining

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

    /// Runs the steps; `--runs` is the number of timed ones, 30 if not given.
    public func run(_ request: BenchRequest, events: CommandEvents) throws -> BenchResult {
        let batch = request.batch ?? 64
        let network = try Network(inputShape: [28, 28, 1]) {
            Convolution2D(1, 12, size: 5)
            MaxPool2D(2)
            LIF.workload(leak: 0.5)
            Convolution2D(12, 64, size: 5)
            MaxPool2D(2)
            LIF.workload(leak: 0.5)
            Linear(1024, 10)
            LIF.workload(leak: 0.5)
        }
        let images = Tensor(
            uniformIn: 0..<1, shape: [batch, 28, 28, 1], from: RandomStream(seed: 0, name: name))
        return try TrainingStepBench(
            name: name, network: network, loss: .crossEntropyOfEachStep, learningRate: 1e-3,
            runs: 30
        ).run(
            Tensor(constantInTime: images, steps: 8),
            labels: TrainingStepBench.labels(count: batch, classes: 10), request: request,
            events: events)
    }
}

import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import RanvierTraining

/// `W4`: training steps of a spiking ResNet-20 with units after the sums on images of 32 × 32 × 3, 4 steps, the same
/// images at every step, loss the cross-entropy of the mean logits, Adam.
///
/// Normalisation shares its statistics over steps and batch. The stem sees equal steps and is computed
/// once: its statistics over T·B are those over B.
public struct ResidualBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `W4`.
    public let name = "W4"
    /// What is done.
    public let summary = "training step of a spiking ResNet-20, 4 steps, batch 32"

    /// Runs the steps; `--runs` is the number of timed ones, 12 if not given.
    public func run(_ request: BenchRequest, events: CommandEvents) throws -> BenchResult {
        let batch = request.batch ?? 32
        let network = try PostActivationResNet(
            activation: .spiking(leak: .factor(0.5), dynamics: .workload)
        ).network()
        let images = Tensor(
            normalWithMean: 0, standardDeviation: 1, shape: [batch] + network.inputShape,
            from: RandomStream(seed: 0, name: name))
        return try TrainingStepBench(
            name: name, network: network, loss: .crossEntropy(of: .meanMembrane),
            learningRate: 1e-3, runs: 12
        ).run(
            Tensor(constantInTime: images, steps: 4),
            labels: TrainingStepBench.labels(count: batch, classes: 10), request: request,
            events: events)
    }
}

import RanvierAnalysis
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

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
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        let batch = request.batch ?? 32
        let network = try PostActivationResNet(
            activation: .spiking(leak: .factor(0.5), dynamics: .workload)
        ).network()
        let images = Tensor(
            normalWithMean: 0, standardDeviation: 1, shape: [batch] + network.inputShape,
            from: RandomStream(seed: 0, name: name))
        return try TrainingStepBench(
            name: name, network: network, loss: .crossEntropy(of: .meanMembrane),
            learningRate: 1e-3, runs: 12,
            floor: ClockedFloor(
                neuronSteps: 4 * batch * Self.neurons,
                inputGradientProducts: 4 * batch * Self.productsBehindTheStem)
        ).run(
            Tensor(constantInTime: images, steps: 4),
            labels: BenchData.labels(count: batch, classes: 10), request: request,
            events: events)
    }

    /// Neurons of an image: the stem, and six layers in each stage.
    private static let neurons = 7 * 32 * 32 * 16 + 6 * 16 * 16 * 32 + 6 * 8 * 8 * 64

    /// Multiply-adds of an image behind the stem. Stages that halve the image begin with a convolution of half as many
    /// channels and a shortcut.
    private static let productsBehindTheStem =
        6 * (32 * 32 * 9 * 16 * 16)
        + 16 * 16 * (9 * 16 * 32 + 5 * 9 * 32 * 32 + 16 * 32)
        + 8 * 8 * (9 * 32 * 64 + 5 * 9 * 64 * 64 + 32 * 64) + 64 * 10
}

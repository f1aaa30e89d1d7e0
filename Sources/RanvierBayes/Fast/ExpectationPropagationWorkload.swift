import RanvierTensors

/// The workload `expectation-propagation`: a pass of a dense network over images that are drawn, batch by batch.
///
/// 784-200-10 spikes with Gaussian weights, argmax, relaxed messages, κ = 10; normal numbers as inputs, labels in turn.
/// `Benchmarks/Peers/expectation_numpy.py` does the same in double precision.
public final class ExpectationPropagationWorkload {
    /// Samples of a batch.
    public let batch: Int
    /// Batches of a pass.
    public let batches: Int
    /// Inputs and neurons of each layer.
    public let sizes = [784, 200, 10]
    private let inputs: [Tensor]
    private let labels: [Int32]
    private let sweep: DenseSweep
    private let keep: Float

    /// Draws network and images.
    public init(batch: Int = 32, batches: Int = 64) {
        precondition(batch > 0 && batches > 0, "a pass has samples")
        self.batch = batch
        self.batches = batches
        let stream = RandomStream(seed: 1, name: "expectation-propagation")
        inputs = (0..<batches).map {
            Tensor(
                stream.substream($0).normal(count: batch * 784).map { 0.5 * $0 },
                shape: [batch, 784])
        }
        labels = (0..<batch).map { Int32($0 % 10) }
        let plan = BayesianPlan(
            synapses: sizes.dropFirst().map {
                var synapses = BayesianSynapses()
                synapses.outputs = $0
                return synapses
            }, activations: [.spike], neurons: [BayesianNeurons()])
        let weight = 10 * Float(batch * batches)
        sweep = DenseSweep(
            plan.posterior(inputs: 784, output: .argmax, noise: 0.1, isExact: false, seed: 2),
            samples: batch, share: 1 - 1 / weight)
        keep = 1 - Float(batch) / weight
    }

    /// Samples of a pass.
    public var samples: Int { batch * batches }

    /// A pass over all batches.
    ///
    /// - Returns: the mean loss −log Z of a sample.
    @discardableResult
    public func pass() -> Double {
        let sum = inputs.reduce(0.0) {
            $0 - sweep.visit($1, nil, .labels(labels), keep: keep, gain: 1).logNormalizer
        }
        return sum / Double(samples)
    }

    /// Multiply-adds of the matrix products of a pass: ω, V, G and H in the first layer, and where inputs are uncertain a third
    /// product for V and two for the messages to the layer below.
    public var multiplyAdds: Double {
        let first = Double(sizes[0] * sizes[1]), second = Double(sizes[1] * sizes[2])
        return Double(samples) * (4 * first + 7 * second)
    }
}

import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// What the gradients of one batch are computed from; it gathers the loss and the scores on the way.
public final class TrainingPass {
    /// The network, whose parameters the gradients are of.
    public let network: Network
    /// The samples.
    public let batch: TrainingBatch
    /// For the passes through the network.
    public var context: ForwardContext
    /// How scores are read of an output.
    public let decoder: SpikeDecoder
    private let lossOfPart: (Tensor) -> Tensor

    /// The loss so far, summed over the parts that it was taken of.
    public private(set) var value: Float = 0
    private var outputs: [Tensor] = []
    /// The layer behind which the loss stopped being a number.
    private(set) var culprit: String?

    init(
        network: Network, batch: TrainingBatch, context: ForwardContext,
        decoder: SpikeDecoder, lossOfPart: @escaping (Tensor) -> Tensor
    ) {
        self.network = network
        self.batch = batch
        self.context = context
        self.decoder = decoder
        self.lossOfPart = lossOfPart
    }

    /// The loss of the output of the whole sequence, `[T, B, outputs]`, or of the next part of it, of which it is the share.
    public func loss(of output: Tensor) -> Tensor {
        outputs.append(output.detached)
        let loss = lossOfPart(output)
        if !loss.isFinite { culprit = loss.firstLayerWithNonFiniteGradient() }
        value += loss.detached.scalar
        return loss
    }

    /// The scores of the output that the loss was taken of.
    var scores: Tensor {
        decoder.scores(of: outputs.count == 1 ? outputs[0] : Tensor.concatenate(outputs))
    }
}

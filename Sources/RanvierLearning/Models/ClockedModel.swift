import RanvierData
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// A clocked network together with how values enter it and how scores leave it.
public struct ClockedModel: SpikingModel {
    /// The network.
    public let network: Network
    /// How values become sequences.
    public let encoder: any SpikeEncoder
    /// The loss, which also says how scores are read.
    public let loss: Loss
    /// Samples at once in evaluation.
    public let batchSize: Int

    /// A model.
    public init(network: Network, encoder: any SpikeEncoder, loss: Loss, batchSize: Int = 128) {
        self.network = network
        self.encoder = encoder
        self.loss = loss
        self.batchSize = batchSize
    }

    /// The network's parameters.
    public var parameters: [String: Tensor] { network.values }

    /// Takes over stored parameters.
    public func restore(_ parameters: [String: Tensor]) throws { try network.restore(parameters) }

    /// Steps and their length.
    public var presentation: String {
        encoder.steps == 1
            ? "one step" : "\(encoder.steps) steps of \(encoder.timeStep * 1000) ms"
    }

    /// All steps together.
    public var duration: Double { encoder.duration }

    /// Membranes of the network.
    public var stateCount: Int { network.stateCount }
}

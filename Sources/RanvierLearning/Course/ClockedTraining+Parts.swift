import RanvierConfiguration
import RanvierNetworks
import RanvierSpikes

extension ClockedTraining {
    /// Those of the network's layers.
    public var layerParameters: [Parameter] { clockedModel.network.layerParameters }

    /// A new optimiser.
    public mutating func restart(learningRate: Float?) {
        optimizer = firstOptimizer
        if let learningRate { optimizer.learningRate = learningRate }
    }

    /// Of all batch normalisations of the network.
    public mutating func freezeNormalization(_ isFrozen: Bool) throws {
        let network = clockedModel.network
        guard !isFrozen || network.normalizesByBatches else {
            throw TrainingError.mismatch(
                what: "freeze-normalization", expected: "a network with batch normalisation",
                found: "none in it; leave the key out")
        }
        network.freezesNormalization = isFrozen || alwaysFreezes
    }

    /// Those of the encoder.
    public var steps: Int? { clockedModel.encoder.steps }

    /// By an encoder with other steps; the network is the same.
    public mutating func show(steps: Int, registry: Registry) throws {
        let element = clockedModel.encoder.element
        guard steps != clockedModel.encoder.steps else { return }
        // Steps that are rows of the samples are no choice, although the encoding has a key for them.
        guard clockedModel.encoder.rowDuration == nil,
            case .section(var entries) = element.options,
            let index = entries.firstIndex(where: { $0.key == "steps" })
        else {
            throw TrainingError.mismatch(
                what: "steps of a sequence", expected: "an encoding with a choice of steps",
                found: "'\(element.kind)', whose steps are those of the samples")
        }
        entries[index] = .init("steps", .integer(steps))
        let encoder = try Element(element.kind, .section(entries)).value(
            of: EncoderRole.self, in: registry, at: "encoding")
        try clockedModel.network.requireSteps(steps)
        let model = clockedModel
        clockedModel = ClockedModel(
            network: model.network, encoder: encoder, loss: model.loss, signature: model.signature,
            family: model.family, batchSize: model.batchSize)
    }
}

import RanvierConfiguration
import RanvierData
import RanvierNetworks
import RanvierTensors

/// A method whose gradients move a clocked model by a ``ClockedTraining``.
public protocol ClockedMethod: GradientMethod {
    /// Model, optimiser, batches.
    var training: ClockedTraining { get set }
}

extension ClockedMethod {
    /// Network, encoder and loss.
    public var clockedModel: ClockedModel { training.clockedModel }
    /// The model that is trained.
    public var model: any SpikingModel { training.clockedModel }

    /// Takes over stored parameters of the network.
    public mutating func restoreModel(_ parameters: [String: Tensor]) throws {
        try training.restoreModel(parameters)
    }

    /// Checks shapes, task and steps against the samples. A model that has not seen data takes over their names.
    public mutating func prepare(for data: Dataset) throws { try training.prepare(for: data) }

    /// Tensors of the optimiser, and its steps.
    public var state: (tensors: [String: Tensor], steps: Int) { training.state }

    /// Takes over a stored state of the optimiser.
    public mutating func restore(state: [String: Tensor], steps: Int) throws {
        try training.restore(state: state, steps: steps)
    }

    /// From two small steps of training; the samples are not counted.
    public func predictPeakMemory() throws -> Int? { try training.predictPeakMemory() }

    /// What the layers find doubtful about their options.
    public func doubts(about data: Dataset) -> [String] { training.doubts(about: data) }

    /// Those of the network's layers.
    public var layerParameters: [Parameter] { training.layerParameters }

    /// A new optimiser.
    public mutating func restart(learningRate: Float?) throws {
        training.restart(learningRate: learningRate)
    }

    /// Of all batch normalisations of the network.
    public mutating func freezeNormalization(_ isFrozen: Bool) throws {
        try training.freezeNormalization(isFrozen)
    }

    /// Those of the encoder.
    public var steps: Int? { training.steps }

    /// By an encoder with other steps; the network is the same.
    public mutating func show(steps: Int, registry: Registry) throws {
        try training.show(steps: steps, registry: registry)
    }
}

import RanvierCompression
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Makes of a clocked model that holds whole numbers (``WholeNumberFolding``) one of integers.
///
///     let folded = try WholeNumberFolding().apply(to: quantised)
///     let lowered = try IntegerLowering().apply(to: folded.model)
///
/// Nothing is rounded but what comes in: all that layers hold is whole already, and codes, thresholds, biases and shifts are read off.
/// The integer network spikes as the clocked one does, bit for bit, wherever no membrane is saturated.
public struct IntegerLowering: Sendable, Hashable {
    /// Bits of a membrane; nil for the fewest of 8, 16 and 32 that hold what the weights can add up to.
    public var stateBits: Int?
    /// What the value 1 counts where samples are coded; nil for 255, and for changes the fewest levels that make the threshold whole.
    public var levels: Int?
    /// Seed of codes that draw spikes by chance.
    public var seed: UInt32

    /// Lowering without saturation.
    public init(stateBits: Int? = nil, levels: Int? = nil, seed: UInt32 = 1) {
        self.stateBits = stateBits
        self.levels = levels
        self.seed = seed
    }

    /// The model in integers; the one that is given stays as it is.
    ///
    /// - Throws: ``LoweringError`` for layers, numbers and encoders that have no form in integers; ``IntegerNetworkError``.
    public func apply(to model: ClockedModel) throws -> LoweredModel {
        let network = model.network
        var stages = network.stages[...]
        let counted: WholeNumberInput?
        if let first = stages.first, let layer = first.layer as? WholeNumberInput {
            counted = layer
            stages = stages.dropFirst()
        } else {
            counted = nil
        }
        var warnings: [String] = []
        let input = try InputLowering(
            lowering: self, counted: counted, shape: network.inputShape
        ).input(of: model.encoder, warnings: &warnings)
        var chain = LoweringChain(
            lowering: self, timeStep: network.timeStep, steps: input.steps,
            shape: network.inputShape, largest: input.largestShown)
        for stage in stages { try chain.append(stage) }
        let lowered = try IntegerNetwork(
            input: input, stages: chain.stages,
            readout: IntegerReadout(model.loss.decoder, scale: chain.scale))
        return LoweredModel(
            model: try IntegerModel(
                network: lowered, loss: model.loss, timeStep: network.timeStep,
                signature: model.signature, batchSize: model.batchSize),
            warnings: warnings)
    }
}

/// A model in integers, and what is to be known of it.
public struct LoweredModel: Sendable {
    /// The model.
    public var model: IntegerModel
    /// What differs from what the model learned with, a sentence each.
    public var warnings: [String]
}

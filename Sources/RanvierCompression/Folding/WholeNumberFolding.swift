import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Makes of a trained network with quantised weights one of whole numbers, without multipliers and scales.
///
/// Synapses with codes q and scales s, a normalisation `y = a x + b` behind them, and neurons with threshold θ are positively
/// homogeneous: divided by `u_c = s_c |a_c| e`, with e what one unit of their input stands for, they are
///
///     w = sgn(a_c) q,   bias = round(b_c / u_c),   θ_c = round(θ / u_c),   v₀ = round(v₀ / u_c)
///
///     let folded = try WholeNumberFolding().apply(to: model)
///     try folded.model.save(to: folder)
///
/// All of them are held in single precision, which is exact: from the weights it is proven that no sum and no membrane
/// reaches 2²⁴. Pixels are bytes, so that e = 1/255 in the first layer; spikes have e = 1, means of n spikes 1/n. A leak
/// 1 − 2^−k is a shift. Recurrent weights count in the units of the weights before the neurons, or in small multiples of
/// them. The read-out has one scale, which no answer's order depends on. With f fraction bits, weights count 2^f, and biases and
/// thresholds are as much finer.
///
/// Sources: folding of scales into thresholds as in MINT (Yin et al. 2024) and in Rockpool's quantisation per channel.
public struct WholeNumberFolding: Sendable, Hashable {
    /// What comes in; nil for bytes where values are shown directly, and spikes where they are coded.
    public var input: Input?
    /// Bits below one unit of a weight that biases and thresholds have, 0 to 4.
    public var fractionBits: Int
    /// What becomes of leaks.
    public var leak: LeakRule
    /// What becomes of delays between two steps.
    public var delays: DelayRule
    /// What becomes of the scale of recurrent weights.
    public var recurrence: RecurrenceRule
    /// What sums and membranes are proven for.
    public var arithmetic: Arithmetic

    /// Folding of what is exact, without fraction bits unless chosen.
    public init(
        input: Input? = nil, fractionBits: Int = 0, leak: LeakRule = .exact,
        delays: DelayRule = .exact, recurrence: RecurrenceRule = .exact,
        arithmetic: Arithmetic = .singlePrecision
    ) {
        precondition((0...4).contains(fractionBits), "0 to 4 fraction bits, not \(fractionBits)")
        self.input = input
        self.fractionBits = fractionBits
        self.leak = leak
        self.delays = delays
        self.recurrence = recurrence
        self.arithmetic = arithmetic
    }

    /// The limit of a number that single precision holds exactly below another.
    func limit(_ single: Double) -> Double {
        switch arithmetic {
        case .singlePrecision: single
        case .integers: Double(Int32.max)
        }
    }

    /// The model in whole numbers; the one that is given stays as it is.
    ///
    /// - Throws: ``FoldingError`` for weights that are not quantised, layers and leaks that have no form in whole numbers,
    ///   and sums that could be inexact; `NetworkError`.
    public func apply(to model: ClockedModel) throws -> FoldedModel {
        let network = model.network
        var chain = FoldingChain(
            folding: self, steps: model.encoder.steps, timeStep: network.timeStep,
            shape: network.inputShape)
        if let first = try inputLayer(of: model) {
            chain.begin(with: first, besides: network.stages.map(\.name))
        }
        for stage in network.stages { try chain.append(stage) }
        try chain.finish(besides: network.stages.map(\.name))
        let folded = try Network(
            inputShape: network.inputShape, timeStep: network.timeStep, seed: network.seed,
            layers: chain.layers)
        for parameter in folded.layerParameters {
            if let views = chain.views[parameter.name] { parameter.views = views }
        }
        let signature = model.hasSeenData ? model.signature : nil
        return FoldedModel(
            model: ClockedModel(
                network: folded, encoder: model.encoder, loss: model.loss, signature: signature,
                family: model.family, batchSize: model.batchSize),
            report: FoldingReport(layers: chain.report, warnings: chain.warnings))
    }

    /// The layer that counts what comes in; nil for spikes.
    private func inputLayer(of model: ClockedModel) throws(FoldingError) -> WholeNumberInput? {
        let chosen: Input
        if let input {
            chosen = input
        } else {
            switch model.encoder.form {
            case .constant: chosen = .levels(255)
            case .coded: chosen = .spikes
            case .rows:
                throw .input(
                    reason: "rows of a sequence may hold values or spikes; say which of the two as "
                        + "the folding's input")
            }
        }
        switch chosen {
        case .spikes:
            guard model.encoder.form != .constant else {
                throw .input(
                    reason: "'\(model.encoderDescription.kind)' shows values and no spikes; take "
                        + "levels")
            }
            // Of rows nobody knows what they hold.
            return model.encoder.form == .coded ? nil : WholeNumberInput(levels: 1)
        case .levels(let levels):
            if let scaling = model.signature.scaling, [.standard, .robust].contains(scaling.kind) {
                throw .input(
                    reason:
                        "the scaling '\(scaling.kind.rawValue)' makes values below 0; train with "
                        + "'minMax' or none, or take signed levels")
            }
            return WholeNumberInput(levels: levels)
        case .signed(let levels, let largest):
            return WholeNumberInput(levels: levels, largest: largest, isSigned: true)
        }
    }
}

import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Weights of few bits without training: scales by the weights, biases and thresholds by samples.
///
///     ŵ = s_j clip(round(w / s_j), −Q, Q)
///     b_j ← b_j + mean(I_j) − mean(Î_j)              mean input of each channel's membranes
///     θ ← the 1 − r quantile of û                     r: rate of the layer before
///
///     let quantized = try PostTrainingQuantization(bits: 4)
///         .apply(to: model, calibration: digits.train, in: .standard)
///
/// Batch normalisation is folded into the synapses first. Layers are taken in order, each with the input that the quantised
/// layers before it give. All weights are quantised, recurrent and delayed ones included; biases, thresholds, delays and
/// leaks stay single-precision numbers. Sources: Nagel et al. 2021 for scales and biases; quantiles of membranes as in
/// threshold balancing (Diehl et al. 2015). Expect 8 bits to lose nothing, 4 little, and 3 or fewer to need training.
public struct PostTrainingQuantization: Sendable, Hashable {
    /// What a scale follows from.
    public enum Scale: String, Sendable, Hashable, CaseIterable {
        /// The largest weight: nothing is clipped.
        case largest
        /// Least squared error, see ``ScaleSearch``.
        case leastError = "least-error"
    }

    /// Bits of a weight.
    public var bits: Int
    /// What a scale follows from.
    public var scale: Scale
    /// Whether each output has a scale of its own; the last synapses have one for all, so that answers can be compared in
    /// whole numbers.
    public var isPerOutput: Bool
    /// Whether the mean input of each channel is brought back to what it was.
    public var correctsBiases: Bool
    /// Whether thresholds are moved so that each layer's rate is what it was.
    public var tunesThresholds: Bool
    /// Most samples that are looked at.
    public var samples: Int
    /// Whether recurrent weights have the scales of the synapses before their neurons, as whole numbers that are added up must; else
    /// scales of their own, which are closer.
    public var sharesRecurrentScales: Bool

    /// Quantising with one scale for each output by least error, and corrected biases, unless chosen.
    public init(
        bits: Int, scale: Scale = .leastError, isPerOutput: Bool = true,
        correctsBiases: Bool = true, tunesThresholds: Bool = false, samples: Int = 256,
        sharesRecurrentScales: Bool = false
    ) {
        precondition((2...16).contains(bits), "weights have 2 to 16 bits, not \(bits)")
        precondition(samples > 0, "calibration needs samples")
        self.bits = bits
        self.scale = scale
        self.isPerOutput = isPerOutput
        self.correctsBiases = correctsBiases
        self.tunesThresholds = tunesThresholds
        self.samples = samples
        self.sharesRecurrentScales = sharesRecurrentScales
    }

    /// The quantised model; the one that is given stays as it is.
    ///
    /// - Parameters:
    ///   - calibration: samples as they were measured; their targets are not looked at.
    ///   - registry: of the kinds that the network is made of.
    /// - Throws: `NetworkError.undescribed` for layers that cannot be said; ``CompressionError`` without samples or for
    ///   weights that are no numbers; `DataError` for samples that the model cannot take.
    public func apply(
        to model: ClockedModel, calibration: Dataset, in registry: Registry
    ) throws -> QuantizedModel {
        guard calibration.count > 0 else {
            throw CompressionError.impossibleValue(
                what: "samples for calibration", expected: "at least one", found: "none")
        }
        try requireOwnLevels(model.network)
        let original = model.network, before = try original.foldingNormalization()
        let after = try Network(
            before.clockedDescription, tensors: before.storedTensors, in: registry)
        let masks = Dictionary(
            uniqueKeysWithValues: original.layerParameters.map { ($0.name, $0.remainingMask) })
        var layers: [QuantizedModel.Layer] = []
        let readout = after.stages.lastIndex { stage in
            stage.layer.parameters.contains { $0.parameter.isPrunable }
        }
        let shared = sharesRecurrentScales ? sharedQuantizers(of: after) : [:]
        for (index, stage) in after.stages.enumerated() {
            for (name, parameter) in stage.layer.parameters where parameter.isPrunable {
                let isLast = index == readout && name == "weights"
                layers.append(
                    try quantize(
                        parameter, mask: masks[parameter.name] ?? nil,
                        isPerOutput: isPerOutput && !isLast, by: shared[index]))
            }
        }
        var pass = QuantizationPass(
            quantization: self, before: before, after: after,
            sequences: try sequences(of: calibration, for: model))
        pass.run()
        return QuantizedModel(
            model: ClockedModel(
                network: after, encoder: model.encoder, loss: model.loss,
                signature: model.hasSeenData ? model.signature : nil, family: model.family,
                batchSize: model.batchSize),
            layers: layers, biases: pass.biases, neurons: pass.neurons)
    }

    /// Refuses membranes that are counted in the codes of weights, which this changes.
    private func requireOwnLevels(_ network: Network) throws(CompressionError) {
        for stage in network.stages {
            let levels =
                (stage.layer as? LIF)?.dynamics.membrane
                ?? (stage.layer as? any PopulationLayer)?.dynamics.membrane
            guard let levels, levels.sharesStep else { continue }
            throw .impossibleValue(
                what: "levels of the membrane of layer '\(stage.name)'",
                expected: "a range or step of their own", found: "those of its weights")
        }
    }

    private func sequences(of data: Dataset, for model: ClockedModel) throws -> [Tensor] {
        let data = try model.prepared(data.prefix(samples))
        return try Batches(data, size: model.batchSize).map {
            try model.shown($0.features, samples: $0.indices)
        }
    }

    /// Quantisers that synapses have in common with the recurrent weights of the neurons behind them, by stage: what adds to one
    /// membrane counts in one unit, or whole numbers could not be added.
    private func sharedQuantizers(of network: Network) -> [Int: SymmetricQuantizer] {
        var shared: [Int: SymmetricQuantizer] = [:]
        for (index, stage) in network.stages.enumerated() {
            guard let neurons = stage.layer as? RecurrentLIF,
                let before = network.stages[..<index].lastIndex(where: { stage in
                    stage.layer.parameters.contains {
                        $0.name == "weights" && $0.parameter.isPrunable
                    }
                }),
                let synapses = network.stages[before].layer.parameters.first(where: {
                    $0.name == "weights"
                })?.parameter
            else { continue }
            let width = synapses.shape[synapses.shape.count - 1]
            guard neurons.weights.shape.last == width else { continue }
            let both = [synapses.seen, neurons.weights.seen].map {
                $0.dense.reshaped(to: [$0.count / width, width])
            }
            let quantizer = quantizer(for: Tensor.concatenate(both), isPerOutput: true)
            (shared[before], shared[index]) = (quantizer, quantizer)
        }
        return shared
    }

    private func quantizer(for weights: Tensor, isPerOutput: Bool) -> SymmetricQuantizer {
        switch scale {
        case .largest:
            let own = SymmetricQuantizer(bits: bits, isPerOutput: isPerOutput)
            let scales = own.scales(of: weights).map { $0 > 0 ? $0 : 1 }
            return SymmetricQuantizer(
                bits: bits, scale: .fixed(scales), isPerOutput: isPerOutput)
        case .leastError:
            return ScaleSearch(bits: bits).quantizer(for: weights, isPerOutput: isPerOutput)
        }
    }

    private func quantize(
        _ parameter: Parameter, mask: Mask?, isPerOutput: Bool, by shared: SymmetricQuantizer?
    ) throws -> QuantizedModel.Layer {
        let seen = parameter.seen.dense
        guard seen.isFinite else {
            throw CompressionError.notFinite(layer: parameter.name, what: "weights")
        }
        let own =
            switch scale {
            case .largest: SymmetricQuantizer(bits: bits, isPerOutput: isPerOutput)
            case .leastError: quantizer(for: seen, isPerOutput: isPerOutput)
            }
        let quantizer = shared ?? own
        parameter.views = []
        parameter.value = seen
        parameter.views = (mask.map { [$0] } ?? []) + [quantizer]
        let rounded = parameter.seen
        let power = Double(seen.squared().sum().scalar)
        let scales = quantizer.scales(of: seen).filter { $0 > 0 }
        return QuantizedModel.Layer(
            parameter: parameter.name, bits: bits,
            scales: (scales.min() ?? 0)...(scales.max() ?? 0),
            error: power > 0 ? Double((rounded - seen).squared().sum().scalar) / power : 0)
    }
}

import RanvierCompression
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Brings a trained model into integers, whatever of the way it has not gone yet: rounding of weights, folding into whole numbers,
/// lowering.
///
///     let prepared = try DevicePreparation().prepare(model, calibration: training, in: .standard)
///     prepared.model.network          // integers
///     prepared.steps                  // what was done, a sentence each
///
/// A choice that is left out is made by a stated rule and told; one that has no effect is refused.
public struct DevicePreparation: Sendable, Hashable {
    /// Bits of weights that are not quantised yet, 2 to 8; nil for 8.
    public var bits: Int?
    /// Bits of a number that comes in, where values come in; nil for 8.
    public var inputBits: Int?
    /// What becomes of leaks; nil for the first that can be of exact shifts, products with 12 bits, and the nearest shifts.
    public var leak: WholeNumberFolding.LeakRule?
    /// Bits below one unit of a weight; nil for none where weights have 8 bits, whose units are fine enough, else for 3, or as many as
    /// the sums leave room for.
    public var fractionBits: Int?
    /// Bits of a membrane; nil for as many as nothing can leave.
    public var stateBits: Int?

    /// Usual choices.
    public init() {}

    /// The model in integers.
    ///
    /// - Parameters:
    ///   - calibration: training samples as they were measured: for the range of what comes in, and scales of weights. Nil where
    ///     there are none; then a model that needs them is refused.
    ///   - registry: of the kinds that the network is made of.
    /// - Throws: ``DeviceError`` for another kind of model, missing samples and options without effect; `FoldingError`,
    ///   ``LoweringError``, ``IntegerNetworkError``.
    public func prepare(
        _ model: any SpikingModel, calibration: Dataset?, in registry: Registry
    ) throws -> PreparedModel {
        if let model = model as? IntegerModel {
            try refuseChoices([bits, inputBits, fractionBits, stateBits], of: "integers already")
            return PreparedModel(model: model, steps: [], warnings: [])
        }
        guard let clocked = model as? ClockedModel else {
            throw DeviceError.model(
                found: type(of: model).kind,
                advice: "train a clocked network (method surrogate or compression)")
        }
        guard clocked.family == .spiking else {
            throw DeviceError.model(
                found: clocked.family.rawValue, advice: "train a spiking network (model: snn)")
        }
        var steps: [String] = []
        var whole = clocked
        var warnings: [String] = []
        if clocked.holdsWholeNumbers {
            try refuseChoices([bits, inputBits, fractionBits], of: "whole numbers already")
        } else {
            let samples = try calibration.map { try clocked.prepared($0) }
            var quantized = clocked
            if clocked.isQuantized {
                try refuseChoices([bits], of: "quantised weights already")
            } else {
                guard let calibration else {
                    throw DeviceError.samples(purpose: "rounding of weights")
                }
                let width = bits ?? 8
                quantized = try PostTrainingQuantization(bits: width, sharesRecurrentScales: true)
                    .apply(
                        to: clocked, calibration: calibration, in: registry
                    ).model
                steps.append(
                    "weights were not quantised: rounded to \(width) bits without training, scales by least error "
                        + "of each output, biases by up to 256 training samples")
            }
            let input = try input(of: quantized, samples: samples, steps: &steps)
            let folded = try fold(quantized, input: input, steps: &steps)
            warnings += folded.report.warnings
            whole = folded.model
        }
        let lowered = try IntegerLowering(stateBits: stateBits).apply(to: whole)
        return PreparedModel(
            model: lowered.model, steps: steps, warnings: warnings + lowered.warnings,
            whole: whole)
    }

    private func refuseChoices(_ choices: [Int?], of what: String) throws(DeviceError) {
        guard
            choices.contains(where: { $0 != nil })
                || (leak != nil && what != "quantised weights already")
        else { return }
        throw .noEffect(reason: "the model has \(what), whose bits are settled")
    }

    // MARK: - What comes in

    /// How values are counted; nil where spikes come in by the encoder's own rule.
    private func input(
        of model: ClockedModel, samples: Dataset?, steps: inout [String]
    ) throws -> WholeNumberFolding.Input? {
        func refuseBits() throws(DeviceError) {
            guard inputBits != nil else { return }
            throw .noEffect(reason: "spikes come in, which have one bit")
        }
        switch model.encoder.form {
        case .coded:
            try refuseBits()
            return nil
        case .rows, .constant: break
        }
        guard let samples, samples.count > 0 else {
            throw DeviceError.samples(purpose: "the range of what comes in")
        }
        let holdsSpikes = model.encoder.form == .rows && samples.holdsSpikesAlone
        if holdsSpikes {
            try refuseBits()
            return .spikes
        }
        let range = samples.valueRange, width = inputBits ?? 8
        let most = 1 << width - 1
        if range.lowerBound >= 0, range.upperBound <= 1 { return .levels(most) }
        let reach = max(-range.lowerBound, range.upperBound)
        let largest = 1 << (width - 1) - 1
        let levels = max(Int(Float(largest) / reach), 1)
        steps.append(
            "values come in as numbers of \(width) bits and either sign, where the value 1 (after scaling) counts "
                + "\(levels): sizes beyond \(NumberText.significant(Double(largest) / Double(levels))) are clipped"
        )
        return .signed(levels: levels, largest: largest)
    }

    // MARK: - Folding

    private func fold(
        _ model: ClockedModel, input: WholeNumberFolding.Input?, steps: inout [String]
    ) throws -> FoldedModel {
        let leaks = leak.map { [$0] } ?? [.exact, .multiply, .nearestShift]
        let width =
            model.network.prunableParameters
            .compactMap { $0.views.compactMap(\.bits).last }.min() ?? 8
        let fractions = fractionBits.map { [$0] } ?? (width >= 8 ? [0] : [3, 2, 1, 0])
        var last: (any Error)?
        for leak in leaks {
            for fraction in fractions {
                do {
                    let folded = try WholeNumberFolding(
                        input: input, fractionBits: fraction, leak: leak, delays: .nearestStep,
                        recurrence: .nearestMultiple, arithmetic: .integers
                    ).apply(to: model)
                    if let sentence = Self.sentence(on: leak) { steps.append(sentence) }
                    if fraction > 0 {
                        steps.append("biases and thresholds have \(fraction) fraction bits")
                    }
                    return folded
                } catch let error as FoldingError {
                    last = error
                    // Fewer fraction bits help sums that are too large alone.
                    guard case .tooLarge = error else { break }
                }
            }
        }
        throw last ?? DeviceError.noEffect(reason: "nothing was tried")
    }

    private static func sentence(on leak: WholeNumberFolding.LeakRule) -> String? {
        switch leak {
        case .exact: nil
        case .multiply:
            "leaks are no shifts and became products with 12 bits, which needs a multiplier"
        case .nearestShift: "leaks became the nearest shifts, which changes the network"
        }
    }
}

extension ClockedModel {
    /// Whether all weights are whole numbers, as folding leaves them.
    var holdsWholeNumbers: Bool {
        let weights = network.prunableParameters
        return !weights.isEmpty
            && weights.allSatisfy { parameter in
                let seen = parameter.seen.scalars
                return seen.allSatisfy { $0 == $0.rounded() } && seen.contains { $0 != 0 }
            }
    }

    /// Whether all weights are seen through a quantiser.
    var isQuantized: Bool {
        let weights = network.prunableParameters
        return !weights.isEmpty && weights.allSatisfy { $0.views.contains { $0.bits != nil } }
    }
}

extension Dataset {
    /// Whether values are zeros and ones alone.
    fileprivate var holdsSpikesAlone: Bool {
        (0..<count).allSatisfy { values(ofSample: $0).allSatisfy { $0 == 0 || $0 == 1 } }
    }
}

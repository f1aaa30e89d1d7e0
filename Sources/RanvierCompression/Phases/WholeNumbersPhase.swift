import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// `whole-numbers`: scales and normalisations go into thresholds and biases, so that the network computes with whole numbers alone.
///
/// Weights must be quantised before. Nothing trains after it. See ``WholeNumberFolding``.
public struct WholeNumbersPhase: CompressionPhase {
    /// What comes in.
    public enum Input: String, Sendable, Hashable, CaseIterable {
        /// Bytes where values are shown directly, spikes where they are coded; of rows what the training samples hold.
        case usual
        /// Zeros and ones.
        case spikes
        /// Values from 0 to 1.
        case levels
        /// Values of either sign.
        case signed
    }

    /// `whole-numbers`.
    public static let kind = "whole-numbers"
    /// What comes in.
    public var input = Input.usual
    /// What the value 1 counts; nil for 255, or 32 with a sign.
    public var levels: Int?
    /// The largest number with a sign; nil for 127.
    public var largest: Int?
    /// Bits below one unit of a weight that biases and thresholds have.
    public var fractionBits = 0
    /// What becomes of leaks.
    public var leak = WholeNumberFolding.LeakRule.exact
    /// What becomes of delays between two steps.
    public var delays = WholeNumberFolding.DelayRule.exact
    /// What becomes of the scale of recurrent weights.
    public var recurrence = WholeNumberFolding.RecurrenceRule.exact

    /// What is exact, no fraction bits.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<WholeNumbersPhase> {
        Field.choice("input", \.input)
        Field.optionalInteger("levels", \.levels, in: 1...WholeNumberInput.most, drawn: 1...16)
        Field.refusing("levels") {
            $0.levels != nil && [.usual, .spikes].contains($0.input)
        } because: {
            "has no effect with input: \($0.input.rawValue); take 'input: levels' or 'input: signed'"
        } settle: {
            $0.levels = nil
        }
        Field.optionalInteger("largest", \.largest, in: 1...WholeNumberInput.most, drawn: 1...16)
        Field.refusing("largest") {
            $0.largest != nil && $0.input != .signed
        } because: {
            "has no effect with input: \($0.input.rawValue); take 'input: signed'"
        } settle: {
            $0.largest = nil
        }
        Field.integer("fraction-bits", \.fractionBits, in: 0...4)
        Field.choice("leak", \.leak)
        Field.choice("delays", \.delays)
        Field.choice("recurrence", \.recurrence)
    }

    private var folding: WholeNumberFolding {
        let input: WholeNumberFolding.Input? =
            switch input {
            case .usual: nil
            case .spikes: .spikes
            case .levels: .levels(levels ?? 255)
            case .signed: .signed(levels: levels ?? 32, largest: largest ?? 127)
            }
        return WholeNumberFolding(
            input: input, fractionBits: fractionBits, leak: leak, delays: delays,
            recurrence: recurrence)
    }

    /// One, without epochs.
    public func legs(epochs: Int) -> [CompressionLeg] {
        [CompressionLeg(title: Self.kind, epochs: 0)]
    }

    /// True.
    public var endsTraining: Bool { true }

    /// A network without a clock, leaks that are no shifts, delays between steps: better known before the training than after it.
    public func check(on trainee: Trainee) throws {
        let network = try trainee.clockedModel(for: Self.kind).network
        let chain = FoldingChain(
            folding: folding, steps: 1, timeStep: network.timeStep, shape: network.inputShape)
        for stage in network.stages {
            if delays == .exact, let layer = stage.layer as? DelayedLinear {
                let steps = layer.delays.seen.scalars
                let between =
                    layer.options.learnsDelays
                    ? steps.count : steps.count { $0 != $0.rounded() }
                guard between == 0 else {
                    throw FoldingSynapses.delaysBetweenSteps(between, of: steps.count, stage.name)
                }
            }
            let own = try FoldingNeuron(
                stage.layer, timeStep: network.timeStep, name: stage.name)
            guard let own, own.hasLeak else { continue }
            _ = try chain.leak(of: own.leak, name: stage.name, kind: type(of: stage.layer).kind)
        }
    }

    /// Folds.
    public func begin(leg: Int, on trainee: inout Trainee) throws {
        let model = try trainee.clockedModel(for: Self.kind)
        var folding = folding
        if folding.input == nil, model.encoder.form == .rows, let samples = trainee.samples {
            guard samples.holdsSpikes else {
                throw FoldingError.input(
                    reason:
                        "the rows of the training samples hold values; say 'input: levels' for values from 0 to "
                        + "1, 'input: signed' for others")
            }
            folding.input = .spikes
        }
        let folded = try folding.apply(to: model)
        trainee.finalModel = folded.model
        trainee.remarks += "\(folded.report)".split(separator: "\n").map(String.init)
    }
}

extension Dataset {
    /// Whether all values are zeros and ones.
    fileprivate var holdsSpikes: Bool {
        stride(from: 0, to: count, by: 256).allSatisfy {
            features(of: Array($0..<min($0 + 256, count))).isBinary
        }
    }
}

import RanvierConfiguration
import RanvierLearning
import RanvierNetworks

/// `whole-numbers`: scales and normalisations go into thresholds and biases, so that the network computes with whole numbers alone.
///
/// Weights must be quantised before. Nothing trains after it. See ``WholeNumberFolding``.
public struct WholeNumbersPhase: CompressionPhase {
    /// `whole-numbers`.
    public static let kind = "whole-numbers"
    /// Bits below one unit of a weight that biases and thresholds have.
    public var fractionBits = 0
    /// How leaks become shifts.
    public var leak = WholeNumberFolding.LeakRule.exact

    /// Exact leaks, no fraction bits.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<WholeNumbersPhase> {
        Field.integer("fraction-bits", \.fractionBits, in: 0...4)
        Field.choice("leak", \.leak)
    }

    /// One, without epochs.
    public func legs(epochs: Int) -> [CompressionLeg] {
        [CompressionLeg(title: Self.kind, epochs: 0)]
    }

    /// True.
    public var endsTraining: Bool { true }

    /// A network without a clock, and leaks that are no shifts: better known before the training than after it.
    public func check(on trainee: Trainee) throws {
        let network = try trainee.clockedModel(for: Self.kind).network
        let chain = FoldingChain(
            folding: WholeNumberFolding(fractionBits: fractionBits, leak: leak), steps: 1,
            timeStep: network.timeStep, shape: network.inputShape)
        for stage in network.stages {
            guard let neuron = FoldingNeuron(stage.layer, timeStep: network.timeStep),
                neuron.hasLeak
            else { continue }
            _ = try chain.shift(
                of: neuron.leak, name: stage.name, kind: type(of: stage.layer).kind)
        }
    }

    /// Folds.
    public func begin(leg: Int, on trainee: inout Trainee) throws {
        let folded = try WholeNumberFolding(fractionBits: fractionBits, leak: leak).apply(
            to: trainee.clockedModel(for: Self.kind))
        trainee.finalModel = folded.model
        trainee.remarks += "\(folded.report)".split(separator: "\n").map(String.init)
    }
}

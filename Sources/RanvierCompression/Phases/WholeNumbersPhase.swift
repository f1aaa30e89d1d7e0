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

    /// A network without a clock.
    public func check(on trainee: Trainee) throws { _ = try trainee.clockedModel(for: Self.kind) }

    /// Folds.
    public func begin(leg: Int, on trainee: inout Trainee) throws {
        let folded = try WholeNumberFolding(fractionBits: fractionBits, leak: leak).apply(
            to: trainee.clockedModel(for: Self.kind))
        trainee.finalModel = folded.model
        trainee.remarks += "\(folded.report)".split(separator: "\n").map(String.init)
    }
}

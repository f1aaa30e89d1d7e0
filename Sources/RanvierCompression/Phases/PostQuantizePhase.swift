import RanvierConfiguration
import RanvierLearning
import RanvierNetworks

/// `post-quantize`: weights lose bits without training; scales by the weights, biases and thresholds by training samples.
///
/// Nothing trains after it. See ``PostTrainingQuantization``.
public struct PostQuantizePhase: CompressionPhase {
    /// What has a scale of its own.
    public enum Part: String, Sendable, Hashable, CaseIterable {
        case tensor, output
    }

    /// `post-quantize`.
    public static let kind = "post-quantize"
    /// Bits of a weight.
    public var bits = 8
    /// What a scale follows from.
    public var rule = PostTrainingQuantization.Scale.leastError
    /// What has a scale of its own.
    public var scale = Part.output
    /// Whether the mean input of each channel is brought back.
    public var correctsBiases = true
    /// Whether thresholds are moved so that rates stay.
    public var tunesThresholds = false
    /// Training samples that are looked at.
    public var samples = 256

    /// Eight bits by least error, corrected biases.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<PostQuantizePhase> {
        Field.integer("bits", \.bits, in: 2...16, isRequired: true, drawn: 2...8)
        Field.choice("rule", \.rule)
        Field.choice("scale", \.scale)
        Field.boolean("correct-biases", \.correctsBiases)
        Field.boolean("tune-thresholds", \.tunesThresholds)
        Field.integer("samples", \.samples, in: 1...1_000_000, drawn: 1...4)
    }

    /// One, without epochs.
    public func legs(epochs: Int) -> [CompressionLeg] {
        [CompressionLeg(title: "\(Self.kind) to \(bits) bits", epochs: 0)]
    }

    /// True.
    public var endsTraining: Bool { true }

    /// A network without a clock.
    public func check(on trainee: Trainee) throws { _ = try trainee.clockedModel(for: Self.kind) }

    /// Rounds.
    public func begin(leg: Int, on trainee: inout Trainee) throws {
        guard let samples = trainee.samples else { return }
        let quantized = try PostTrainingQuantization(
            bits: bits, scale: rule, isPerOutput: scale == .output,
            correctsBiases: correctsBiases, tunesThresholds: tunesThresholds, samples: self.samples
        ).apply(
            to: trainee.clockedModel(for: Self.kind), calibration: samples, in: trainee.registry)
        trainee.finalModel = quantized.model
        for layer in quantized.neurons where abs(layer.finalRate - layer.rate) > 0.1 * layer.rate {
            trainee.remarks.append(
                "post-quantize: neurons of '\(layer.layer)' fired at "
                    + "\(NumberText.percent(layer.rate)) of the steps, and do at "
                    + "\(NumberText.percent(layer.finalRate)) with rounded weights")
        }
    }
}

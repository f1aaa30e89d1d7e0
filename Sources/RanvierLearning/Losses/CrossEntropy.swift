import RanvierConfiguration
import RanvierData
import RanvierSpikes
import RanvierTensors

extension Field {
    /// How a score per output is read: `of`.
    public static func decoder(_ place: Place<Value, SpikeDecoder>) -> Field {
        .choice(
            "of", place,
            of: [
                "mean-membrane": .meanMembrane, "summed-membrane": .summedMembrane,
                "maximum-membrane": .maximumMembrane, "last-membrane": .lastMembrane,
                "spike-count": .spikeCount,
            ])
    }
}

/// Cross-entropy of one score per class: mean or summed membrane, spike counts, ….
///
///     L = mean over B of −log softmax(score)[y]
public struct CrossEntropy: Loss {
    /// `cross-entropy`.
    public static let kind = "cross-entropy"
    /// How a score per class is read.
    public var decoder = SpikeDecoder.meanMembrane
    /// Share of the target that is spread evenly over all classes.
    public var labelSmoothing: Float = 0

    /// Of the mean membrane.
    public init() {}

    /// Of a score.
    public init(of decoder: SpikeDecoder, labelSmoothing: Float = 0) {
        self.decoder = decoder
        self.labelSmoothing = labelSmoothing
    }

    /// The keys of a configuration.
    public static let schema = Schema<CrossEntropy> {
        Field.decoder(\.decoder)
        Field.number("label-smoothing", \.labelSmoothing, in: 0...0.9)
    }

    /// The loss of a batch.
    public func value(of output: Tensor, targets: Targets) -> Tensor {
        decoder.scores(of: output).crossEntropy(
            labels: targets.labels, smoothing: labelSmoothing)
    }

    /// With the cross-entropy of each sample times its weight.
    public func value(of output: Tensor, targets: Targets, weights: [Float]) -> Tensor? {
        decoder.scores(of: output).crossEntropy(
            labels: targets.labels, smoothing: labelSmoothing, weights: weights)
    }

    /// Of one step all ways to read a score are the same.
    public var forArtificialNetwork: any Loss {
        CrossEntropy(of: .meanMembrane, labelSmoothing: labelSmoothing)
    }
}

extension Loss where Self == CrossEntropy {
    /// Cross-entropy of one score per class.
    public static func crossEntropy(of decoder: SpikeDecoder) -> CrossEntropy {
        CrossEntropy(of: decoder)
    }
}

/// Cross-entropy at every step, summed over the steps.
///
///     L = Σ_t mean over B of −log softmax(z[t])[y]
public struct CrossEntropyOfEachStep: Loss {
    /// `cross-entropy-of-each-step`.
    public static let kind = "cross-entropy-of-each-step"
    /// Share of the target that is spread evenly over all classes.
    public var labelSmoothing: Float = 0

    /// Without smoothing.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<CrossEntropyOfEachStep> {
        Field.number("label-smoothing", \.labelSmoothing, in: 0...0.9)
    }

    /// The mean membrane.
    public var decoder: SpikeDecoder { .meanMembrane }

    /// The loss of a batch.
    public func value(of output: Tensor, targets: Targets) -> Tensor {
        output.crossEntropy(labels: targets.labels, smoothing: labelSmoothing)
            * Float(output.shape[0])
    }

    /// With the cross-entropies of each sample times its weight.
    public func value(of output: Tensor, targets: Targets, weights: [Float]) -> Tensor? {
        output.crossEntropy(
            labels: targets.labels, smoothing: labelSmoothing, weights: weights)
            * Float(output.shape[0])
    }

    /// The steps of the part.
    public func value(ofPart output: Tensor, of steps: Int, targets: Targets) -> Tensor {
        value(of: output, targets: targets)
    }

    /// The steps of the part.
    public func value(
        ofPart output: Tensor, of steps: Int, targets: Targets, weights: [Float]
    ) -> Tensor? {
        value(of: output, targets: targets, weights: weights)
    }

    /// Cross-entropy of the mean.
    public var forArtificialNetwork: any Loss {
        CrossEntropy(of: .meanMembrane, labelSmoothing: labelSmoothing)
    }
}

extension Loss where Self == CrossEntropyOfEachStep {
    /// Cross-entropy at every step, summed.
    public static var crossEntropyOfEachStep: CrossEntropyOfEachStep { CrossEntropyOfEachStep() }
}

/// Temporal efficient training.
///
///     L = (1 − λ) mean_t CE(z[t], y) + λ mean (z − φ)²
///
/// Source: Deng et al. 2022, equation 11.
public struct TemporalEfficientTraining: Loss {
    /// `temporal-efficient-training`.
    public static let kind = "temporal-efficient-training"
    /// λ.
    public var lambda: Float = 1e-3
    /// φ.
    public var potential: Float = 1
    /// Share of the target that is spread evenly over all classes.
    public var labelSmoothing: Float = 0

    /// The published λ = 10⁻³ and φ = 1.
    public init() {}

    /// With its numbers chosen.
    public init(lambda: Float, potential: Float = 1, labelSmoothing: Float = 0) {
        self.lambda = lambda
        self.potential = potential
        self.labelSmoothing = labelSmoothing
    }

    /// The keys of a configuration.
    public static let schema = Schema<TemporalEfficientTraining> {
        Field.number("lambda", \.lambda, in: 0...1)
        Field.number("potential", \.potential)
        Field.number("label-smoothing", \.labelSmoothing, in: 0...0.9)
        Field.refusing("potential") {
            $0.lambda == 0 && $0.potential != 1
        } because: { _ in
            "has no effect with lambda 0, which leaves out the term that it belongs to"
        } settle: {
            $0.potential = 1
        }
        Field.refusing("label-smoothing") {
            $0.lambda == 1 && $0.labelSmoothing != 0
        } because: { _ in
            "has no effect with lambda 1, which leaves out the classes"
        } settle: {
            $0.labelSmoothing = 0
        }
    }

    /// The mean membrane.
    public var decoder: SpikeDecoder { .meanMembrane }

    /// The loss of a batch.
    public func value(of output: Tensor, targets: Targets) -> Tensor {
        let classification = output.crossEntropy(
            labels: targets.labels, smoothing: labelSmoothing)
        return classification * (1 - lambda) + (output - potential).squared().mean() * lambda
    }

    /// With the cross-entropy of each sample times its weight; the pull towards φ is the same for all.
    public func value(of output: Tensor, targets: Targets, weights: [Float]) -> Tensor? {
        let classification = output.crossEntropy(
            labels: targets.labels, smoothing: labelSmoothing, weights: weights)
        return classification * (1 - lambda) + (output - potential).squared().mean() * lambda
    }

    /// Cross-entropy of the mean.
    public var forArtificialNetwork: any Loss {
        CrossEntropy(of: .meanMembrane, labelSmoothing: labelSmoothing)
    }
}

extension Loss where Self == TemporalEfficientTraining {
    /// Temporal efficient training with the published λ and φ unless chosen.
    public static func temporalEfficientTraining(
        lambda: Float = 1e-3, potential: Float = 1
    ) -> TemporalEfficientTraining {
        TemporalEfficientTraining(lambda: lambda, potential: potential)
    }
}

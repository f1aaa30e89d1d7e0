import RanvierSpikes
import RanvierTensors

/// What training minimises, from the output sequence of a network `[T, B, classes]`.
public struct Loss: Sendable, Hashable {
    /// The kinds of loss.
    public enum Kind: Sendable, Hashable {
        /// Cross-entropy of one score per class: mean or summed membrane, spike counts, …
        ///
        ///     L = mean over B of −log softmax(score)[y]
        case crossEntropy(of: SpikeDecoder)
        /// Cross-entropy at every step, summed over the steps.
        ///
        ///     L = Σ_t mean over B of −log softmax(z[t])[y]
        case crossEntropyOfEachStep
        /// Temporal efficient training.
        ///
        ///     L = (1 − λ) mean_t CE(z[t], y) + λ mean (z − φ)²
        ///
        /// Source: Deng et al. 2022, equation 11.
        case temporalEfficientTraining(lambda: Float, potential: Float)
        /// Mean squared error of the mean over time against one rate for the class of the sample and
        /// another for all other classes.
        ///
        ///     L = mean over B and classes of (mean_t z − target)²
        case meanSquaredError(correctRate: Float, otherRate: Float)
    }

    /// The kind.
    public var kind: Kind
    /// Share of the target that is spread evenly over all classes, in cross-entropies.
    public var labelSmoothing: Float

    /// A loss.
    public init(_ kind: Kind, labelSmoothing: Float = 0) {
        self.kind = kind
        self.labelSmoothing = labelSmoothing
    }

    /// Cross-entropy of one score per class.
    public static func crossEntropy(of decoder: SpikeDecoder) -> Loss {
        Loss(.crossEntropy(of: decoder))
    }

    /// Cross-entropy at every step, summed.
    public static let crossEntropyOfEachStep = Loss(.crossEntropyOfEachStep)

    /// Temporal efficient training with the published λ = 10⁻³ and φ = 1.
    public static func temporalEfficientTraining(
        lambda: Float = 1e-3, potential: Float = 1
    ) -> Loss {
        Loss(.temporalEfficientTraining(lambda: lambda, potential: potential))
    }

    /// Squared error of rates.
    public static func meanSquaredError(correctRate: Float = 1, otherRate: Float = 0) -> Loss {
        Loss(.meanSquaredError(correctRate: correctRate, otherRate: otherRate))
    }

    /// How scores are read from the output when the network is used.
    public var decoder: SpikeDecoder {
        if case .crossEntropy(let decoder) = kind { decoder } else { .meanMembrane }
    }

    /// What consecutive steps of a longer sequence contribute to its loss, for truncated backpropagation.
    ///
    /// Losses of single steps are shared out; a loss of one score per sequence is taken of the part alone and weighted
    /// with its share of the steps.
    /// - Parameters:
    ///   - output: the part, `[T', B, classes]`.
    ///   - steps: steps of the whole sequence.
    public func value(ofPart output: Tensor, of steps: Int, labels: [Int]) -> Tensor {
        let value = value(of: output, labels: labels)
        if case .crossEntropyOfEachStep = kind { return value }
        return value * (Float(output.shape[0]) / Float(max(steps, 1)))
    }

    /// The loss of a batch, a single number.
    ///
    /// - Parameters:
    ///   - output: `[T, B, classes]`.
    ///   - labels: one class per sample.
    public func value(of output: Tensor, labels: [Int]) -> Tensor {
        switch kind {
        case .crossEntropy(let decoder):
            return decoder.scores(of: output)
                .crossEntropy(labels: labels, smoothing: labelSmoothing)
        case .crossEntropyOfEachStep:
            return output.crossEntropy(labels: labels, smoothing: labelSmoothing)
                * Float(output.shape[0])
        case .temporalEfficientTraining(let lambda, let potential):
            let classification = output.crossEntropy(labels: labels, smoothing: labelSmoothing)
            return classification * (1 - lambda) + (output - potential).squared().mean() * lambda
        case .meanSquaredError(let correct, let other):
            let rates = output.mean(axes: [0])
            var target = [Float](repeating: other, count: rates.count)
            for (row, label) in labels.enumerated() {
                target[row * rates.shape[1] + label] = correct
            }
            return (rates - Tensor(target, shape: rates.shape)).squared().mean()
        }
    }
}

import RanvierConfiguration
import RanvierData
import RanvierSpikes
import RanvierTensors

/// Mean squared error of the mean over time against one rate for the class of the sample and another for all others.
///
///     L = mean over B and classes of (mean_t z − target)²
public struct RateError: Loss {
    /// `mean-squared-error`.
    public static let kind = "mean-squared-error"
    /// The rate of the class of a sample.
    public var correctRate: Float = 1
    /// The rate of all other classes.
    public var otherRate: Float = 0

    /// Rates 1 and 0.
    public init() {}

    /// With its rates chosen.
    public init(correctRate: Float, otherRate: Float = 0) {
        self.correctRate = correctRate
        self.otherRate = otherRate
    }

    /// The keys of a configuration.
    public static let schema = Schema<RateError> {
        Field.number("correct-rate", \.correctRate)
        Field.number("other-rate", \.otherRate)
    }

    /// The mean membrane.
    public var decoder: SpikeDecoder { .meanMembrane }

    /// The loss of a batch.
    public func value(of output: Tensor, targets: Targets) -> Tensor {
        errors(of: output, targets).squared().mean()
    }

    /// With the error of each sample times its weight.
    public func value(of output: Tensor, targets: Targets, weights: [Float]) -> Tensor? {
        (errors(of: output, targets).squared() * Tensor(weights, shape: [weights.count, 1])).mean()
    }

    /// Rates less targets, `[B, classes]`.
    private func errors(of output: Tensor, _ targets: Targets) -> Tensor {
        let rates = output.mean(axes: [0])
        var target = [Float](repeating: otherRate, count: rates.count)
        for (row, label) in targets.labels.enumerated() {
            target[row * rates.shape[1] + label] = correctRate
        }
        return rates - Tensor(target, shape: rates.shape)
    }

    /// Rates mean nothing to an artificial network, which learns the classes by cross-entropy.
    public var forArtificialNetwork: any Loss { CrossEntropy() }
}

extension Loss where Self == RateError {
    /// Squared error of rates.
    public static func meanSquaredError(
        correctRate: Float = 1, otherRate: Float = 0
    ) -> RateError {
        RateError(correctRate: correctRate, otherRate: otherRate)
    }
}

/// Mean squared error of one score per value.
///
///     L = mean over B and values of (score − y)²,   y with mean 0 and deviation 1
public struct SquaredError: Loss {
    /// `squared-error`.
    public static let kind = "squared-error"
    /// How a score per value is read.
    public var decoder = SpikeDecoder.meanMembrane

    /// Of the mean membrane.
    public init() {}

    /// Of a score.
    public init(of decoder: SpikeDecoder) { self.decoder = decoder }

    /// The keys of a configuration.
    public static let schema = Schema<SquaredError> { Field.decoder(\.decoder) }

    /// Whether samples have values.
    public func accepts(_ targets: Targets) -> Bool {
        if case .values = targets { true } else { false }
    }

    /// The loss of a batch.
    public func value(of output: Tensor, targets: Targets) -> Tensor {
        guard case .values(let values, _, _) = targets else {
            preconditionFailure("a squared error is taken of values, not of classes")
        }
        let scores = decoder.scores(of: output)
        return (scores - Tensor(values, shape: scores.shape)).squared().mean()
    }

    /// Of the one step.
    public var forArtificialNetwork: any Loss { SquaredError() }
}

extension Loss where Self == SquaredError {
    /// Squared error of one score per value.
    public static func squaredError(of decoder: SpikeDecoder = .meanMembrane) -> SquaredError {
        SquaredError(of: decoder)
    }
}

import Foundation
import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

/// AdaBelief: Adam with the variance of the gradient about its running mean.
///
///     m ← β₁ m + (1 − β₁) g
///     s ← β₂ s + (1 − β₂) (g − m*)² + ε_r
///     w ← w − η m̂/(√ŝ + ε),   m̂ = m/(1 − β₁ᵏ),   ŝ = s/(1 − β₂ᵏ)
///
/// m* is the new m (Zhuang et al. 2020) or the previous one (the library the spike-time paper used). Decay is decoupled, for
/// parameters that ``Parameter/decays`` marks.
public struct AdaBelief: Optimizer {
    /// Which mean the gradient is compared with.
    public enum Belief: String, Sendable, CaseIterable, Codable {
        /// The mean that already holds the gradient.
        case newMean = "new-mean"
        /// The mean before it.
        case previousMean = "previous-mean"
    }

    /// The rule for one number.
    public struct Rule: Hashable, Sendable {
        /// Decay of the mean.
        public var beta1 = 0.9
        /// Decay of the variance.
        public var beta2 = 0.999
        /// Which mean the gradient is compared with.
        public var belief = Belief.newMean
        /// ε, added to the root of the variance.
        public var epsilon = 1e-16
        /// ε_r, added to the variance; nil for ε.
        public var varianceEpsilon: Double?

        /// The published numbers.
        public init() {}

        /// What the means are divided by at a step, counted from 1: `1 − βᵏ`.
        public func corrections(step: Int) -> (mean: Double, variance: Double) {
            (1 - pow(beta1, Double(step)), 1 - pow(beta2, Double(step)))
        }

        /// The change of a number for its gradient, with both means moved.
        @inlinable
        public func change<Real: BinaryFloatingPoint>(
            for g: Real, rate: Real, mean: inout Real, variance: inout Real,
            corrections: (mean: Double, variance: Double)
        ) -> Real {
            let previous = mean
            mean = Real(beta1) * previous + Real(1 - beta1) * g
            let surprise = g - (belief == .newMean ? mean : previous)
            variance =
                Real(beta2) * variance + Real(1 - beta2) * surprise * surprise
                + Real(varianceEpsilon ?? epsilon)
            let scale = (variance / Real(corrections.variance)).squareRoot() + Real(epsilon)
            return -rate * (mean / Real(corrections.mean)) / scale
        }
    }

    /// Step length η.
    public var learningRate: Float
    /// The rule for one number.
    public var rule: Rule
    /// Decoupled weight decay.
    public var weightDecay: Float
    /// Steps taken.
    public private(set) var stepCount = 0
    private var means: [String: Tensor] = [:]
    private var variances: [String: Tensor] = [:]

    /// AdaBelief.
    public init(learningRate: Float = 1e-3, rule: Rule = Rule(), weightDecay: Float = 0) {
        self.learningRate = learningRate
        self.rule = rule
        self.weightDecay = weightDecay
    }

    /// One step.
    public mutating func update(
        _ parameters: [Parameter], gradients: [Tensor], rateFactor: Float
    ) {
        stepCount += 1
        let rate = learningRate * rateFactor, rule = rule
        let corrections = rule.corrections(step: stepCount)
        for (parameter, gradient) in zip(parameters, gradients) {
            let keep = 1 - (parameter.decays ? rate * weightDecay : 0)
            let g = gradient.scalars
            var mean = means[parameter.name]?.scalars ?? Array(repeating: 0, count: g.count)
            var variance = variances[parameter.name]?.scalars ?? mean
            var values = parameter.value.scalars
            for i in values.indices {
                values[i] =
                    values[i] * keep
                    + rule.change(
                        for: g[i], rate: rate, mean: &mean[i], variance: &variance[i],
                        corrections: corrections)
            }
            parameter.value = Tensor(values, shape: parameter.shape)
            means[parameter.name] = Tensor(mean, shape: parameter.shape)
            variances[parameter.name] = Tensor(variance, shape: parameter.shape)
        }
    }

    /// Two means.
    public var valuesPerWeight: Int { 2 }

    /// Both means by parameter.
    public var state: [String: Tensor] {
        var state: [String: Tensor] = [:]
        for (name, tensor) in means { state["mean/" + name] = tensor }
        for (name, tensor) in variances { state["variance/" + name] = tensor }
        return state
    }

    /// The means of squares.
    public static let nonNegativeState = ["variance/"]

    /// Takes over a stored state.
    public mutating func restore(state: [String: Tensor], stepCount: Int) {
        self.stepCount = stepCount
        means = state.entries(under: "mean/")
        variances = state.entries(under: "variance/")
    }
}

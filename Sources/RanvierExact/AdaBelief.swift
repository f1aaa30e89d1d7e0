import Foundation

/// AdaBelief: Adam with the variance of the gradient about its running mean.
///
///     m ← β₁ m + (1 − β₁) g
///     s ← β₂ s + (1 − β₂) (g − m*)² + ε_r
///     x ← x − η m̂/(√ŝ + ε),   m̂ = m/(1 − β₁ᵏ),   ŝ = s/(1 − β₂ᵏ)
///
/// m* is the new m (Zhuang et al. 2020) or the previous one (the library the spike-time paper used).
public struct AdaBelief: Sendable {
    /// Which mean the gradient is compared with.
    public enum Belief: String, Sendable, CaseIterable {
        /// The mean that already holds the gradient.
        case newMean
        /// The mean before it.
        case previousMean
    }

    /// Step size η; change it between steps for a schedule.
    public var learningRate: Double
    /// Decay of the mean.
    public let beta1: Double
    /// Decay of the variance.
    public let beta2: Double
    /// Which mean the gradient is compared with.
    public let belief: Belief
    /// ε, added to the root of the variance.
    public let epsilon: Double
    /// ε_r, added to the variance.
    public let varianceEpsilon: Double

    private var mean: [Double]
    private var variance: [Double]
    private var count = 0

    /// Creates an optimiser of `parameterCount` parameters.
    ///
    /// Throws where the learning rate is not positive or a decay lies outside 0 ..< 1.
    /// - Parameter varianceEpsilon: ε_r; nil takes ε.
    public init(
        parameterCount: Int, learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999,
        belief: Belief = .newMean, epsilon: Double = 1e-16, varianceEpsilon: Double? = nil
    ) throws(ExactError) {
        try ExactError.require("learningRate", learningRate, above: 0)
        try ExactError.require("beta1", beta1, in: 0...(1.0.nextDown))
        try ExactError.require("beta2", beta2, in: 0...(1.0.nextDown))
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.belief = belief
        self.epsilon = epsilon
        self.varianceEpsilon = varianceEpsilon ?? epsilon
        mean = Array(repeating: 0, count: parameterCount)
        variance = Array(repeating: 0, count: parameterCount)
    }

    /// The change of the parameters for a gradient, −η m̂/(√ŝ + ε); counts as a step.
    public mutating func step(for gradient: [Double]) -> [Double] {
        precondition(gradient.count == mean.count, "one derivative per parameter")
        count += 1
        let correction1 = 1 - pow(beta1, Double(count))
        let correction2 = 1 - pow(beta2, Double(count))
        var change = [Double](repeating: 0, count: mean.count)
        for i in mean.indices {
            let g = gradient[i]
            let previous = mean[i]
            mean[i] = beta1 * previous + (1 - beta1) * g
            let surprise = g - (belief == .newMean ? mean[i] : previous)
            variance[i] = beta2 * variance[i] + (1 - beta2) * surprise * surprise + varianceEpsilon
            let scale = (variance[i] / correction2).squareRoot() + epsilon
            change[i] = -learningRate * (mean[i] / correction1) / scale
        }
        return change
    }

    /// Takes a step.
    public mutating func update(_ parameters: inout [Double], gradient: [Double]) {
        let change = step(for: gradient)
        for i in parameters.indices { parameters[i] += change[i] }
    }
}

import RanvierLearning

/// ``AdaBelief`` on a flat list of numbers in double precision: weights, initial states, input times together.
public struct FlatAdaBelief: Sendable {
    /// Step size η; change it between steps for a schedule.
    public var learningRate: Double
    /// The rule for one number.
    public let rule: AdaBelief.Rule

    private var mean: [Double]
    private var variance: [Double]
    private var count = 0

    /// Creates an optimiser of `parameterCount` parameters.
    ///
    /// Throws where the learning rate is not positive or a decay lies outside 0 ..< 1.
    /// - Parameter varianceEpsilon: ε_r; nil takes ε.
    public init(
        parameterCount: Int, learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999,
        belief: AdaBelief.Belief = .newMean, epsilon: Double = 1e-16, varianceEpsilon: Double? = nil
    ) throws(ExactError) {
        try ExactError.require("learningRate", learningRate, above: 0)
        try ExactError.require("beta1", beta1, in: 0...(1.0.nextDown))
        try ExactError.require("beta2", beta2, in: 0...(1.0.nextDown))
        self.learningRate = learningRate
        var rule = AdaBelief.Rule()
        rule.beta1 = beta1
        rule.beta2 = beta2
        rule.belief = belief
        rule.epsilon = epsilon
        rule.varianceEpsilon = varianceEpsilon
        self.rule = rule
        mean = Array(repeating: 0, count: parameterCount)
        variance = Array(repeating: 0, count: parameterCount)
    }

    /// The change of the parameters for a gradient, −η m̂/(√ŝ + ε); counts as a step.
    public mutating func step(for gradient: [Double]) -> [Double] {
        precondition(gradient.count == mean.count, "one derivative per parameter")
        count += 1
        let corrections = rule.corrections(step: count)
        var change = [Double](repeating: 0, count: mean.count)
        for i in mean.indices {
            change[i] = rule.change(
                for: gradient[i], rate: learningRate, mean: &mean[i], variance: &variance[i],
                corrections: corrections)
        }
        return change
    }

    /// Takes a step.
    public mutating func update(_ parameters: inout [Double], gradient: [Double]) {
        let change = step(for: gradient)
        for i in parameters.indices { parameters[i] += change[i] }
    }
}

import RanvierConfiguration

/// Neurons without memory: `spike` ({0, 1}), `signed-spike` (±1), `relu`.
///
///     spike: {noise: 0.01}
///     spike: {response: logistic}
public struct BayesianNeurons: Configurable {
    /// The probability of a spike at potential u.
    public enum Response: String, CaseIterable, Sendable, Hashable {
        /// Φ(u/σ); σ² = 0 is a step.
        case probit
        /// sigmoid(u), taken as the probit of σ² = 8/π, whose mean is off by 0.02 at most.
        case logistic
    }

    /// σ², the variance of what a neuron adds to its potential.
    public var noise: Float = 0.01
    /// The probability of a spike.
    public var response = Response.probit

    /// Nearly deterministic ones.
    public init() {}

    /// The keys.
    public static let schema = Schema<BayesianNeurons> {
        Field.number("noise", \.noise, in: 0...)
        Field.choice("response", \.response)
        Field.refusing("noise") {
            $0.response == .logistic && $0.noise != BayesianNeurons().noise
        } because: { _ in
            "has no effect with response: logistic, whose randomness is its own; use response: probit"
        } settle: {
            $0.noise = BayesianNeurons().noise
        }
    }

    /// σ².
    public var variance: Float {
        response == .logistic ? Float(StepFactor.logisticVariance) : noise
    }
}

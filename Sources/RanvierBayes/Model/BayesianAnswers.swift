import RanvierConfiguration

/// How answers are read of a posterior.
public enum BayesianAnswers: String, CaseIterable, Sendable, Hashable {
    /// From the moments of all layers, as in training, with the whole posterior.
    case analytic
    /// Of the point network: posterior means or most probable values of weights, spikes where ω > 0. Only the noise of the outputs
    /// is left of the uncertainty.
    case point
}

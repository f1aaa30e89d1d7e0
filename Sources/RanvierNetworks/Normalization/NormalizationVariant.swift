/// How batch statistics and scales relate to time.
public enum NormalizationVariant: Sendable, Hashable {
    /// One set of statistics over steps, batch and positions; `y = γ x̂ + β`. Ordinary batch normalisation with
    /// time folded into the batch.
    case shared
    /// `y = λ α θ x̂ + β`, shared statistics. Source: Zheng et al. 2021 (tdBN). α is 1, or 1/√n where
    /// n branches are summed at one neuron; θ is the threshold of the neurons behind.
    case thresholdDependent(alpha: Float = 1, threshold: Float = 1)
    /// `y[t] = p[t] (γ x̂[t] + β)`, shared statistics. Source: Duan et al. 2022 (TEBN).
    case temporalEffective(steps: Int)
    /// `y[t] = γ[t] x̂[t]` with statistics of each step. Source: Kim & Panda 2021 (BNTT).
    case perStep(steps: Int)

    /// Number of steps that the parameters are made for; nil where they fit any.
    public var steps: Int? {
        switch self {
        case .shared, .thresholdDependent: nil
        case .temporalEffective(let steps), .perStep(let steps): steps
        }
    }

    var isPerStep: Bool { if case .perStep = self { true } else { false } }
}

/// One mean site for all samples, of which totals Λ = κN·f̄ are kept: stochastic EP across batches, average EP within one.
///
///     cavity:  Λ (1 − 1/(κN))
///     update:  ε = γM/(κN),   Λ ← (1 − ε) Λ + γ Σ f_n
///
/// κ = 1 and γ = 1 is stochastic EP with averaged sites; κ > 1 is a memory of κ passes, a tempered posterior and not a proper one;
/// κ → ∞ is assumed-density filtering. The reconstruction of this package: the source gives no formula.
/// Stochastic and average EP: Li, Hernández-Lobato & Turner, arXiv 1506.04132.
public struct SharedSites: Sendable, Hashable {
    /// N, samples of the data set.
    public var samples: Int
    /// κ, passes that are remembered; infinite for assumed-density filtering.
    public var memory: Double
    /// γ, the gain of a visit.
    public var gain: Double

    /// A rule.
    public init(samples: Int, memory: Double = 1, gain: Double = 1) {
        precondition(samples > 0 && memory > 0 && gain > 0, "there are samples, memory and gain")
        self.samples = samples
        self.memory = memory
        self.gain = gain
    }

    /// κN.
    public var weight: Double { memory * Double(samples) }

    /// What of the totals is in the cavity of a sample.
    public var cavityShare: Double { 1 - 1 / weight }

    /// ε for a batch; never above 1, where it would take away more than there is.
    public func forgetting(batch count: Int) -> Double {
        min(gain * Double(count) / weight, 1)
    }

    /// Totals after a batch whose messages sum up to `messages`.
    public func updated(
        _ totals: MessageMatrix, with messages: MessageMatrix, batch count: Int
    ) -> MessageMatrix {
        totals.scaled(by: 1 - forgetting(batch: count)) + messages.scaled(by: gain)
    }
}

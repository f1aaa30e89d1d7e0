import RanvierConfiguration
import RanvierLearning
import RanvierNetworks

/// `stdp`: hidden layers learn without a teacher by the times of spikes; the read-out by the error of its own neurons.
///
///     ΔW = η mean over B of Σ_t (A₊ x̄[t] s[t] + A₋ x[t] s̄[t])
///
/// with traces of strictly earlier steps. Nothing goes down from the read-out, whose weights learn by the delta rule over the trace
/// of what it hears; what hidden layers learn is what comes in together. Biases of hidden layers stay. Weights stay within their
/// bounds.
///
/// Nothing makes neurons of a layer compete, so that in long training they become alike, and a read-out finds little in them: it is
/// a rule to compare with and to adapt by, not one to learn classes by alone. Source: Song, Miller & Abbott 2000.
public struct SpikeTimingPlasticity: LocalRule {
    /// `stdp`.
    public static let kind = "stdp"
    /// What pairs do.
    public var pairs = PairOptions()
    /// Steps that are computed together; changes memory and time, and results by rounding alone.
    public var chunk = 25

    /// The usual window.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<SpikeTimingPlasticity> {
        Field.part(\.pairs)
        Field.integer("chunk", \.chunk, in: 1...)
    }

    /// Traces of all neurons.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        let network = try TracedNetwork(model, rule: Self.kind)
        return try PlasticityLearner(
            network, of: model, rule: Self.kind, pairs: pairs, reward: nil, chunk: chunk)
    }
}

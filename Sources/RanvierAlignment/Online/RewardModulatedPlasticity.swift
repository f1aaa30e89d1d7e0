import RanvierConfiguration
import RanvierLearning
import RanvierNetworks

/// `r-stdp`: hidden layers learn by the times of spikes, and by whether the answer was right.
///
///     e ← e exp(−Δt / τ_e) + STDP,     ΔW = η mean over B of (R − r̄) e[T]
///
/// with R = 1 for a right answer and −1 for a wrong one, when the sequence ends, and its running mean r̄. One number reaches all
/// synapses. The read-out learns by the delta rule, as with ``SpikeTimingPlasticity``. The reward of a sample is known when its
/// sequence has ended; the sequence then runs once more with it, which gives what an eligibility of each synapse of each sample
/// would have kept. Source: Izhikevich 2007; Frémaux & Gerstner 2016.
public struct RewardModulatedPlasticity: LocalRule {
    /// `r-stdp`.
    public static let kind = "r-stdp"
    /// What pairs do.
    public var pairs = PairOptions()
    /// τ_e in seconds.
    public var eligibilityTimeConstant = 0.2
    /// Batches that the mean of the rewards goes back over; nil for rewards as they are.
    public var baseline: Int? = 100
    /// Steps that are computed together; changes memory and time, and results by rounding alone.
    public var chunk = 25

    /// 200 ms, rewards against their mean.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<RewardModulatedPlasticity> {
        Field.part(\.pairs)
        Field.number("eligibility-time-constant", \.eligibilityTimeConstant, in: .positive)
        Field.optionalInteger("baseline", \.baseline, in: 1..., drawn: 1...1000)
        Field.integer("chunk", \.chunk, in: 1...)
    }

    /// Traces of all neurons.
    ///
    /// - Throws: ``AlignmentError`` where a layer cannot be taught, or answers are no classes.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        let network = try TracedNetwork(model, rule: Self.kind)
        return try PlasticityLearner(
            network, of: model, rule: Self.kind, pairs: pairs,
            reward: .init(
                baseline: RewardBaseline(memory: baseline),
                eligibilityTime: eligibilityTimeConstant), chunk: chunk)
    }
}

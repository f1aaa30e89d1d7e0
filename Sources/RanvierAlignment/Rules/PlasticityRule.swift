/// A rule of plasticity over traces: two traces and a third factor give a change.
///
///     e ← γ e + contribution(x, x̄, s, s̄, w),     Δw = η M e
///
/// with the traces x̄, s̄ of both neurons and a third factor M, which is 1 without one: a reward, or an error that reaches the
/// neuron behind. Rules differ in what they fill in:
///
/// | rule | presynaptic trace | postsynaptic part | eligibility | third factor |
/// |---|---|---|---|---|
/// | ``PairRule`` | spikes, τ₊ | spikes, and their trace, τ₋ | none | 1 |
/// | ``RewardRule`` | the same | the same | τ_e | reward |
/// | ``EligibilityRule`` (e-prop) | inputs, leak of the membrane | surrogate derivative | κ of the read-out | error of the neuron |
/// | ``EligibilityRule`` (OTTT) | the same | the same | none | error of the neuron |
///
/// ``PlasticSynapse`` runs a rule on one synapse; networks learn by the same rules many synapses at a time.
public protocol PlasticityRule: Sendable {
    /// The presynaptic trace before anything has happened.
    var presynapticTrace: SpikeTrace { get }
    /// The postsynaptic trace before anything has happened.
    var postsynapticTrace: SpikeTrace { get }
    /// How what synapses keep for the third factor falls; nil where nothing is kept, and only the present counts.
    var eligibilityTime: Double? { get }
    /// Whether what happens now is part of the traces already.
    var tracesHoldPresent: Bool { get }
    /// η.
    var rate: Double { get }
    /// Where weights stay.
    var bounds: WeightBounds { get }
    /// What a moment adds to the eligibility.
    func contribution(of moment: SynapticMoment) -> Double
}

extension PlasticityRule {
    /// None.
    public var bounds: WeightBounds { .none }
}

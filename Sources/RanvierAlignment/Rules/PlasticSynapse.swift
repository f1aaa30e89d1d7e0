import Foundation

/// A synapse that learns by a rule over traces.
///
///     var synapse = PlasticSynapse(PairRule(window), weight: 0.4)
///     synapse.advance(by: 3.5, presynaptic: 1)       // a spike comes in 3.5 later
///     synapse.advance(by: 2, postsynaptic: 1)        // the neuron behind fires: the weight has grown
///
/// Time goes on from event to event or from step to step. State is constant in the length of the spike trains.
public struct PlasticSynapse<Rule: PlasticityRule>: Sendable {
    /// The rule.
    public let rule: Rule
    /// The weight.
    public private(set) var weight: Double
    /// Trace of what came in.
    public private(set) var presynapticTrace: SpikeTrace
    /// Trace of what the neuron behind did.
    public private(set) var postsynapticTrace: SpikeTrace
    /// What is kept for the third factor.
    public private(set) var eligibility = 0.0

    /// A synapse that has seen nothing.
    public init(_ rule: Rule, weight: Double = 0) {
        self.rule = rule
        self.weight = weight
        presynapticTrace = rule.presynapticTrace
        postsynapticTrace = rule.postsynapticTrace
    }

    /// Lets time pass and takes what happens then.
    ///
    /// - Parameters:
    ///   - elapsed: time since the last moment, in the unit of the rule's time constants; one step.
    ///   - presynaptic: what comes in: 1 for a spike.
    ///   - postsynaptic: what the neuron behind does.
    ///   - third: the third factor.
    /// - Returns: the change of the weight.
    @discardableResult
    public mutating func advance(
        by elapsed: Double = 1, presynaptic: Double = 0, postsynaptic: Double = 0,
        third: Double = 1
    ) -> Double {
        presynapticTrace.pass(elapsed)
        postsynapticTrace.pass(elapsed)
        if rule.tracesHoldPresent { see(presynaptic, postsynaptic) }
        let contribution = rule.contribution(
            of: SynapticMoment(
                presynaptic: presynaptic, postsynaptic: postsynaptic,
                presynapticTrace: presynapticTrace.value,
                postsynapticTrace: postsynapticTrace.value, weight: weight))
        if let time = rule.eligibilityTime, elapsed > 0 {
            eligibility = eligibility * exp(-elapsed / time) + contribution
        } else if rule.eligibilityTime != nil {
            eligibility += contribution
        } else {
            eligibility = contribution
        }
        if !rule.tracesHoldPresent { see(presynaptic, postsynaptic) }
        let before = weight
        weight = rule.bounds.clipped(weight + rule.rate * third * eligibility)
        return weight - before
    }

    private mutating func see(_ presynaptic: Double, _ postsynaptic: Double) {
        presynapticTrace.add(presynaptic)
        postsynapticTrace.add(postsynaptic)
    }
}

import Foundation
import RanvierConfiguration

/// What pairs of spikes do to the synapses of a network.
public struct PairOptions: Configurable {
    /// A₊, where the presynaptic spike comes first.
    public var causal = 1.0
    /// A₋, where the postsynaptic spike comes first.
    public var anticausal = -1.05
    /// τ₊ in seconds.
    public var causalTimeConstant = 20e-3
    /// τ₋ in seconds.
    public var anticausalTimeConstant = 20e-3
    /// Whether all spikes make pairs, or each the last one before it alone.
    public var pairing = SpikeTrace.Form.all
    /// How changes depend on the weight.
    public var bounds = WeightBounds.Form.additive
    /// Least weight.
    public var lower = -1.0
    /// Largest weight.
    public var upper = 1.0

    /// Amplitudes 1 and −1.05, 20 ms, weights in −1 … 1.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<PairOptions> {
        Field.number("causal", \.causal, in: Unbounded<Double>(), drawn: -1...1)
        Field.number("anticausal", \.anticausal, in: Unbounded<Double>(), drawn: -1...1)
        Field.number("causal-time-constant", \.causalTimeConstant, in: .positive)
        Field.number("anticausal-time-constant", \.anticausalTimeConstant, in: .positive)
        Field.choice("pairing", \.pairing)
        Field.choice("bounds", \.bounds)
        Field.number("lower", \.lower, in: Unbounded<Double>(), drawn: -2...0)
        Field.number("upper", \.upper, in: Unbounded<Double>(), drawn: 0.5...2)
        Field.refusing("lower", "upper") {
            $0.lower >= $0.upper
        } because: {
            "weights between \($0.lower) and \($0.upper) leave nothing; take a larger upper"
        } settle: {
            $0.upper = $0.lower + 1
        }
    }

    /// The rule of a single synapse, with times in steps.
    public func rule(timeStep: Double, rate: Double = 1) -> PairRule {
        PairRule(
            SpikeTimingWindow(
                causal: causal, anticausal: anticausal, causalTime: causalTimeConstant / timeStep,
                anticausalTime: anticausalTimeConstant / timeStep), pairing: pairing, rate: rate,
            bounds: WeightBounds(bounds, in: lower...upper))
    }
}

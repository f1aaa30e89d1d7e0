import Foundation

/// The eligibility of a synapse in the gradient of a loss, forward in time.
///
///     ε ← α ε + x,   e = ψ ε,   ē ← κ ē + e,     Δw = −η L ē
///
/// with the leak α of the neuron behind, its surrogate derivative ψ, the leak κ of the read-out and the error L that reaches the
/// neuron: `e-prop`. With κ = 0 it is the rule of online training through time: `ottt`. Both leave out what reaches a loss through
/// other neurons' later spikes. Sources: Bellec et al. 2020, equations 5 and 25; Xiao et al. 2022.
public struct EligibilityRule: PlasticityRule, Hashable {
    /// α, in a unit of time.
    public let leak: Double
    /// κ, in a unit of time.
    public let filter: Double
    /// η.
    public let rate: Double

    /// A rule for neurons and a read-out with leaks.
    public init(leak: Double, filter: Double = 0, rate: Double = 1) {
        precondition((0..<1).contains(leak) && (0..<1).contains(filter), "leaks lie in 0..<1")
        self.leak = leak
        self.filter = filter
        self.rate = rate
    }

    /// α.
    public var presynapticTrace: SpikeTrace { SpikeTrace(decay: leak) }
    /// Nothing but the present.
    public var postsynapticTrace: SpikeTrace { SpikeTrace(timeConstant: 0) }
    /// −1 / ln κ.
    public var eligibilityTime: Double? { filter > 0 ? -1 / log(filter) : nil }
    /// True.
    public var tracesHoldPresent: Bool { true }
    /// ψ ε; against the error.
    public func contribution(of moment: SynapticMoment) -> Double {
        -moment.postsynaptic * moment.presynapticTrace
    }
}

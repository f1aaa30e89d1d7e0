/// Derivatives of a loss by everything a trial depends on.
public struct EventGradient: Sendable, Equatable {
    /// By the weight of each synapse.
    public var weights: [Double]
    /// By the delay of each synapse.
    public var delays: [Double]
    /// By the time of each input spike, in the caller's order.
    public var inputTimes: [Double]
    /// By the initial state of each neuron: (V, I), or (φ, 0) of phase models.
    public var initialStates: [SIMD2<Double>]

    init(synapses: Int, inputSpikes: Int, neurons: Int) {
        weights = Array(repeating: 0, count: synapses)
        delays = Array(repeating: 0, count: synapses)
        inputTimes = Array(repeating: 0, count: inputSpikes)
        initialStates = Array(repeating: .zero, count: neurons)
    }
}

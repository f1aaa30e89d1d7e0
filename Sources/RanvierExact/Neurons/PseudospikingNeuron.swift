/// A neuron that is continued after the trial by an autonomous dynamics that always fires.
///
/// The formal spikes after the end T are pseudospikes. They join the ordinary ones continuously at T,
/// so a spike that leaves the trial stays in the loss. The state at T and a static input a (the summed
/// pseudo-rates of the presynaptic neurons) fix them.
/// Source: Klos & Memmesheimer, arXiv:2309.14523.
public protocol PseudospikingNeuron: EventDrivenNeuron {
    /// Whether the pseudo-rate depends on the static input. If not, one sweep serves recurrent networks.
    var rateDependsOnInput: Bool { get }

    /// Time from T to pseudospike `number` (1 is the first).
    func pseudospike(_ state: State, input: Double, number: Int) -> StaticResponse

    /// Pseudo-rate: 1 just before the neuron fires, 0 just after.
    func pseudoRate(_ state: State, input: Double) -> StaticResponse
}

/// A function of the state at the end of the trial and of the static input, with its derivatives.
public struct StaticResponse: Sendable, Equatable {
    /// The value.
    public var value: Double
    /// Derivative with respect to the coordinates of the state.
    public var state: SIMD2<Double>
    /// Derivative with respect to the static input.
    public var input: Double
}

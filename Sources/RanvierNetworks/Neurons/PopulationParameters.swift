import RanvierTensors

/// The numbers of a population of neurons; each may be tracked.
///
/// Where a number may differ from channel to channel, it has shape `[C]` and belongs to the last axis of the
/// features; else it is a single number.
public struct PopulationParameters: Sendable {
    /// Factor β by which a membrane shrinks in a step, `[]` or `[C]`.
    public var leak: Tensor
    /// Threshold θ, `[]` or `[C]`.
    public var threshold: Tensor
    /// Factor α of the synaptic current, `[]`; nil where the input is the current itself.
    public var synapticLeak: Tensor?
    /// Factor ρ and strength b of the adaptive threshold, `[]` each; nil where the threshold is fixed.
    public var adaptation: (leak: Tensor, strength: Tensor)?
    /// Weight w of the connection of each neuron to itself, `[]` or `[C]`; nil without one.
    public var coupling: Tensor?
    /// Weights `[N, N]` from every neuron to every neuron of a sample; nil without them.
    public var recurrence: Tensor?
    /// Distance of the levels of ``PopulationDynamics/membrane`` in place of its own, `[]`; nil for that.
    public var membraneStep: Tensor?
    /// What the leak pulls to.
    var leakTarget: Float = 0

    /// Numbers of a plain population; further ones are set afterwards.
    public init(leak: Tensor, threshold: Tensor = Tensor(1)) {
        self.leak = leak
        self.threshold = threshold
    }

    /// Those that are there, in a fixed order.
    var all: [Tensor] {
        [leak, threshold]
            + [
                synapticLeak, adaptation?.leak, adaptation?.strength, coupling, recurrence,
                membraneStep,
            ]
            .compactMap { $0 }
    }
}

/// State of a population between two steps, `[B, …]` each.
public struct PopulationState: Sendable {
    /// Membranes after the reset.
    public var membrane: Tensor
    /// Spikes of the last step, as numbers.
    public var last: Tensor
    /// Synaptic currents, where there are any.
    public var synapse: Tensor?
    /// Adaptation of the thresholds, where they adapt.
    public var adaptation: Tensor?
    /// Steps still to wait, where there is a refractory period.
    public var waiting: Tensor?

    /// Those that are there, in a fixed order.
    var all: [Tensor] { [membrane, last] + [synapse, adaptation, waiting].compactMap { $0 } }
}

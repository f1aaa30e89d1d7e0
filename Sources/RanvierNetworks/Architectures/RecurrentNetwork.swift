import RanvierTensors

/// Recurrent layers and a leaky readout, for events: spoken digits, gestures.
///
///     linear, recurrent units, …, linear, leaky integrator
public struct RecurrentNetwork: Sendable {
    /// Shape of the input features.
    public var inputShape: [Int]
    /// Neurons of each recurrent layer.
    public var hidden: [Int]
    /// Number of outputs.
    public var outputs: Int
    /// Which neurons of a layer hear which.
    public var connection: RecurrentLIF.Connection
    /// Membranes of the recurrent layers.
    public var leak: Leak
    /// Their synaptic currents, if they have any.
    public var synapticLeak: Leak?
    /// Rise of their thresholds, if they adapt.
    public var adaptation: RecurrentLIF.Adaptation?
    /// Membranes of the readout.
    public var readoutLeak: Leak
    /// Reset, surrogate and the other options.
    public var dynamics: PopulationDynamics
    /// Factor on the first feed-forward weights.
    public var inputGain: Float
    /// Factor on the first recurrent weights.
    public var recurrentGain: Float

    /// A network from events to outputs.
    public init(
        inputShape: [Int], hidden: [Int] = [256], outputs: Int,
        connection: RecurrentLIF.Connection = .allToAll, leak: Leak = .factor(0.95),
        synapticLeak: Leak? = nil, adaptation: RecurrentLIF.Adaptation? = nil,
        readoutLeak: Leak = .factor(0.95), dynamics: PopulationDynamics = PopulationDynamics(),
        inputGain: Float = 2, recurrentGain: Float = 0.5
    ) {
        self.inputShape = inputShape
        self.hidden = hidden
        self.outputs = outputs
        self.connection = connection
        self.leak = leak
        self.synapticLeak = synapticLeak
        self.adaptation = adaptation
        self.readoutLeak = readoutLeak
        self.dynamics = dynamics
        self.inputGain = inputGain
        self.recurrentGain = recurrentGain
    }

    /// The layers in order.
    public var layers: [any Layer] {
        var layers: [any Layer] = []
        var width = inputShape.elementCount
        for next in hidden {
            layers += [
                Linear(width, next, gain: inputGain),
                RecurrentLIF(
                    next, connection: connection, leak: leak, synapticLeak: synapticLeak,
                    adaptation: adaptation, dynamics: dynamics, gain: recurrentGain),
            ]
            width = next
        }
        return layers + [Linear(width, outputs), LeakyIntegrator(leak: readoutLeak)]
    }

    /// The network with its first weights.
    public func network(timeStep: Double = 1e-3, seed: UInt64 = 0) throws(NetworkError) -> Network {
        try Network(inputShape: inputShape, timeStep: timeStep, seed: seed, layers: layers)
    }
}

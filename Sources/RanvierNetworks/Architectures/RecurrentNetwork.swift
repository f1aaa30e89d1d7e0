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
    /// The recurrent neurons; see ``Activation/recurrent(connection:leak:synapticLeak:adaptation:dynamics:gain:)``.
    public var units: Activation
    /// Membranes of the readout.
    public var readoutLeak: Leak
    /// Factor on the first feed-forward weights.
    public var inputGain: Float
    /// Probability of dropout behind each recurrent layer.
    public var dropout: Float

    /// A network from events to outputs.
    public init(
        inputShape: [Int], hidden: [Int] = [256], outputs: Int,
        units: Activation = .recurrent(leak: .factor(0.95), gain: 0.5),
        readoutLeak: Leak = .factor(0.95), inputGain: Float = 2, dropout: Float = 0
    ) {
        self.inputShape = inputShape
        self.hidden = hidden
        self.outputs = outputs
        self.units = units
        self.readoutLeak = readoutLeak
        self.inputGain = inputGain
        self.dropout = dropout
    }

    /// The layers in order.
    public var layers: [any Layer] {
        var layers: [any Layer] = []
        var width = inputShape.elementCount
        for next in hidden {
            layers += [Linear(width, next, gain: inputGain), units.layer(channels: next)]
            if dropout > 0 { layers.append(Dropout(dropout)) }
            width = next
        }
        return layers + [Linear(width, outputs), LeakyIntegrator(leak: readoutLeak)]
    }

    /// The network with its first weights.
    public func network(timeStep: Double = 1e-3, seed: UInt64 = 0) throws(NetworkError) -> Network {
        try Network(inputShape: inputShape, timeStep: timeStep, seed: seed, layers: layers)
    }
}

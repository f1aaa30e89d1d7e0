import RanvierTensors

/// Linear layers with units between them and a readout at the end.
///
///     linear, units, linear, units, …, linear, readout
public struct MultilayerPerceptron: Sendable {
    /// What turns the last currents into an output.
    public enum Readout: Sendable {
        /// The currents themselves.
        case currents
        /// Leaky integrators.
        case integrator(Leak, InputScale = .unit)
        /// The units of the network.
        case activation
    }

    /// Shape of the input features.
    public var inputShape: [Int]
    /// Units of each hidden layer.
    public var hidden: [Int]
    /// Number of outputs.
    public var outputs: Int
    /// The units.
    public var activation: Activation
    /// The output.
    public var readout: Readout
    /// Factor on the first weights.
    public var gain: Float

    /// A network from features to outputs.
    public init(
        inputShape: [Int], hidden: [Int], outputs: Int, activation: Activation,
        readout: Readout = .currents, gain: Float = 1
    ) {
        self.inputShape = inputShape
        self.hidden = hidden
        self.outputs = outputs
        self.activation = activation
        self.readout = readout
        self.gain = gain
    }

    /// The layers in order.
    public var layers: [any Layer] {
        var layers: [any Layer] = []
        var width = inputShape.elementCount
        for next in hidden {
            layers += [Linear(width, next, gain: gain), activation.layer(channels: next)]
            width = next
        }
        layers.append(Linear(width, outputs, gain: gain))
        switch readout {
        case .currents: break
        case .integrator(let leak, let scale):
            layers.append(LeakyIntegrator(leak: leak, inputScale: scale))
        case .activation: layers.append(activation.layer(channels: outputs))
        }
        return layers
    }

    /// The network with its first weights.
    public func network(timeStep: Double = 1e-3, seed: UInt64 = 0) throws(NetworkError) -> Network {
        try Network(inputShape: inputShape, timeStep: timeStep, seed: seed, layers: layers)
    }
}

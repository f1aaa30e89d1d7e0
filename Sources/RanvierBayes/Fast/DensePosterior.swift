import RanvierTensors

/// A fully connected network with a distribution for every weight, in the fast form: numbers in single precision, products by
/// oneDNN, moments of factors in double precision inside.
///
/// Against ``PosteriorNetwork`` the moments of weights differ by some 10⁻⁶ of their size after a pass; the tests say how much.
public struct DensePosterior: Sendable {
    /// Layers, the last one with an output per class or value.
    public internal(set) var layers: [DenseLayer]
    /// The factor behind the last layer.
    public let output: OutputFactor
    /// Whether messages to weights are exact divisions.
    public let isExact: Bool

    /// A network.
    public init(layers: [DenseLayer], output: OutputFactor, isExact: Bool = false) {
        precondition(
            !layers.isEmpty
                && zip(layers, layers.dropFirst()).allSatisfy { $0.outputs == $1.inputs },
            "each layer takes what the one before it gives")
        self.layers = layers
        self.output = output
        self.isExact = isExact
    }

    /// The same in double precision.
    public var plain: PosteriorNetwork {
        PosteriorNetwork(layers: layers.map(\.plain), output: output, isExact: isExact)
    }

    /// Inputs of the first layer, outputs of each.
    public var sizes: [Int] { [layers[0].inputs] + layers.map(\.outputs) }

    /// ω and V of the outputs under the posterior, `[samples, outputs]` each; V includes the noise of the last layer.
    ///
    /// - Parameters:
    ///   - inputs: `[samples, inputs]`.
    ///   - inputVariance: their variances; nil where they are known.
    public func prediction(
        of inputs: Tensor, inputVariance: Tensor? = nil
    ) -> (mean: Tensor, variance: Tensor) {
        let potentials = potentials(of: inputs, inputVariance: inputVariance)
        return potentials[potentials.count - 1]
    }

    /// ω and V of every layer.
    public func potentials(
        of inputs: Tensor, inputVariance: Tensor? = nil
    ) -> [(mean: Tensor, variance: Tensor)] {
        let sweep = DenseSweep(self, samples: inputs.shape[0], share: 1)
        return sweep.forward(inputs, inputVariance)
    }

    /// Probability of each class, `[samples, classes]`.
    public func classProbabilities(
        mean: Tensor, variance: Tensor
    ) -> Tensor {
        DenseSweep.probabilities(mean: mean, variance: variance)
    }
}

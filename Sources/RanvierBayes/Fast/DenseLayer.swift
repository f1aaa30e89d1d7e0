import RanvierTensors

/// A fully connected layer of a ``DensePosterior``: prior and site totals as tensors, in single precision.
public struct DenseLayer: Sendable {
    /// The family of its weights; biases are Gaussian.
    public let family: WeightFamily
    /// What its neurons hand on; the last layer's is not looked at.
    public let activation: HiddenActivation
    /// σ², the neurons' own noise.
    public let noise: Float
    /// Prior variance s₀ of Gaussian weights.
    public let priorVariance: Float
    /// Prior variance of biases.
    public let biasPriorVariance: Float
    /// τ, by which the variance of weights and biases is divided where potentials spread; 1 for the method as derived.
    public let varianceDiscount: Float
    /// m₀ or θ₀, `[inputs, outputs]`.
    public internal(set) var prior: Tensor
    /// Prior means of biases, `[outputs]`.
    public internal(set) var biasPrior: Tensor
    /// G of the totals, `[inputs, outputs]`.
    public internal(set) var precision: Tensor
    /// H of the totals, `[inputs, outputs]`.
    public internal(set) var linear: Tensor
    /// G of the biases, `[outputs]`.
    public internal(set) var biasPrecision: Tensor
    /// H of the biases, `[outputs]`.
    public internal(set) var biasLinear: Tensor

    /// A layer that has seen nothing.
    ///
    /// - Parameter linear: H to begin with, which updates forget; nil for none.
    public init(
        family: WeightFamily, activation: HiddenActivation, noise: Float, prior: Tensor,
        priorVariance: Float, biasPrior: Tensor, biasPriorVariance: Float,
        varianceDiscount: Float = 1, linear: Tensor? = nil
    ) {
        precondition(
            prior.rank == 2 && biasPrior.shape == [prior.shape[1]],
            "a bias for each of the outputs of \(prior.shape), not \(biasPrior.shape)")
        self.family = family
        self.activation = activation
        self.noise = noise
        self.priorVariance = priorVariance
        self.biasPriorVariance = biasPriorVariance
        self.varianceDiscount = varianceDiscount
        self.prior = prior
        self.biasPrior = biasPrior
        precision = .zeros(prior.shape)
        self.linear = linear ?? .zeros(prior.shape)
        biasPrecision = .zeros(biasPrior.shape)
        biasLinear = .zeros(biasPrior.shape)
    }

    /// Inputs of a neuron.
    public var inputs: Int { prior.shape[0] }
    /// Neurons.
    public var outputs: Int { prior.shape[1] }
    /// c = 1/√inputs.
    public var scale: Float { 1 / Float(inputs).squareRoot() }

    /// The same in double precision.
    public var plain: PosteriorLayer {
        func matrix(_ tensor: Tensor) -> PlainMatrix {
            let columns = tensor.shape[tensor.rank - 1]
            return PlainMatrix(
                rows: tensor.count / columns, columns: columns, tensor.scalars.map(Double.init))
        }
        var layer = PosteriorLayer(
            family: family, activation: activation, scale: Double(scale), noise: Double(noise),
            priorMean: matrix(prior), priorVariance: Double(priorVariance),
            biasPriorMean: matrix(biasPrior), biasPriorVariance: Double(biasPriorVariance),
            varianceDiscount: Double(varianceDiscount))
        layer.totals = MessageMatrix(precision: matrix(precision), linear: matrix(linear))
        layer.biasTotals = MessageMatrix(
            precision: matrix(biasPrecision), linear: matrix(biasLinear))
        return layer
    }
}

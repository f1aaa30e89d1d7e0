import RanvierConfiguration
import RanvierTensors

/// The layers of a network under expectation propagation, before it has seen data: synapses and neurons in turn, synapses last.
///
///     network:
///       - linear: {outputs: 100}
///       - spike: {noise: 0.01}
///       - linear: {outputs: 10}
public struct BayesianPlan: Sendable, Hashable {
    /// Synapses of each layer.
    public var synapses: [BayesianSynapses]
    /// Kind of the neurons behind all synapses but the last.
    public var activations: [HiddenActivation]
    /// Their options.
    public var neurons: [BayesianNeurons]

    /// A plan.
    public init(
        synapses: [BayesianSynapses], activations: [HiddenActivation], neurons: [BayesianNeurons]
    ) {
        precondition(
            !synapses.isEmpty && activations.count == synapses.count - 1
                && neurons.count == activations.count, "neurons between all synapses")
        self.synapses = synapses
        self.activations = activations
        self.neurons = neurons
    }

    private static let linear = "linear"

    /// Reads a list of layers.
    ///
    /// - Throws: `ConfigurationError` where synapses and neurons do not take turns.
    public init(_ section: ConfigurationSection, key: String) throws(ConfigurationError) {
        let kinds = [Self.linear] + HiddenActivation.allCases.map(\.rawValue)
        var synapses: [BayesianSynapses] = [], activations: [HiddenActivation] = []
        var neurons: [BayesianNeurons] = []
        let elements = try section.elements(key, kinds: kinds)
        for (index, element) in elements.enumerated() {
            let isNeurons = index % 2 == 1
            if let activation = HiddenActivation(rawValue: element.kind), isNeurons {
                activations.append(activation)
                let options = try BayesianNeurons(element.options)
                if activation == .rectified, options.response == .logistic {
                    throw element.options.invalid(
                        "response", "has no effect on 'relu', which does not spike; leave it out")
                }
                neurons.append(options)
            } else if element.kind == Self.linear, !isNeurons {
                synapses.append(try BayesianSynapses(element.options))
            } else {
                throw section.invalid(
                    key,
                    "expected '\(Self.linear)' and neurons (\(kinds.dropFirst().joined(separator: ", "))) "
                        + "in turn, found '\(element.kind)' as layer \(index)")
            }
        }
        guard synapses.count == neurons.count + 1 else {
            throw section.invalid(
                key,
                "ends with neurons; the last layer is '\(Self.linear)' with an output for each class "
                    + "or value, whose factor is what 'output' says")
        }
        self.init(synapses: synapses, activations: activations, neurons: neurons)
    }

    /// As ``init(_:key:)`` reads it.
    public var configurationValue: ConfigurationValue {
        var layers: [ConfigurationValue] = []
        for (index, synapses) in synapses.enumerated() {
            layers.append(
                Element(Self.linear, synapses.configurationValue).configurationValue)
            if index < neurons.count {
                layers.append(
                    Element(activations[index].rawValue, neurons[index].configurationValue)
                        .configurationValue)
            }
        }
        return .list(layers)
    }

    /// Names of the synapses: `linear1`, ….
    public static func synapsesName(_ layer: Int) -> String { "linear\(layer + 1)" }

    /// Names of the neurons: `spike1`, ….
    public func neuronsName(_ layer: Int) -> String { "\(activations[layer].rawValue)\(layer + 1)" }

    /// Outputs of the last layer.
    public var outputs: Int { synapses[synapses.count - 1].outputs }

    // MARK: - Priors

    /// The network before it has seen data, with prior means of a seed.
    ///
    /// - Parameters:
    ///   - noise: σ² of the outputs.
    ///   - isExact: whether messages to weights are exact divisions.
    public func posterior(
        inputs: Int, output: OutputFactor, noise: Float, isExact: Bool, seed: UInt64
    ) -> DensePosterior {
        let stream = RandomStream(seed: seed, name: "prior")
        var width = inputs, layers: [DenseLayer] = []
        for (index, own) in synapses.enumerated() {
            let shape = [width, own.outputs], isLast = index == synapses.count - 1
            let draws = Tensor(
                stream.substream(3 * index).normal(count: width * own.outputs), shape: shape)
            let isCategorical = if case .categorical = own.weights { true } else { false }
            let size = own.weights == .gaussian ? own.priorVariance.squareRoot() : 1
            let spread = draws * (own.priorSpread * size)
            let prior = isCategorical ? .zeros(shape) : spread
            layers.append(
                DenseLayer(
                    family: own.weights,
                    activation: isLast ? .spike : activations[index],
                    noise: isLast ? noise : neurons[index].variance, prior: prior,
                    priorVariance: own.weights == .gaussian ? own.priorVariance : 1,
                    biasPrior: biases(
                        own, prior: prior, stream.substream(3 * index + 1), isLast: isLast),
                    biasPriorVariance: own.biasVariance, varianceDiscount: own.varianceDiscount,
                    linear: isCategorical ? spread : nil))
            width = own.outputs
        }
        return DensePosterior(layers: layers, output: output, isExact: isExact)
    }

    /// Prior means of biases; those of outputs are 0, which no symmetry needs broken.
    private func biases(
        _ synapses: BayesianSynapses, prior: Tensor, _ stream: RandomStream, isLast: Bool
    ) -> Tensor {
        let outputs = synapses.outputs, inputs = prior.shape[0]
        if isLast { return .zeros([outputs]) }
        if synapses.biases == .random {
            return Tensor(
                stream.normal(count: outputs).map { $0 * synapses.biasSpread }, shape: [outputs])
        }
        let places = stream.uniform(count: prior.count), weights = prior.scalars
        let scale = 1 / Float(inputs).squareRoot()
        let means = (0..<outputs).map { i in
            (0..<inputs).reduce(Float(0)) { sum, j in
                let index = j * outputs + i
                return sum - scale * weights[index] * (2 * places[index] - 1)
            }
        }
        return Tensor(means, shape: [outputs])
    }
}

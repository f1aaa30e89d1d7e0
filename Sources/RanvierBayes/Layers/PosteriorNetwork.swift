/// A network with a distribution for every weight, and expectation propagation in its plain form: double precision, loops as in the
/// equations. It is what the fast form is held against, and fast enough for small networks only.
///
///     var network = PosteriorNetwork(layers: […], output: .argmax)
///     let pass = network.update(inputs, .labels([0, 2]), sites: SharedSites(samples: 100, memory: 10))
///     network.prediction(of: inputs)
public struct PosteriorNetwork: Sendable {
    /// Layers, the last one with an output per class or value.
    public var layers: [PosteriorLayer]
    /// The factor behind the last layer.
    public var output: OutputFactor
    /// Whether messages to weights are exact divisions; biases always are.
    public var isExact: Bool

    /// What is asked of the samples of a batch.
    public enum Answers: Sendable, Hashable {
        /// A class each.
        case labels([Int])
        /// `[samples, outputs]`.
        case values(PlainMatrix)
    }

    /// A network.
    public init(layers: [PosteriorLayer], output: OutputFactor, isExact: Bool = false) {
        self.layers = layers
        self.output = output
        self.isExact = isExact
    }

    /// All that one layer saw and said in a visit.
    public struct LayerPass: Sendable {
        /// Moments of weights, inputs and pre-activations.
        public var linear: LinearMessages
        /// What the factors above tell of each pre-activation, Γ as it is.
        public var moments: [[FactorMoments]] = []
        /// Messages to weights and biases, summed over the batch.
        public var sums: (weights: MessageMatrix, biases: MessageMatrix)
        /// Messages to the inputs; nil in the first layer.
        public var toInputs: MessageMatrix?
    }

    /// One forward and one backward sweep for the samples of a batch.
    public struct Pass: Sendable {
        /// In the order of the layers.
        public var layers: [LayerPass]
        /// log Z of each sample's output factor.
        public var logNormalizers: [Double]
    }

    /// Pre-activations of every layer, with a share of the totals.
    public func forward(_ inputs: MomentMatrix, share: Double = 1) -> [LinearMessages] {
        var inputs = inputs, result: [LinearMessages] = []
        for layer in layers {
            let pass = LinearMessages(
                inputs: inputs, weights: layer.weightMoments(share: share),
                biases: layer.biasMoments(share: share), scale: layer.scale, noise: layer.noise,
                varianceDiscount: layer.varianceDiscount)
            result.append(pass)
            inputs = Self.moments(of: pass.outputs, layer.activation)
        }
        return result
    }

    private static func moments(
        of potentials: MomentMatrix, _ activation: HiddenActivation
    ) -> MomentMatrix {
        var result = potentials
        for index in potentials.mean.values.indices {
            let moments = activation.moments(
                mean: potentials.mean.values[index],
                variance: potentials.variance.values[index])
            result.mean.values[index] = moments.mean
            result.variance.values[index] = moments.variance
        }
        return result
    }

    /// Messages of all samples of a batch, each from the same cavity; nothing is changed.
    public func sweep(_ inputs: MomentMatrix, _ answers: Answers, share: Double) -> Pass {
        let forward = forward(inputs, share: share)
        let last = forward[forward.count - 1].outputs
        let outputs = (0..<last.mean.rows).map { outputMoments(last, sample: $0, answers) }
        var moments = outputs.map { output in
            zip(output.slopes, output.curvatures).map {
                FactorMoments(logNormalizer: output.logNormalizer, slope: $0, curvature: $1)
            }
        }
        var passes: [LayerPass] = []
        for index in layers.indices.reversed() {
            let linear = forward[index]
            var pass = LayerPass(
                linear: linear, moments: moments, sums: linear.sums(moments, isExact: isExact))
            if index > 0 {
                let messages = linear.toInputs(moments)
                pass.toInputs = messages
                moments = Self.backward(
                    messages, through: layers[index - 1].activation, forward[index - 1].outputs)
            }
            passes.append(pass)
        }
        return Pass(layers: passes.reversed(), logNormalizers: outputs.map(\.logNormalizer))
    }

    private func outputMoments(
        _ potentials: MomentMatrix, sample: Int, _ answers: Answers
    ) -> OutputMoments {
        let means = potentials.mean.row(sample), variances = potentials.variance.row(sample)
        return switch answers {
        case .labels(let labels):
            output.moments(means: means, variances: variances, label: labels[sample])
        case .values(let values):
            OutputFactor.gaussian(means: means, variances: variances, targets: values.row(sample))
        }
    }

    private static func backward(
        _ messages: MessageMatrix, through activation: HiddenActivation, _ potentials: MomentMatrix
    ) -> [[FactorMoments]] {
        (0..<potentials.mean.rows).map { row in
            (0..<potentials.mean.columns).map { column in
                activation.moments(
                    mean: potentials.mean[row, column],
                    variance: potentials.variance[row, column], message: messages[row, column])
            }
        }
    }

    /// A visit of a batch: messages, and the totals of all layers after the sweep.
    @discardableResult
    public mutating func update(
        _ inputs: MomentMatrix, _ answers: Answers, sites: SharedSites
    ) -> Pass {
        let pass = sweep(inputs, answers, share: sites.cavityShare)
        let count = inputs.mean.rows
        for (index, layer) in pass.layers.enumerated() {
            layers[index].totals = sites.updated(
                layers[index].totals, with: layer.sums.weights, batch: count)
            layers[index].biasTotals = sites.updated(
                layers[index].biasTotals, with: layer.sums.biases, batch: count)
        }
        return pass
    }

    /// ω and V of the outputs under the posterior; V includes the noise of the last layer.
    public func prediction(of inputs: MomentMatrix) -> MomentMatrix {
        let passes = forward(inputs)
        return passes[passes.count - 1].outputs
    }

    /// Probabilities of the classes of each sample.
    public func classProbabilities(of inputs: MomentMatrix) -> [[Double]] {
        let outputs = prediction(of: inputs)
        return (0..<outputs.mean.rows).map {
            OutputFactor.classProbabilities(
                means: outputs.mean.row($0), variances: outputs.variance.row($0))
        }
    }
}

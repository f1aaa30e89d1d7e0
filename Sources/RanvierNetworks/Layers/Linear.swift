import RanvierConfiguration
import RanvierTensors

/// All-to-all synapses.
///
///     y[t, b, j] = Σ_i x[t, b, i] w[i, j] + b[j]
///
/// Weights lie `[inputs, outputs]` in memory, so that the outgoing weights of an input are contiguous: a
/// spike adds one row. Initialisation: uniform in ±1/√inputs, times `gain`.
public struct Linear: DescribedLayer {
    /// What can be chosen of the synapses.
    public struct Options: Configurable {
        /// Number of inputs; nil for as many as there are.
        public var inputs: Int?
        /// Number of outputs.
        public var outputs = 1
        /// Whether a bias is added.
        public var hasBias = true
        /// Factor on the first weights.
        public var gain: Float = 1

        /// One output.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.optionalInteger("inputs", \.inputs, in: 1..., drawn: nil)
            Field.integer("outputs", \.outputs, in: 1..., isRequired: true)
            Field.boolean("bias", \.hasBias)
            Field.number("gain", \.gain, in: .positive)
        }
    }

    /// `linear`.
    public static let kind = "linear"
    /// Sizes, and how the first weights are drawn.
    public let options: Options
    /// Number of inputs.
    public let inputs: Int
    /// `[inputs, outputs]`.
    public let weights: Parameter
    /// `[outputs]`, or nil.
    public let bias: Parameter?

    /// Number of outputs.
    public var outputs: Int { options.outputs }

    /// Synapses from `inputs` to `outputs` neurons.
    ///
    /// - Parameter gain: factor on the initial weights; larger values wake silent layers.
    public init(_ inputs: Int, _ outputs: Int, hasBias: Bool = true, gain: Float = 1) {
        var options = Options()
        options.outputs = outputs
        options.hasBias = hasBias
        options.gain = gain
        self.init(options, inputs: inputs)
    }

    /// Synapses as described.
    public init(_ options: Options, at site: LayerSite) {
        self.init(options, inputs: options.inputs ?? site.features)
    }

    private init(_ options: Options, inputs: Int) {
        let outputs = options.outputs
        precondition(inputs > 0 && outputs > 0, "a linear layer needs inputs and outputs")
        self.options = options.with { $0.inputs = inputs }
        self.inputs = inputs
        weights = Parameter(
            shape: [inputs, outputs], initialization: .uniform(fanIn: inputs, gain: options.gain))
        bias =
            options.hasBias
            ? Parameter(
                shape: [outputs], initialization: .uniform(fanIn: inputs), decays: false) : nil
    }

    /// Synapses with given weights `[inputs, outputs]` and bias.
    public init(weights: Tensor, bias: Tensor? = nil) {
        precondition(weights.rank == 2, "weights are [inputs, outputs], not \(weights.shape)")
        inputs = weights.shape[0]
        options = Options().with {
            ($0.inputs, $0.outputs) = (weights.shape[0], weights.shape[1])
            $0.hasBias = bias != nil
        }
        self.weights = Parameter(value: weights)
        self.bias = bias.map { Parameter(value: $0, decays: false) }
    }

    /// `weights`, `bias`.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("weights", weights)] + (bias.map { [("bias", $0)] } ?? [])
    }

    /// False.
    public var remembers: Bool { false }

    /// `[outputs]`, for features that have `inputs` elements in all.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        guard input.elementCount == inputs else {
            throw ShapeMismatch(expected: "\(inputs) inputs", found: input)
        }
        return [outputs]
    }

    /// `[T, B, features…]` to `[T, B, outputs]`; features are flattened.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let x = input.rank > 3 ? input.flattened(from: 2) : input
        if context.observer != nil {
            context.observe(
                .operations(OperationCount(of: x, fanOut: fanOut, signal: context.signal)))
        }
        context.inspect(.input(SynapseRecord(x, fanOut: fanOut, places: inputs * outputs)))
        let bias = bias?.tensor, living = weights.living
        return context.synapses(x, weights) {
            $0.matrixProduct($1, bias: bias, living: living)
        } errors: {
            $0.matrixProduct($1.transposed([1, 0]))
        }
    }

    /// The same synapses followed by `y a + b` per output.
    public func folding(scale a: Tensor, shift b: Tensor) -> (any Layer)? {
        Linear(weights: weights.seen * a, bias: .foldedBias(bias, a, b))
    }

    /// Living connections of each input.
    var fanOut: [Int] { weights.fanOut(inputs: inputs) }
}

extension Parameter {
    /// Weights `[inputs, …]` of each input that are not zero, as they are seen.
    func fanOut(inputs: Int) -> [Int] {
        let alive = seen.scalars
        let width = alive.count / inputs
        return (0..<inputs).map { i in alive[i * width..<(i + 1) * width].count { $0 != 0 } }
    }
}

import RanvierConfiguration
import RanvierTensors

/// Hands its input on: what stays where a normalisation was folded away.
struct FoldedNormalization: DescribedLayer {
    static let kind = "folded-norm"
    var remembers: Bool { false }

    init() {}
    init(_ options: NoOptions, at site: LayerSite) {}

    func signal(for input: Signal) -> Signal { input }

    func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        context.observe(.values(input.detached))
        return input
    }
}

/// `y[t] = p[t] x[t]`: what stays of a normalisation whose scale differs from step to step.
struct StepScale: DescribedLayer {
    struct Options: Configurable {
        /// Number of factors; nil for the steps of the sequence.
        var steps: Int?
        static let schema = Schema<Options> {
            Field.optionalInteger("steps", \.steps, in: 1..., drawn: 1...4)
        }
    }

    static let kind = "step-scale"
    let factors: Parameter
    var options: Options { Options().with { $0.steps = factors.shape[0] } }

    init(factors: Parameter) { self.factors = factors }

    init(_ options: Options, at site: LayerSite) {
        factors = Parameter(
            shape: [options.steps ?? site.steps], initialization: .constant(1), decays: false)
    }

    var parameters: [(name: String, parameter: Parameter)] { [("factors", factors)] }

    var madeForSteps: Int? { factors.shape[0] }

    func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let steps = input.shape[0]
        let shape = [steps] + Array(repeating: 1, count: input.rank - 1)
        let output = input.dense * factors.tensor.slice(0..<steps).reshaped(to: shape)
        context.observe(.values(output.detached))
        return output
    }

    func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let index = state?["step"].map { Int($0.scalar) } ?? 0
        let output = input * factors.tensor.step(at: index)
        context.observe(.values(output.detached))
        return (output, LayerState(["step": Tensor(Float(index + 1))]))
    }
}

extension LayerChain {
    /// Layers with every normalisation behind synapses folded into them; names stay.
    func foldingNormalization() throws -> [any Layer] {
        var layers = try stages.map { try $0.layer.foldingNormalization() }
        for index in layers.indices.dropFirst() {
            guard let (synapses, rest) = layers[index].folded(into: layers[index - 1]) else {
                continue
            }
            layers[index - 1] = synapses
            layers[index] = rest
        }
        return zip(stages, layers).map { $1.named($0.name) }
    }
}

extension BatchNormalization {
    /// The synapses with this normalisation folded in, and what stays behind them; nil where the layer has
    /// no synapses or each step has a map of its own.
    public func folded(into layer: any Layer) -> (synapses: any Layer, rest: any Layer)? {
        let map = inferenceMap
        guard !variant.isPerStep, let synapses = layer.folding(scale: map.scale, shift: map.shift)
        else { return nil }
        let rest: any Layer =
            stepScale.map { StepScale(factors: Parameter(value: $0.value, decays: false)) }
            ?? FoldedNormalization()
        return (synapses, rest)
    }
}

extension Network {
    /// The same network for inference, with every batch normalisation folded into the synapses before it.
    ///
    ///     w' = w a,   b' = b a + c,    a = γ / √(σ² + ε),   c = β − a μ
    ///
    /// Of TEBN a factor per step stays behind; BNTT is not folded. Other layers are shared with this network, their
    /// parameters keep their values.
    public func foldingNormalization() throws -> Network {
        try Network(
            inputShape: inputShape, timeStep: timeStep, seed: seed,
            layers: chain.foldingNormalization(),
            drawsWeights: false)
    }
}

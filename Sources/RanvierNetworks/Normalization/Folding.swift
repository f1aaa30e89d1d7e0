import RanvierTensors

/// Synapses that can take a linear map of their outputs into their weights.
protocol FoldableSynapses: Layer {
    /// The same synapses followed by `y a + b` per output channel.
    func folding(scale a: Tensor, shift b: Tensor) -> any Layer
}

/// Layers made of layers, which fold inside.
protocol FoldableComposite: Layer {
    /// The same layer with normalisation folded into the synapses before it.
    func foldingNormalization() -> any Layer
}

/// Hands its input on: what stays where a normalisation was folded away.
struct FoldedNormalization: Layer {
    static let kind = "folded-norm"
    var remembers: Bool { false }

    func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        context.observe(.values(input.detached))
        return input
    }
}

/// `y[t] = p[t] x[t]`: what stays of a normalisation whose scale differs from step to step.
struct StepScale: Layer {
    static let kind = "step-scale"
    let factors: Parameter

    var parameters: [(name: String, parameter: Parameter)] { [("factors", factors)] }

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
        let index = state.flatMap { $0.tensors.first.map { Int($0.scalar) } } ?? 0
        let output = input * factors.tensor.step(at: index)
        context.observe(.values(output.detached))
        return (output, LayerState([Tensor(Float(index + 1))]))
    }
}

extension LayerChain {
    /// Layers with every normalisation behind synapses folded into them; names stay.
    func foldingNormalization() -> [any Layer] {
        var layers = stages.map { stage -> any Layer in
            (stage.layer as? any FoldableComposite)?.foldingNormalization() ?? stage.layer
        }
        for index in layers.indices.dropFirst() {
            guard let norm = layers[index] as? BatchNormalization,
                let (synapses, rest) = norm.folded(into: layers[index - 1])
            else { continue }
            layers[index - 1] = synapses
            layers[index] = rest
        }
        return zip(stages, layers).map { $1.named($0.name) }
    }
}

extension BatchNormalization {
    /// The synapses with this normalisation folded in, and what stays behind them; nil where the layer has
    /// no synapses or each step has a map of its own.
    func folded(into layer: any Layer) -> (synapses: any Layer, rest: any Layer)? {
        guard !variant.isPerStep, let synapses = layer as? any FoldableSynapses else { return nil }
        let map = inferenceMap
        let rest: any Layer =
            stepScale.map { StepScale(factors: Parameter(value: $0.value, decays: false)) }
            ?? FoldedNormalization()
        return (synapses.folding(scale: map.scale, shift: map.shift), rest)
    }
}

extension Tensor {
    /// A bias after `y a + b`.
    fileprivate static func foldedBias(_ bias: Parameter?, _ a: Tensor, _ b: Tensor) -> Tensor {
        bias.map { $0.value * a + b } ?? b
    }
}

extension Linear: FoldableSynapses {
    func folding(scale a: Tensor, shift b: Tensor) -> any Layer {
        Linear(weights: weights.value * a, bias: .foldedBias(bias, a, b))
    }
}

extension Convolution2D: FoldableSynapses {
    func folding(scale a: Tensor, shift b: Tensor) -> any Layer {
        Convolution2D(
            weights: weights.value * a, bias: .foldedBias(bias, a, b), window: window,
            groups: groups)
    }
}

extension Convolution1D: FoldableSynapses {
    func folding(scale a: Tensor, shift b: Tensor) -> any Layer {
        Convolution1D(
            weights: weights.value * a, bias: .foldedBias(bias, a, b),
            stride: window.strideWidth, padding: window.paddingWidth, groups: groups)
    }
}

extension Sequential: FoldableComposite {
    func foldingNormalization() -> any Layer { Sequential(chain.foldingNormalization()) }
}

extension Residual: FoldableComposite {
    func foldingNormalization() -> any Layer {
        Residual(
            combination: combination, body: body.foldingNormalization(),
            shortcut: shortcut.foldingNormalization())
    }
}

extension Network {
    /// The same network for inference, with every batch normalisation folded into the synapses before it.
    ///
    ///     w' = w a,   b' = b a + c,    a = γ / √(σ² + ε),   c = β − a μ
    ///
    /// Of TEBN a factor per step stays behind; BNTT is not folded. Other layers are shared with this network, their
    /// parameters keep their values.
    public func foldingNormalization() throws(NetworkError) -> Network {
        try Network(
            inputShape: inputShape, timeStep: timeStep, seed: seed,
            layers: LayerChain(stages.map { $0.layer.named($0.name) }).foldingNormalization(),
            drawsWeights: false)
    }
}

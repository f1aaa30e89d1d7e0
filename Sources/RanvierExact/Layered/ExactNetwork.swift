import RanvierNetworks
import RanvierTensors

/// Layered feed-forward network of event-driven neurons of any model, with exact gradients.
///
/// Each layer hears the spikes of the one before, spikes of one instant merged into one pulse; there are
/// no delays. The same numbers as an `EventGraph` of the same graph, without its heap: a layer with N
/// neurons and E incoming instants costs O(N · E). For theta networks in bulk see `FastThetaNetwork`.
///
/// ```swift
/// var network = try ExactNetwork(ThetaNeuron(drive: 1.25), layers: [784, 100, 10], trial: 2)
/// network.randomize(seed: 1)
/// let (loss, gradient) = try network.valueAndGradient(
///     of: .firstSpike, at: code.spikes(of: image), label: 7)
/// ```
/// Source: Klos & Memmesheimer, arXiv:2309.14523.
public struct ExactNetwork<Neuron: PseudospikingNeuron>: Sendable {
    /// The model of all neurons.
    public let neuron: Neuron
    /// Number of inputs, then of the neurons of each layer.
    public let sizes: [Int]
    /// End of the trial T.
    public let trial: Double
    /// Weights as they are stored, `[layer][out][in]`; views keep them within what they allow.
    public private(set) var weights: [[[Double]]]
    /// What the weights of each layer are seen through, in order.
    public private(set) var views: [[any ParameterView]]
    /// Weights as the neurons feel them, through the views.
    public private(set) var seenWeights: [[[Double]]]
    /// States at the start, `[layer][neuron]`.
    public private(set) var initialStates: [[Neuron.State]]
    /// Whether spikes after T count with their formal times (else as T).
    public var pseudospikes = true
    /// Most spikes a layer may have in one trial.
    public var eventLimit = 1_000_000

    /// Creates a network with weights 0.
    ///
    /// Throws where there are fewer than two sizes, one is not positive, T is not positive, or a trial
    /// cannot start at the state.
    /// - Parameters:
    ///   - layers: number of inputs, then of the neurons of each layer.
    ///   - initialState: state of every neuron at the start.
    public init(
        _ neuron: Neuron, layers: [Int], trial: Double, from initialState: Neuron.State
    ) throws(ExactError) {
        guard layers.count >= 2 else {
            throw .wrongCount(name: "layers", expected: 2, found: layers.count)
        }
        for size in layers { try ExactError.require("size of a layer", Double(size), above: 0) }
        try ExactError.require("trial", trial, above: 0)
        try neuron.validate(initialState: initialState)
        self.neuron = neuron
        sizes = layers
        self.trial = trial
        weights = zip(layers, layers.dropFirst()).map { inputs, outputs in
            Array(repeating: Array(repeating: 0, count: inputs), count: outputs)
        }
        seenWeights = weights
        views = layers.dropFirst().map { _ in [] }
        initialStates = layers.dropFirst().map { Array(repeating: initialState, count: $0) }
    }

    /// Replaces the weights of a layer, `[out][in]`. Throws where the shape differs or one is not finite.
    public mutating func setWeights(_ new: [[Double]], layer: Int) throws(ExactError) {
        try ExactError.require("layer", index: layer, below: weights.count)
        try ExactError.require(
            "weights of layer \(layer)", count: new.count, equals: sizes[layer + 1])
        for (i, row) in new.enumerated() {
            try ExactError.require(
                "row \(i) of the weights of layer \(layer)", count: row.count,
                equals: sizes[layer])
            for weight in row {
                try ExactError.requireFinite("weight to \(i) of layer \(layer)", weight)
            }
        }
        weights[layer] = new
        look(at: layer)
    }

    /// Replaces what the weights of a layer are seen through: a mask, a quantiser without numbers that learn.
    ///
    /// Views see the weights `[in, out]`, in the order of their ranks, and the gradient goes back through them. Quantised
    /// weights are numbers of single precision.
    ///
    /// Throws for views through which there is no exact gradient, and where a mask has another shape.
    public mutating func setViews(
        _ new: [any ParameterView], layer: Int
    ) throws(ExactError) {
        try ExactError.require("layer", index: layer, below: weights.count)
        try ExactViews.require(new, of: "layer\(layer + 1).weights", learning: false)
        for case let mask as Mask in new {
            let shape = [sizes[layer], sizes[layer + 1]]
            guard mask.alive.shape == shape else {
                throw .wrongCount(
                    name: "the mask of layer \(layer), of shape \(mask.alive.shape) for \(shape),",
                    expected: shape.elementCount, found: mask.alive.count)
            }
        }
        views[layer] = new.sorted { type(of: $0).rank < type(of: $1).rank }
        look(at: layer)
    }

    /// Brings the weights of a layer to what the views allow, and sees them.
    private mutating func look(at layer: Int) {
        let views = WeightViews(views[layer])
        weights[layer] = views.projected(weights[layer])
        seenWeights[layer] = views.seen(weights[layer])
    }

    /// Replaces the states at the start of a layer. Throws where their number differs or one is illegal.
    public mutating func setInitialStates(
        _ states: [Neuron.State], layer: Int
    ) throws(ExactError) {
        try ExactError.require("layer", index: layer, below: weights.count)
        try ExactError.require(
            "states of layer \(layer)", count: states.count, equals: sizes[layer + 1])
        for state in states { try neuron.validate(initialState: state) }
        initialStates[layer] = states
    }

    /// Draws all weights: uniform on ±`scale`/√fan-in, plus `shift`/fan-in.
    public mutating func randomize(seed: UInt64, scale: Double = 0.5, shift: Double = 0) {
        var random = SplitMix64(seed: seed)
        for layer in weights.indices {
            let fanIn = Double(sizes[layer])
            for i in weights[layer].indices {
                for j in weights[layer][i].indices {
                    weights[layer][i][j] =
                        (2 * random.nextUnit() - 1) * scale / fanIn.squareRoot() + shift / fanIn
                }
            }
            look(at: layer)
        }
    }
}

extension ExactNetwork where Neuron: PhaseNeuron {
    /// Creates a network with weights 0 whose neurons start at half a period.
    public init(_ neuron: Neuron, layers: [Int], trial: Double) throws(ExactError) {
        try self.init(neuron, layers: layers, trial: trial, from: neuron.period / 2)
    }
}

extension ExactNetwork where Neuron == QIFNeuron {
    /// Creates a network with weights 0 whose neurons start at rest.
    public init(_ neuron: Neuron, layers: [Int], trial: Double) throws(ExactError) {
        try self.init(neuron, layers: layers, trial: trial, from: QIFState())
    }
}

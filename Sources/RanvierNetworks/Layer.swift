import RanvierTensors

/// A layer maps a whole sequence `[T, B, features…]` to a whole sequence, or one step with its state
/// passed in and handed back.
///
/// The two forms agree exactly. State is never hidden in a layer.
public protocol Layer: Sendable {
    /// Short word for the kind of layer, as in configuration files: `linear`, `lif`, …
    static var kind: String { get }

    /// Parameters under names that stay the same from version to version.
    var parameters: [(name: String, parameter: Parameter)] { get }

    /// Shape of the features that the layer makes from features of shape `input` (no time, no batch).
    ///
    /// - Throws: a message for ``NetworkError/layer(name:message:)`` where the input does not fit.
    func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int]

    /// Numbers that the layer keeps from one step to the next for a sample with features `input`.
    func stateCount(for input: [Int]) -> Int

    /// The whole sequence.
    func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor

    /// A part of a sequence, `[T, B, features…]`, that goes on from a state.
    ///
    /// Parts run one after the other give what the whole sequence gives. Layers that remember nothing need not
    /// provide it if they say so by ``remembers``; else it runs step by step unless a layer does better.
    func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    )

    /// Whether the layer has a state.
    var remembers: Bool { get }

    /// Whether errors can stay at their step on the way back, see ``CreditAssignment/isLocalInTime``.
    var canBeLocalInTime: Bool { get }

    /// Whether gradients by the input say how answers change: not where numbers are counted that surrogates are far too narrow for.
    var hasInputGradient: Bool { get }

    /// What is known of the output where a signal comes in.
    func signal(for input: Signal) -> Signal

    /// Steps of the sequences that the layer's parameters are made for; nil where they fit any.
    var madeForSteps: Int? { get }

    /// Fewest samples of a batch that the layer can be trained on, for samples with features `input`.
    ///
    /// - Parameters:
    ///   - signal: what is known of what comes in.
    ///   - steps: steps that pass through the layer at once.
    func smallestBatch(for input: [Int], signal: Signal, steps: Int) -> Int

    /// What of the layer's options can hardly be meant in a sequence of some steps, a sentence each.
    func doubts(timeStep: Double, steps: Int) -> [String]

    /// The layers inside, by name; none unless the layer is made of layers.
    var children: [(name: String, layer: any Layer)] { get }

    /// Whether the layer takes its input's sums per channel where the layer before it has measured them.
    var takesChannelSums: Bool { get }

    /// The same layer for inference, with normalisation inside folded into the synapses before it.
    func foldingNormalization() throws -> any Layer

    /// The same synapses followed by `y a + b` per output channel; nil for a layer that cannot take such a map.
    func folding(scale a: Tensor, shift b: Tensor) -> (any Layer)?

    /// For normalisations: the synapses before with this one folded in, and what stays behind them; nil where that cannot
    /// be.
    func folded(into synapses: any Layer) -> (synapses: any Layer, rest: any Layer)?

    /// One step: `[B, features…]` in and out.
    ///
    /// - Parameter state: what the previous step handed back; nil before the first.
    func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    )
}

extension Layer {
    /// No parameters.
    public var parameters: [(name: String, parameter: Parameter)] { [] }

    /// None.
    public func stateCount(for input: [Int]) -> Int { 0 }

    /// True, to be safe.
    public var remembers: Bool { true }

    /// Of layers inside all; else where nothing is remembered.
    public var canBeLocalInTime: Bool {
        children.isEmpty ? !remembers : children.allSatisfy { $0.layer.canBeLocalInTime }
    }

    /// True.
    public var hasInputGradient: Bool { true }

    /// Of what its storage says; as constant as what comes in, unless the layer remembers.
    public func signal(for input: Signal) -> Signal {
        Signal(isConstant: input.isConstant && !remembers)
    }

    /// Nil.
    public var madeForSteps: Int? { nil }

    /// One.
    public func smallestBatch(for input: [Int], signal: Signal, steps: Int) -> Int { 1 }

    /// None.
    public func doubts(timeStep: Double, steps: Int) -> [String] { [] }

    /// None.
    public var children: [(name: String, layer: any Layer)] { [] }

    /// False.
    public var takesChannelSums: Bool { false }

    /// The layer itself.
    public func foldingNormalization() throws -> any Layer { self }

    /// Nil.
    public func folding(scale a: Tensor, shift b: Tensor) -> (any Layer)? { nil }

    /// Nil.
    public func folded(into synapses: any Layer) -> (synapses: any Layer, rest: any Layer)? { nil }

    /// Step by step, or the sequence form for layers that remember nothing.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        guard remembers else { return (self(input, in: context), nil) }
        var state = state
        var outputs: [Tensor] = []
        for t in 0..<input.shape[0] {
            let response = step(input.step(at: t), state: state, in: context)
            outputs.append(response.output)
            state = response.state
        }
        return (Tensor.stack(outputs), state)
    }

    /// For layers without state: the sequence form on a sequence of one step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let output = self(input.reshaped(to: [1] + input.shape), in: context)
        return (output.step(at: 0), nil)
    }
}

import RanvierTensors

/// A layer maps a whole sequence `[T, B, features…]` to a whole sequence, or one step with its state
/// passed in and handed back.
///
/// The two forms agree exactly. State is never hidden in a layer.
public protocol Layer {
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

/// State that a layer hands from one step to the next.
public struct LayerState: Sendable {
    /// The tensors, each `[B, …]`, in an order that the layer defines.
    public var tensors: [Tensor]

    /// States of the layers inside a composite layer.
    public var parts: [LayerState?] = []

    /// A state of the given tensors.
    public init(_ tensors: [Tensor]) { self.tensors = tensors }

    /// The states of the layers inside a composite layer.
    public init(parts: [LayerState?]) {
        tensors = []
        self.parts = parts
    }

    /// The same numbers, cut off from the tape.
    public var detached: LayerState {
        var state = LayerState(tensors.map(\.detached))
        state.parts = parts.map { $0?.detached }
        return state
    }
}

/// What a forward pass knows besides its input.
public struct ForwardContext {
    /// Duration of a step in seconds.
    public var timeStep: Double
    /// Whether this pass belongs to training (dropout, batch statistics).
    public var isTraining: Bool
    /// Random numbers for layers that need them.
    public var random: RandomStream
    /// Called with the name of a layer and its spikes or output; nil where nobody looks.
    public var observer: ((_ layer: String, _ observation: Observation) -> Void)?

    /// Whether this pass repeats another one for its gradients, and must leave running values alone.
    public internal(set) var isRecomputing = false

    /// A context for inference.
    public init(
        timeStep: Double, isTraining: Bool = false,
        random: RandomStream = RandomStream(seed: 0, name: "forward"),
        observer: ((_ layer: String, _ observation: Observation) -> Void)? = nil
    ) {
        self.timeStep = timeStep
        self.isTraining = isTraining
        self.random = random
        self.observer = observer
    }

    func observe(_ observation: Observation) { observer?(Tape.layer, observation) }
}

/// What layers report to an observer of a forward pass.
public enum Observation {
    /// Spikes of a layer, `[T, B, …]`.
    case spikes(Tensor)
    /// Values of a layer that does not spike, `[T, B, …]`.
    case values(Tensor)
    /// Operations that a synaptic layer did for the whole batch and all steps.
    case operations(OperationCount)
}

/// A shape that a layer cannot take: what it needs, what it was given.
public struct ShapeMismatch: Error, Sendable, Hashable {
    /// What the layer needs, in words.
    public var expected: String
    /// The shape it was given.
    public var found: [Int]

    /// A mismatch between what is needed and what is there.
    public init(expected: String, found: [Int]) {
        self.expected = expected
        self.found = found
    }
}

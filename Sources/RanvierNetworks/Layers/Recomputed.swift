import RanvierConfiguration
import RanvierTensors

/// Layers whose states are computed again in the backward pass instead of being kept.
///
/// The forward pass keeps the input of the first layer alone; the backward pass runs the layers once more and
/// pulls the gradient through them. Wrapped around normalisation and neurons it saves their membranes and costs
/// one more pass over them; results and gradients have the same bits. Source: Chen et al. 2016 (gradient
/// checkpointing).
public struct Recomputed: DescribedLayer {
    /// `recomputed`.
    public static let kind = "recomputed"
    let chain: LayerChain

    /// The layers in order.
    public init(_ layers: [any Layer]) { chain = LayerChain(layers) }

    /// The layers in order.
    public init(@LayerBuilder layers: () -> [any Layer]) { self.init(layers()) }

    /// The layers as described.
    public init(_ options: Sequential.Options, at site: LayerSite) throws {
        self.init(try site.layers(of: options.layers))
    }

    /// The layers inside.
    public var options: Sequential.Options {
        Sequential.Options().with { $0.layers = chain.descriptions }
    }

    /// The layers in order.
    public var children: [(name: String, layer: any Layer)] { chain.children }

    /// The same layers with normalisation folded.
    public func foldingNormalization() throws -> any Layer {
        Recomputed(try chain.foldingNormalization())
    }

    /// Those of all layers.
    public var parameters: [(name: String, parameter: Parameter)] { chain.parameters }

    /// That of the last layer.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        try chain.outputShape(for: input)
    }

    /// The sum over all layers.
    public func stateCount(for input: [Int]) -> Int { chain.stateCount(for: input) }

    /// Whether any layer does.
    public var remembers: Bool { chain.remembers }

    /// That of the last layer.
    public func signal(for input: Signal) -> Signal { chain.signal(for: input) }

    /// The largest of all layers.
    public func smallestBatch(for input: [Int], signal: Signal, steps: Int) -> Int {
        chain.smallestBatch(for: input, signal: signal, steps: steps)
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        chain.recomputing(input, in: context)
    }

    /// A part of a sequence, with everything kept.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        chain.run(input, state: state, in: context)
    }

    /// One step, with everything kept.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        chain.step(input, state: state, in: context)
    }
}

extension LayerChain {
    /// The whole sequence, with the states inside computed again in the backward pass instead of being kept.
    func recomputing(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let tracked = ([input] + variables).filter(\.isTracked)
        guard !tracked.isEmpty else { return self(input, in: context) }
        let value = Tape.withoutRecording { self(input, in: context) }
        var again = context
        again.isRecomputing = true
        again.observer = nil
        again.inspector = nil
        // The backward pass runs where the forward pass ran; nothing crosses to another thread.
        nonisolated(unsafe) let repeated = (chain: self, context: again)
        let name = Tape.layer, start = input.detached, hasVariable = input.isTracked
        return Tape.record(value, inputs: tracked) { gradient in
            Tape.recording {
                let variable = hasVariable ? start.tracked() : start
                let output = Tape.naming(name) { repeated.chain(variable, in: repeated.context) }
                let now = repeated.chain.variables.filter(\.isTracked)
                return output.pullback(gradient, to: (hasVariable ? [variable] : []) + now)
            }
        }
    }

    /// What gradients are asked for of all layers, the numbers of views included.
    private var variables: [Tensor] {
        parameters.flatMap { $0.parameter.withViews }.map(\.variable)
    }
}

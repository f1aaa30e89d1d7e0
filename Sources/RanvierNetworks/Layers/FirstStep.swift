import RanvierConfiguration
import RanvierTensors

/// A layer that runs at the first step alone; its answer there stands for all steps.
///
///     y[t] = f(x)[0]   for every t
///
/// For layers whose answers hardly change over time: they do the work of one step, and observers hear of that step
/// alone. What comes in after the first step is not seen. The answer is constant in time, so that the layers behind
/// work on one step, too, as far as they can.
public struct FirstStep: DescribedLayer {
    /// The layers inside.
    public struct Options: Configurable {
        /// In order; they are one layer.
        public var layers: [LayerDescription] = []
        /// None.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> { Field.layers("layers", \.layers) }
    }

    /// `first-step`.
    public static let kind = "first-step"
    /// The layer that runs once.
    public let layer: any Layer

    /// Runs a layer once; its parameters keep their names.
    public init(_ layer: any Layer) { self.layer = layer }

    /// The layers as described, as one.
    public init(_ options: Options, at site: LayerSite) throws {
        let layers = try site.layers(of: options.layers)
        self.init(layers.count == 1 ? layers[0] : Sequential(layers))
    }

    /// The layer inside.
    public var options: Options { Options().with { $0.layers = [LayerDescription(layer)] } }

    /// `layer`.
    public var children: [(name: String, layer: any Layer)] { [("layer", layer)] }

    /// The same with normalisation inside folded.
    public func foldingNormalization() throws -> any Layer {
        FirstStep(try layer.foldingNormalization())
    }

    /// Those of the layer.
    public var parameters: [(name: String, parameter: Parameter)] { layer.parameters }

    /// That of the layer.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        try layer.outputShape(for: input)
    }

    /// That of the layer, the same at all steps.
    public func signal(for input: Signal) -> Signal {
        var signal = layer.signal(for: Signal(input.content, isConstant: true))
        signal.isConstant = true
        return signal
    }

    /// That of the layer for one step.
    public func smallestBatch(for input: [Int], signal: Signal, steps: Int) -> Int {
        layer.smallestBatch(
            for: input, signal: Signal(signal.content, isConstant: true), steps: 1)
    }

    /// False: errors of all steps reach the first.
    public var canBeLocalInTime: Bool { false }

    /// The answer, which is kept.
    public func stateCount(for input: [Int]) -> Int {
        (try? layer.outputShape(for: input).elementCount) ?? 0
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let first = input.step(at: 0).reshaped(to: [1] + Array(input.shape.dropFirst()))
        return layer(first, in: context).step(at: 0).repeatedInTime(steps: input.shape[0])
    }

    /// A part of a sequence; the state is the answer.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let answer = state?["answer"] ?? self(input, in: context).step(at: 0)
        return (answer.repeatedInTime(steps: input.shape[0]), LayerState(["answer": answer]))
    }

    /// One step; the state is the answer.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let answer =
            state?["answer"] ?? layer.step(input, state: nil, in: context).output
        return (answer, LayerState(["answer": answer]))
    }
}

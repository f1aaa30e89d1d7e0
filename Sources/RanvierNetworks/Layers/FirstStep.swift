import RanvierTensors

/// A layer that runs at the first step alone; its answer there stands for all steps.
///
///     y[t] = f(x)[0]   for every t
///
/// For layers whose answers hardly change over time: they do the work of one step, and observers hear of that step
/// alone. What comes in after the first step is not seen. The answer is constant in time, so that the layers behind
/// work on one step, too, as far as they can.
public struct FirstStep: Layer {
    /// `first-step`.
    public static let kind = "first-step"
    /// The layer that runs once.
    public let layer: any Layer

    /// Runs a layer once; its parameters keep their names.
    public init(_ layer: any Layer) { self.layer = layer }

    /// Those of the layer.
    public var parameters: [(name: String, parameter: Parameter)] { layer.parameters }

    /// That of the layer.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        try layer.outputShape(for: input)
    }

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
        let answer = state?.tensors.first ?? self(input, in: context).step(at: 0)
        return (answer.repeatedInTime(steps: input.shape[0]), LayerState([answer]))
    }

    /// One step; the state is the answer.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let answer =
            state?.tensors.first ?? layer.step(input, state: nil, in: context).output
        return (answer, LayerState([answer]))
    }
}

extension FirstStep: FoldableComposite {
    func foldingNormalization() -> any Layer {
        FirstStep((layer as? any FoldableComposite)?.foldingNormalization() ?? layer)
    }
}

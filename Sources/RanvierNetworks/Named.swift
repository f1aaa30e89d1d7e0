import RanvierTensors

/// A layer with a name of its own; networks and composite layers use the name and see the layer inside.
public struct Named: Layer {
    /// `named`.
    public static let kind = "named"
    /// The name.
    public let name: String
    /// The layer.
    public let layer: any Layer

    /// Those of the layer.
    public var children: [(name: String, layer: any Layer)] { layer.children }

    /// That of the layer.
    public var takesChannelSums: Bool { layer.takesChannelSums }

    /// The same layer under the same name, with normalisation inside folded.
    public func foldingNormalization() throws -> any Layer {
        try layer.foldingNormalization().named(name)
    }

    /// That of the layer.
    public func folding(scale a: Tensor, shift b: Tensor) -> (any Layer)? {
        layer.folding(scale: a, shift: b)?.named(name)
    }

    /// That of the layer.
    public func folded(into synapses: any Layer) -> (synapses: any Layer, rest: any Layer)? {
        layer.folded(into: synapses)
    }

    /// Those of the layer.
    public var parameters: [(name: String, parameter: Parameter)] { layer.parameters }

    /// That of the layer.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        try layer.outputShape(for: input)
    }

    /// That of the layer.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        layer(input, in: context)
    }

    /// That of the layer.
    public func stateCount(for input: [Int]) -> Int { layer.stateCount(for: input) }

    /// That of the layer.
    public func signal(for input: Signal) -> Signal { layer.signal(for: input) }

    /// That of the layer.
    public var canBeLocalInTime: Bool { layer.canBeLocalInTime }

    /// That of the layer.
    public var hasInputGradient: Bool { layer.hasInputGradient }

    /// That of the layer.
    public var madeForSteps: Int? { layer.madeForSteps }

    /// That of the layer.
    public func smallestBatch(for input: [Int], signal: Signal, steps: Int) -> Int {
        layer.smallestBatch(for: input, signal: signal, steps: steps)
    }

    /// Those of the layer.
    public func doubts(timeStep: Double, steps: Int) -> [String] {
        layer.doubts(timeStep: timeStep, steps: steps)
    }

    /// That of the layer.
    public var remembers: Bool { layer.remembers }

    /// That of the layer.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        layer.run(input, state: state, in: context)
    }

    /// That of the layer.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        layer.step(input, state: state, in: context)
    }
}

extension Layer {
    /// The same layer under a name, for example `stage1.0`; its parameters become `stage1.0.weights`, …
    public func named(_ name: String) -> Named { Named(name: name, layer: self) }
}

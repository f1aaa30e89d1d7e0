import RanvierConfiguration
import RanvierTensors

/// Layers in order as one layer.
///
/// Parameters are named by the layer inside, `conv2d1.weights`; observers see `name-of-this.conv2d1`.
public struct Sequential: DescribedLayer {
    /// The layers inside.
    public struct Options: Configurable {
        /// In order.
        public var layers: [LayerDescription] = []
        /// None.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> { Field.layers("layers", \.layers) }
    }

    /// `sequential`.
    public static let kind = "sequential"
    let chain: LayerChain

    /// The layers in order; none hand their input on.
    public init(_ layers: [any Layer]) { chain = LayerChain(layers) }

    /// The layers in order.
    public init(@LayerBuilder layers: () -> [any Layer]) { self.init(layers()) }

    /// The layers as described.
    public init(_ options: Options, at site: LayerSite) throws {
        self.init(try site.layers(of: options.layers))
    }

    /// The layers inside.
    public var options: Options { Options().with { $0.layers = chain.descriptions } }

    /// The layers in order.
    public var children: [(name: String, layer: any Layer)] { chain.children }

    /// The same layers with normalisation folded.
    public func foldingNormalization() throws -> any Layer {
        Sequential(try chain.foldingNormalization())
    }

    /// Those of all layers.
    public var parameters: [(name: String, parameter: Parameter)] { chain.parameters }

    /// That of the last layer.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        try chain.outputShape(for: input)
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        chain(input, in: context)
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

    /// A part of a sequence; the state has one part per layer.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        chain.run(input, state: state, in: context)
    }

    /// One step; the state has one part per layer.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        chain.step(input, state: state, in: context)
    }
}

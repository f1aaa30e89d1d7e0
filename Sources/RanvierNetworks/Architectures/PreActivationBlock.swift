import RanvierConfiguration
import RanvierTensors

/// Residual block whose units come before the convolutions.
///
///     a = act1(h)
///     r = h                                      same shape
///     r = norm(conv1×1(averagePool(a)))          otherwise, from the activated a
///     y = r + norm(conv3×3(act2(norm(conv3×3(a)))))
///
/// The sum is a real-valued current and goes through no neuron. Layers inside are named `act1`, `downPool`,
/// `downConv`, `downBn`, `conv1`, `bn1`, `act2`, `conv2`, `bn2`; the sum is observed as `out`.
public struct PreActivationBlock: DescribedLayer {
    /// The parts of the block.
    public struct Options: Configurable {
        /// What a shortcut without projection carries.
        public var shortcut = Shortcut.preActivation
        /// Whether the input is added.
        public var isResidual = true
        /// The first units.
        public var first: [LayerDescription] = []
        /// The projection of the shortcut; none hand the input on.
        public var projection: [LayerDescription] = []
        /// The main branch.
        public var body: [LayerDescription] = []

        /// An empty block.
        public init() {}

        /// Whether a shortcut carries the input itself, so that it matters which.
        var hasIdentity: Bool { isResidual && projection.isEmpty }

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.choice("shortcut", \.shortcut)
            Field.boolean("residual", \.isResidual)
            Field.layers("first", \.first)
            Field.layers("projection", \.projection)
            Field.layers("body", \.body)
            Field.refusing("projection") {
                !$0.isResidual && !$0.projection.isEmpty
            } because: { _ in
                "has no effect with residual: false, where nothing is added to the body"
            } settle: {
                $0.projection = []
            }
            Field.refusing("shortcut") {
                $0.shortcut != .preActivation && !$0.hasIdentity
            } because: { _ in
                "has no effect where there is a projection or residual: false"
            } settle: {
                $0.shortcut = .preActivation
            }
        }
    }

    /// `pre-activation-block`.
    public static let kind = "pre-activation-block"

    /// What a shortcut without projection carries.
    public enum Shortcut: String, Sendable, Hashable, CaseIterable {
        /// `h`, the input of the block.
        case preActivation = "pre-activation"
        /// `act1(h)`: what a rectifier that works in place leaves behind.
        case rectified
    }

    /// What a shortcut without projection carries.
    public let shortcut: Shortcut
    /// Whether the input is added.
    public let isResidual: Bool
    private let first: LayerChain
    private let projection: LayerChain
    private let body: LayerChain

    /// A block from `inputs` to `outputs` channels.
    public init(
        _ inputs: Int, _ outputs: Int, stride: Int = 1, activation: Activation,
        normalization: NormalizationVariant = .shared, normalizationEpsilon: Double = 1e-5,
        isResidual: Bool = true, shortcut: Shortcut = .preActivation
    ) {
        self.shortcut = shortcut
        self.isResidual = isResidual
        let end = isResidual ? normalization.endOfBranch : normalization
        func convolution(_ from: Int, size: Int, stride: Int = 1) -> any Layer {
            Convolution2D(
                from, outputs, size: size, stride: stride, padding: size / 2, hasBias: false,
                initialization: .heFanOut)
        }
        func normalized(_ variant: NormalizationVariant) -> BatchNormalization {
            BatchNormalization(outputs, variant: variant, epsilon: normalizationEpsilon)
        }
        first = LayerChain([activation.layer(channels: inputs).named("act1")])
        let projects = isResidual && (stride != 1 || inputs != outputs)
        projection = LayerChain(
            projects
                ? (stride > 1 ? [AveragePool2D(stride).named("downPool")] : []) + [
                    convolution(inputs, size: 1).named("downConv"),
                    normalized(end).named("downBn"),
                ] : [])
        body = LayerChain([
            convolution(inputs, size: 3, stride: stride).named("conv1"),
            normalized(normalization).named("bn1"),
            activation.layer(channels: outputs).named("act2"),
            convolution(outputs, size: 3).named("conv2"),
            normalized(end).named("bn2"),
        ])
    }

    private init(
        shortcut: Shortcut, isResidual: Bool, first: LayerChain, projection: LayerChain,
        body: LayerChain
    ) {
        self.shortcut = shortcut
        self.isResidual = isResidual
        self.first = first
        self.projection = projection
        self.body = body
    }

    /// The block as described.
    public init(_ options: Options, at site: LayerSite) throws {
        let first = try site.layers(of: options.first)
        let activated = site.after(try LayerChain(first).outputShape(for: site.shape))
        let parts = (
            first: LayerChain(first),
            projection: LayerChain(try activated.layers(of: options.projection)),
            body: LayerChain(try activated.layers(of: options.body))
        )
        // Parameters are told apart by the names of the layers alone.
        let names = (parts.first.stages + parts.projection.stages + parts.body.stages).map(\.name)
        guard Set(names).count == names.count else {
            throw ShapeMismatch(
                expected: "layers of 'first', 'projection' and 'body' whose names differ, such as "
                    + "lif: {name: lif2} (they are \(names.joined(separator: ", ")))",
                found: site.shape)
        }
        self.init(
            shortcut: options.shortcut, isResidual: options.isResidual, first: parts.first,
            projection: parts.projection, body: parts.body)
    }

    /// The parts with all that was chosen.
    public var options: Options {
        Options().with {
            ($0.shortcut, $0.isResidual) = (shortcut, isResidual)
            ($0.first, $0.body) = (first.descriptions, body.descriptions)
            $0.projection = isResidual ? projection.descriptions : []
            if !$0.hasIdentity { $0.shortcut = .preActivation }
        }
    }

    /// All layers inside.
    public var children: [(name: String, layer: any Layer)] {
        first.children + projection.children + body.children
    }

    /// The same block with normalisation folded.
    public func foldingNormalization() throws -> any Layer {
        PreActivationBlock(
            shortcut: shortcut, isResidual: isResidual, first: first,
            projection: LayerChain(try projection.foldingNormalization()),
            body: LayerChain(try body.foldingNormalization()))
    }

    /// Those of all layers inside.
    public var parameters: [(name: String, parameter: Parameter)] {
        first.parameters + projection.parameters + body.parameters
    }

    /// The shape of both branches.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        let activated = try first.outputShape(for: input)
        let shape = try body.outputShape(for: activated)
        guard isResidual else { return shape }
        let other = try projection.outputShape(for: activated)
        guard other == shape else {
            throw ShapeMismatch(
                expected: "images whose sides the stride divides, so that shortcut \(other) and "
                    + "body \(shape) agree", found: input)
        }
        return shape
    }

    /// That of the sum.
    public func signal(for input: Signal) -> Signal {
        let activated = first.signal(for: input)
        let main = body.signal(for: activated)
        guard isResidual else { return main }
        let identity = shortcut == .preActivation ? input : activated
        return main.joined(
            with: projection.stages.isEmpty ? identity : projection.signal(for: activated))
    }

    /// The largest of all layers inside.
    public func smallestBatch(for input: [Int], signal: Signal, steps: Int) -> Int {
        let activated = first.signal(for: signal)
        let shape = (try? first.outputShape(for: input)) ?? input
        return max(
            first.smallestBatch(for: input, signal: signal, steps: steps),
            projection.smallestBatch(for: shape, signal: activated, steps: steps),
            body.smallestBatch(for: shape, signal: activated, steps: steps))
    }

    /// The sum over all layers inside.
    public func stateCount(for input: [Int]) -> Int {
        [first, projection, body].reduce(0) { $0 + $1.stateCount(for: input) }
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        forEachPart(input, context) { chain, signal, _, context in
            (chain(signal, in: context), nil)
        }.output
    }

    /// A part of a sequence; the state has a part for the first units, the projection and the body.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        forEachPart(input, context) { $0.run($1, state: state?.parts[$2], in: $3) }
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        forEachPart(input, context) { $0.step($1, state: state?.parts[$2], in: $3) }
    }

    private func forEachPart(
        _ input: Tensor, _ context: ForwardContext,
        _ part: (LayerChain, Tensor, _ name: String, ForwardContext) -> (
            output: Tensor, state: LayerState?
        )
    ) -> (output: Tensor, state: LayerState?) {
        let activated = part(first, input, "first", context)
        var behind = context
        behind.signal = first.signal(for: context.signal ?? Signal(of: input))
        let other = part(projection, activated.output, "projection", behind)
        let main = part(body, activated.output, "body", behind)
        let output = joined(main.output, input, activated.output, other.output, in: context)
        var next = LayerState()
        next.parts["first"] = activated.state
        next.parts["projection"] = other.state
        next.parts["body"] = main.state
        return (output, next)
    }

    private func joined(
        _ main: Tensor, _ input: Tensor, _ activated: Tensor, _ projected: Tensor,
        in context: ForwardContext
    ) -> Tensor {
        var output = main
        if isResidual {
            let identity = shortcut == .preActivation ? input : activated
            output = (projection.stages.isEmpty ? identity : projected) + main
        }
        LayerChain.naming("out") { context.observe(.values(output.detached)) }
        return output
    }
}

extension NormalizationVariant {
    /// The same normalisation at the end of one of two branches that are summed.
    var endOfBranch: NormalizationVariant {
        guard case .thresholdDependent(let alpha, let threshold) = self else { return self }
        return .thresholdDependent(alpha: alpha / Float(2).squareRoot(), threshold: threshold)
    }
}

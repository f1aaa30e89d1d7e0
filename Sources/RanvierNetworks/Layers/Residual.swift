import RanvierConfiguration
import RanvierTensors

/// Two branches from one input, joined.
///
///     y = g(body(x), shortcut(x)),    g: add, and, iand
///
/// For spikes: `and` is the product, `iand` is (1 − body) · shortcut. Source: Fang et al. 2021 (SEW ResNet); with
/// `add` of currents also the plain residual block.
public struct Residual: DescribedLayer {
    /// What can be chosen of the branches.
    public struct Options: Configurable {
        /// How the branches are joined.
        public var combination = Combination.add
        /// The layers of the main branch.
        public var body: [LayerDescription] = []
        /// The layers of the other branch; none hand the input on.
        public var shortcut: [LayerDescription] = []

        /// Two branches that hand the input on.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.choice("combination", \.combination)
            Field.layers("body", \.body, isRequired: true)
            Field.layers("shortcut", \.shortcut)
        }
    }

    /// `residual`.
    public static let kind = "residual"

    /// How the branches are joined.
    public enum Combination: String, Sendable, Hashable, CaseIterable {
        /// Sum.
        case add
        /// Product: a spike where both spike.
        case and
        /// `(1 − body) · shortcut`: a spike of the shortcut that the body does not cancel.
        case iand
    }

    /// How the branches are joined.
    public let combination: Combination
    let body: LayerChain
    let shortcut: LayerChain

    /// - Parameters:
    ///   - body: the layers of the main branch.
    ///   - shortcut: the layers of the other branch; none hand the input on.
    public init(
        combination: Combination = .add, body: [any Layer], shortcut: [any Layer] = []
    ) {
        self.combination = combination
        self.body = LayerChain(body)
        self.shortcut = LayerChain(shortcut)
    }

    /// The branches as described.
    public init(_ options: Options, at site: LayerSite) throws {
        self.init(
            combination: options.combination, body: try site.layers(of: options.body),
            shortcut: try site.layers(of: options.shortcut))
    }

    /// The branches with all that was chosen.
    public var options: Options {
        Options().with {
            ($0.combination, $0.body) = (combination, body.descriptions)
            $0.shortcut = shortcut.descriptions
        }
    }

    /// `body.…`, `shortcut.…`.
    public var children: [(name: String, layer: any Layer)] {
        body.children.map { ("body.\($0.name)", $0.layer) }
            + shortcut.children.map { ("shortcut.\($0.name)", $0.layer) }
    }

    /// The same branches with normalisation folded.
    public func foldingNormalization() throws -> any Layer {
        Residual(
            combination: combination, body: try body.foldingNormalization(),
            shortcut: try shortcut.foldingNormalization())
    }

    /// `body.…`, `shortcut.…`.
    public var parameters: [(name: String, parameter: Parameter)] {
        body.parameters.map { ("body.\($0.name)", $0.parameter) }
            + shortcut.parameters.map { ("shortcut.\($0.name)", $0.parameter) }
    }

    /// The shape of both branches, which must agree.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        let shape = try body.outputShape(for: input)
        let other = try shortcut.outputShape(for: input)
        guard shape == other else {
            throw ShapeMismatch(
                expected: "a shortcut that gives \(shape) as the body does", found: other)
        }
        return shape
    }

    /// The sum over both branches.
    public func stateCount(for input: [Int]) -> Int {
        body.stateCount(for: input) + shortcut.stateCount(for: input)
    }

    /// Whether any layer does.
    public var remembers: Bool { body.remembers || shortcut.remembers }

    /// Spikes where both branches hand on spikes: sums of them are spikes with payloads.
    public func signal(for input: Signal) -> Signal {
        body.signal(for: input).joined(with: shortcut.signal(for: input))
    }

    /// The larger of both branches.
    public func smallestBatch(for input: [Int], signal: Signal, steps: Int) -> Int {
        max(
            body.smallestBatch(for: input, signal: signal, steps: steps),
            shortcut.smallestBatch(for: input, signal: signal, steps: steps))
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        joined(in: context) { chain, _ in (chain(input, in: context), nil) }.output
    }

    /// A part of a sequence; the state has a part for each branch.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        joined(in: context) { $0.run(input, state: state?.parts[$1], in: context) }
    }

    /// One step; the state has a part for each branch.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        joined(in: context) { $0.step(input, state: state?.parts[$1], in: context) }
    }

    private func joined(
        in context: ForwardContext,
        _ branch: (LayerChain, _ name: String) -> (output: Tensor, state: LayerState?)
    ) -> (output: Tensor, state: LayerState?) {
        let main = LayerChain.naming("body") { branch(body, "body") }
        let other = LayerChain.naming("shortcut") { branch(shortcut, "shortcut") }
        let output = combined(main.output, other.output)
        context.observe(.values(output.detached))
        var next = LayerState()
        next.parts["body"] = main.state
        next.parts["shortcut"] = other.state
        return (output, next)
    }

    private func combined(_ main: Tensor, _ other: Tensor) -> Tensor {
        switch combination {
        case .add: main + other
        case .and: main * other
        case .iand: (1 - main) * other
        }
    }
}

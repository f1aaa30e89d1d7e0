import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

/// What the whole numbers of a read-out stand for: `y[t] = u n[t]` with one scale u.
///
/// Which output is largest does not depend on it, so that a device need not know it; probabilities and losses do.
public struct WholeNumberOutput: DescribedLayer {
    /// The scale.
    public struct Options: Configurable {
        /// u.
        public var scale = 1.0

        /// One.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.number("scale", \.scale, in: .positive)
        }
    }

    /// `whole-number-output`.
    public static let kind = "whole-number-output"
    /// The scale.
    public let options: Options

    /// A read-out of a scale.
    public init(scale: Double) {
        precondition(scale > 0 && scale.isFinite, "a scale of \(scale) cannot be")
        options = Options().with { $0.scale = scale }
    }

    /// The same at every place.
    public init(_ options: Options, at site: LayerSite) { self.options = options }

    /// False.
    public var remembers: Bool { false }

    /// Values, as constant as those that come in.
    public func signal(for input: Signal) -> Signal {
        Signal(.values, isConstant: input.isConstant)
    }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// Any shape, unchanged.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output = input.dense * Float(options.scale)
        context.observe(.values(output.detached))
        return output
    }
}

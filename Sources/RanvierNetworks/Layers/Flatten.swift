import RanvierConfiguration
import RanvierTensors

/// Joins all axes of the features, `[T, B, H, W, C]` to `[T, B, H·W·C]`.
///
/// Channels vary fastest; weights from a framework with channels first must be put in that order.
public struct Flatten: DescribedLayer {
    /// `flatten`.
    public static let kind = "flatten"

    /// A layer without parameters.
    public init() {}

    /// The same at every place.
    public init(_ options: NoOptions, at site: LayerSite) {}

    /// False.
    public var remembers: Bool { false }

    /// What comes in.
    public func signal(for input: Signal) -> Signal { input }

    /// One axis.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        [input.elementCount]
    }

    /// Free of copies.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        input.rank > 2 ? input.flattened(from: 2) : input.reshaped(to: input.shape + [1])
    }
}

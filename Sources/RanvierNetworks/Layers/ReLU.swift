import RanvierConfiguration
import RanvierTensors

/// Rectified linear units: what stands for spiking neurons in the artificial network of the same shape.
///
///     y = max(x, 0)
public struct ReLU: DescribedLayer {
    /// `relu`.
    public static let kind = "relu"

    /// Rectified linear units.
    public init() {}

    /// The same at every place.
    public init(_ options: NoOptions, at site: LayerSite) {}

    /// True.
    public static var isUnit: Bool { true }

    /// False.
    public var remembers: Bool { false }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// Element by element.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output = input.relu()
        context.observe(.values(output.detached))
        return output
    }
}

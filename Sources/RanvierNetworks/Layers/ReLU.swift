import RanvierTensors

/// Rectified linear units: what stands for spiking neurons in the artificial network of the same shape.
///
///     y = max(x, 0)
public struct ReLU: Layer {
    /// `relu`.
    public static let kind = "relu"

    /// Rectified linear units.
    public init() {}

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

import RanvierConfiguration
import RanvierTensors

/// Mean over all positions of images, `[T, B, H, W, C]` to `[T, B, C]`.
public struct GlobalAveragePool2D: DescribedLayer {
    /// `global-average-pool2d`.
    public static let kind = "global-average-pool2d"

    /// A mean over all positions.
    public init() {}

    /// The same at every place.
    public init(_ options: NoOptions, at site: LayerSite) {}

    /// False.
    public var remembers: Bool { false }

    /// Means of spikes are spikes with payloads; what comes in is of the same kind.
    public func signal(for input: Signal) -> Signal { input }

    /// `[C]`.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        guard input.count == 3 else {
            throw ShapeMismatch(expected: "images [height, width, channels]", found: input)
        }
        return [input[2]]
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output = input.globalAveragePool()
        context.observe(.values(output.detached))
        return output
    }
}

import RanvierConfiguration
import RanvierTensors

/// Mean over windows of images `[T, B, H, W, C]`; padding counts as zeros.
public struct AveragePool2D: DescribedLayer {
    /// `average-pool2d`.
    public static let kind = "average-pool2d"
    /// Size, stride and padding.
    public let options: PoolOptions

    /// Size, stride and padding.
    public var window: ImageWindow { options.window }

    /// A square window; the stride is its size unless given.
    public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
        options = PoolOptions(size, stride: stride, padding: padding)
    }

    /// Pooling as described.
    public init(_ options: PoolOptions, at site: LayerSite) throws(ShapeMismatch) {
        self.options = options
    }

    /// False.
    public var remembers: Bool { false }

    /// Means of spikes are spikes with payloads; what comes in is of the same kind.
    public func signal(for input: Signal) -> Signal { input }

    /// `[H', W', C]`.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        try window.pooledShape(of: input)
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output = input.averagePool(window)
        context.observe(.values(output.detached))
        return output
    }
}

extension ImageWindow {
    func pooledShape(of input: [Int]) throws(ShapeMismatch) -> [Int] {
        guard input.count == 3, let size = outputSize(height: input[0], width: input[1]) else {
            throw ShapeMismatch(
                expected: "images [height, width, channels] not smaller than the window \(self)",
                found: input)
        }
        return [size.height, size.width, input[2]]
    }
}

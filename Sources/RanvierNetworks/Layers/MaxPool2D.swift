import RanvierConfiguration
import RanvierTensors

/// Largest element in windows of images `[T, B, H, W, C]`; spikes stay spikes.
public struct MaxPool2D: DescribedLayer {
    /// `max-pool2d`.
    public static let kind = "max-pool2d"
    /// Size, stride and padding.
    public let options: PoolOptions

    /// Size, stride and padding.
    public var window: ImageWindow { options.window }

    /// A square window; the stride is its size unless given.
    public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
        precondition(padding < size, "padding of max pooling must be smaller than the window")
        options = PoolOptions(size, stride: stride, padding: padding)
    }

    /// Pooling as described.
    public init(_ options: PoolOptions, at site: LayerSite) throws(ShapeMismatch) {
        guard options.padding < options.size else {
            throw ShapeMismatch(
                expected: "padding smaller than the window of \(options.size)", found: site.shape)
        }
        self.options = options
    }

    /// False.
    public var remembers: Bool { false }

    /// What comes in.
    public func signal(for input: Signal) -> Signal { input }

    /// `[H', W', C]`.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        try window.pooledShape(of: input)
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output = input.maxPool(window)
        context.observe(.values(output.detached))
        return output
    }
}

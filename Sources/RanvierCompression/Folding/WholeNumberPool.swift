import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

/// Sums over windows of images `[T, B, H, W, C]`: average pooling without its divisor; padding counts as zeros.
///
///     n[t, y, x] = Σ_window n[t]
///
/// What it is divided by goes into the thresholds behind it. Exact for sums of whole numbers below 2²⁰.
public struct WholeNumberPool: DescribedLayer {
    /// What is added up.
    public struct Options: Configurable {
        /// Size, stride and padding.
        public var window = PoolOptions()
        /// Whether one window covers the image, so that its axes go: `[T, B, H, W, C]` to `[T, B, C]`.
        public var isGlobal = false

        /// Windows of 2 × 2.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.part(\.window)
            Field.boolean("global", \.isGlobal)
            Field.refusing("size", "stride", "padding") {
                $0.isGlobal && $0.window != PoolOptions()
            } because: { _ in
                "has no effect with global: true, where one window covers the image"
            } settle: {
                $0.window = PoolOptions()
            }
        }
    }

    /// `whole-number-pool`.
    public static let kind = "whole-number-pool"
    /// Sums below this one are exact: means are multiplied by the size of the window again, and rounded.
    static let limit = 1_048_576.0
    /// What is added up.
    public let options: Options

    /// Sums over a square window; the stride is its size unless given.
    public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
        options = Options().with {
            $0.window = PoolOptions(size, stride: stride, padding: padding)
        }
    }

    /// Sums over whole images.
    public static let global = WholeNumberPool(Options().with { $0.isGlobal = true })

    private init(_ options: Options) { self.options = options }

    /// Sums as described.
    public init(_ options: Options, at site: LayerSite) { self.options = options }

    /// False.
    public var remembers: Bool { false }

    /// Sums of spikes are spikes with payloads; what comes in is of the same kind.
    public func signal(for input: Signal) -> Signal { input }

    private var mean: AveragePool2D {
        AveragePool2D(
            options.window.size, stride: options.window.stride, padding: options.window.padding)
    }

    /// `[H', W', C]`, or `[C]`.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        try options.isGlobal
            ? GlobalAveragePool2D().outputShape(for: input) : mean.outputShape(for: input)
    }

    /// Places that are added up, of an image `[…, H, W, C]`.
    func area(of shape: [Int]) -> Int {
        options.isGlobal && shape.count >= 3
            ? shape[shape.count - 3] * shape[shape.count - 2] : mean.window.area
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output =
            input.storageKind == .constantInTime
            ? sums(input.step(at: 0)).repeatedInTime(steps: input.shape[0]) : sums(input)
        context.observe(.values(output.detached))
        return output
    }

    private func sums(_ values: Tensor) -> Tensor {
        let means = options.isGlobal ? values.globalAveragePool() : values.averagePool(mean.window)
        return (means * Float(area(of: values.shape))).roundedToEven
    }
}

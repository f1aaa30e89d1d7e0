import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

/// Values as the whole numbers that a sensor or an image file counts.
///
///     n[t] = clip(round(L x[t]), 0, N)         (or −N … N)
///
/// Rounding is half to even; the gradient goes straight through it, as `L` inside the limits. With L = N = 255 pixels that
/// were divided by 255 are bytes again, exactly.
public struct WholeNumberInput: DescribedLayer {
    /// How values are counted.
    public struct Options: Configurable {
        /// What the value 1 counts, L.
        public var levels = 255
        /// The largest number, N; nil for that of the value 1.
        public var largest: Int?
        /// Whether numbers below 0 are there, too, down to −N.
        public var isSigned = false

        /// Bytes for 0 to 1.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.integer("levels", \.levels, in: 1...WholeNumberInput.most, drawn: 1...16)
            Field.optionalInteger(
                "largest", \.largest, in: 1...WholeNumberInput.most, drawn: 1...16)
            Field.boolean("signed", \.isSigned)
        }
    }

    /// False: thresholds are hundreds, and surrogates about one wide.
    public var hasInputGradient: Bool { false }

    /// `whole-number-input`.
    public static let kind = "whole-number-input"
    /// Numbers of 16 bits.
    static let most = 65_535
    /// How values are counted.
    public let options: Options

    /// The largest number, N.
    public var largest: Int { options.largest ?? options.levels }

    /// Values as numbers of a sensor.
    public init(levels: Int = 255, largest: Int? = nil, isSigned: Bool = false) {
        precondition((1...Self.most).contains(levels), "1 to \(Self.most) levels, not \(levels)")
        options = Options().with {
            ($0.levels, $0.largest, $0.isSigned) = (levels, largest, isSigned)
        }
    }

    /// The same at every place.
    public init(_ options: Options, at site: LayerSite) { self.options = options }

    /// False.
    public var remembers: Bool { false }

    /// Whether all numbers are zeros and ones.
    private var countsSpikes: Bool { options.levels == 1 && largest == 1 && !options.isSigned }

    /// Values, or spikes where there is one level, as constant as what comes in.
    public func signal(for input: Signal) -> Signal {
        Signal(countsSpikes ? .spikes : .values, isConstant: input.isConstant)
    }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// Any shape, unchanged; a sequence constant in time stays one.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        if countsSpikes, input.storageKind == .spikes {
            context.observe(.values(input.detached))
            return input
        }
        let output =
            input.storageKind == .constantInTime
            ? counted(input.step(at: 0)).repeatedInTime(steps: input.shape[0]) : counted(input)
        context.observe(.values(output.detached))
        return output
    }

    private func counted(_ values: Tensor) -> Tensor {
        let limit = Float(largest)
        let clipped = (values.dense * Float(options.levels))
            .clamped(to: (options.isSigned ? -limit : 0)...limit)
        return clipped.roundedToEven
    }
}

extension Tensor {
    /// The nearest whole numbers, half to even, of numbers below 2²²; the derivative is taken to be 1.
    var roundedToEven: Tensor {
        let magic = Tensor(12_582_912)
        return self + magic - magic
    }
}

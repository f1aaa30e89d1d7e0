import RanvierConfiguration
import RanvierTensors

/// Convolution along one axis of features, `[T, B, L, C]` to `[T, B, L', O]`.
///
///     y[…, i, o] = Σ_{k, c} x[…, i s + k − p, c] w[k, c, o] + b[o]
///
/// The axis is one of space or frequency, not time: steps do not mix.
public struct Convolution1D: DescribedLayer {
    /// What can be chosen of the convolution.
    public struct Options: Configurable {
        /// As along two axes; the window has one row.
        public var convolution = ConvolutionOptions().with { $0.window = ImageWindow(length: 3) }
        /// A window of 3 and one channel.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.optionalInteger("inputs", \.convolution.inputs, in: 1..., drawn: nil)
            Field.integer("channels", \.convolution.channels, in: 1..., isRequired: true)
            Field.integer("size", \.convolution.window.width, in: ImageWindow.sizes, drawn: 1...3)
            Field.integer(
                "stride", \.convolution.window.strideWidth, in: ImageWindow.sizes, drawn: 1...2)
            Field.integer(
                "padding", \.convolution.window.paddingWidth, in: ImageWindow.paddings, drawn: 0...2
            )
            ConvolutionOptions.shared(\.convolution)
        }
    }

    /// `conv1d`.
    public static let kind = "conv1d"
    let synapses: ConvolutionSynapses

    /// A window of `size` taps.
    public init(
        _ inputs: Int, _ outputs: Int, size: Int, stride: Int = 1, padding: Int = 0,
        groups: Int = 1, hasBias: Bool = true,
        initialization: ConvolutionInitialization = .uniform()
    ) {
        let options = ConvolutionOptions().with {
            $0.window = ImageWindow(length: size, stride: stride, padding: padding)
            ($0.channels, $0.groups) = (outputs, groups)
            ($0.hasBias, $0.initialization) = (hasBias, initialization)
        }
        synapses = ConvolutionSynapses(options, inputs: inputs, isFlat: true)
    }

    /// A convolution with given weights `[k, C / groups, O]` and bias.
    public init(
        weights: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, groups: Int = 1
    ) {
        precondition(weights.rank == 3, "weights are [k, C / groups, O], not \(weights.shape)")
        synapses = ConvolutionSynapses(
            weights: weights, bias: bias,
            window: ImageWindow(length: weights.shape[0], stride: stride, padding: padding),
            groups: groups)
    }

    /// A convolution as described.
    public init(_ options: Options, at site: LayerSite) throws(ShapeMismatch) {
        let complete = try options.convolution.complete(at: site)
        synapses = ConvolutionSynapses(
            complete, inputs: complete.inputs ?? site.channels, isFlat: true)
    }

    private init(_ synapses: ConvolutionSynapses) { self.synapses = synapses }

    /// Channels, window, and how the first weights are drawn.
    public var options: Options { Options().with { $0.convolution = synapses.options } }
    /// Channels that come in.
    public var inputs: Int { synapses.inputs }
    /// Channels that go out.
    public var outputs: Int { synapses.options.channels }
    /// Taps, stride and padding, as the columns of a window with one row.
    public var window: ImageWindow { synapses.options.window }
    /// Groups of channels that do not see each other.
    public var groups: Int { synapses.options.groups }
    /// `[k, C / groups, O]`.
    public var weights: Parameter { synapses.weights }
    /// `[O]`, or nil.
    public var bias: Parameter? { synapses.bias }

    /// `weights`, `bias`.
    public var parameters: [(name: String, parameter: Parameter)] { synapses.parameters }

    /// False.
    public var remembers: Bool { false }

    /// `[L', O]`, for features `[L, C]`.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        guard input.count == 2, input[1] == inputs,
            let size = window.outputSize(height: 1, width: input[0])
        else {
            throw ShapeMismatch(
                expected:
                    "features [length, \(inputs)] of at least the window's length, channels last",
                found: input)
        }
        return [size.width, outputs]
    }

    /// `[T, B, L, C]` to `[T, B, L', O]`.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let bias = bias?.tensor, stride = window.strideWidth, padding = window.paddingWidth
        let groups = groups, shape = input.gradientShape
        let output = context.synapses(input, weights) {
            $0.convolution1D($1, bias: bias, stride: stride, padding: padding, groups: groups)
        } errors: { gradient, weights in
            let signal = Tensor.zeros(shape).tracked()
            return signal.convolution1D(weights, stride: stride, padding: padding, groups: groups)
                .pullback(gradient, to: [signal])[0]
        }
        synapses.observe(
            input.detached.reshaped(to: input.shape.prefix(2) + [1] + input.shape.suffix(2)),
            output, in: context)
        return output
    }

    /// The same synapses followed by `y a + b` per channel.
    public func folding(scale a: Tensor, shift b: Tensor) -> (any Layer)? {
        Convolution1D(synapses.folding(scale: a, shift: b))
    }
}

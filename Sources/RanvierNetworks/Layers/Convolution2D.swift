import RanvierConfiguration
import RanvierTensors

/// Convolution of images, channels last.
///
///     y[t, b, i, j, o] = Σ_{k, l, c} x[t, b, i s + k − p, j s + l − p, c] w[k, l, c, o] + b[o]
///
/// All steps are convolved in one call, a sequence constant in time once. Weights lie `[k_h, k_w, C / groups, O]`.
public struct Convolution2D: DescribedLayer {
    /// `conv2d`.
    public static let kind = "conv2d"
    let synapses: ConvolutionSynapses

    /// A square window.
    public init(
        _ inputs: Int, _ outputs: Int, size: Int, stride: Int = 1, padding: Int = 0,
        groups: Int = 1, hasBias: Bool = true,
        initialization: ConvolutionInitialization = .uniform()
    ) {
        self.init(
            inputs, outputs, window: ImageWindow(size, stride: stride, padding: padding),
            groups: groups, hasBias: hasBias, initialization: initialization)
    }

    /// Any window.
    public init(
        _ inputs: Int, _ outputs: Int, window: ImageWindow, groups: Int = 1, hasBias: Bool = true,
        initialization: ConvolutionInitialization = .uniform()
    ) {
        let options = ConvolutionOptions().with {
            ($0.channels, $0.window, $0.groups) = (outputs, window, groups)
            ($0.hasBias, $0.initialization) = (hasBias, initialization)
        }
        synapses = ConvolutionSynapses(options, inputs: inputs, isFlat: false)
    }

    /// A convolution with given weights `[k_h, k_w, C / groups, O]` and bias.
    public init(weights: Tensor, bias: Tensor? = nil, window: ImageWindow, groups: Int = 1) {
        precondition(
            weights.rank == 4 && weights.shape[0] == window.height
                && weights.shape[1] == window.width,
            "weights \(weights.shape) do not fit the window \(window)")
        synapses = ConvolutionSynapses(weights: weights, bias: bias, window: window, groups: groups)
    }

    /// A convolution as described.
    public init(_ options: ConvolutionOptions, at site: LayerSite) throws(ShapeMismatch) {
        let complete = try options.complete(at: site)
        synapses = ConvolutionSynapses(
            complete, inputs: complete.inputs ?? site.channels, isFlat: false)
    }

    private init(_ synapses: ConvolutionSynapses) { self.synapses = synapses }

    /// Channels, window, and how the first weights are drawn.
    public var options: ConvolutionOptions { synapses.options }
    /// Channels that come in.
    public var inputs: Int { synapses.inputs }
    /// Channels that go out.
    public var outputs: Int { options.channels }
    /// Size, stride and padding.
    public var window: ImageWindow { options.window }
    /// Groups of channels that do not see each other.
    public var groups: Int { options.groups }
    /// `[k_h, k_w, C / groups, O]`.
    public var weights: Parameter { synapses.weights }
    /// `[O]`, or nil.
    public var bias: Parameter? { synapses.bias }

    /// `weights`, `bias`.
    public var parameters: [(name: String, parameter: Parameter)] { synapses.parameters }

    /// False.
    public var remembers: Bool { false }

    /// `[H', W', O]`, for images `[H, W, C]`.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        guard input.count == 3, input[2] == inputs else {
            throw ShapeMismatch(
                expected: "images [height, width, \(inputs)], channels last", found: input)
        }
        guard let size = window.outputSize(height: input[0], width: input[1]) else {
            throw ShapeMismatch(
                expected: "images not smaller than the window \(window)", found: input)
        }
        return [size.height, size.width, outputs]
    }

    /// `[T, B, H, W, C]` to `[T, B, H', W', O]`.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output = synapses.convolved(input, window: window, in: context)
        synapses.observe(input, output, in: context)
        return output
    }

    /// The same synapses followed by `y a + b` per channel.
    public func folding(scale a: Tensor, shift b: Tensor) -> (any Layer)? {
        Convolution2D(synapses.folding(scale: a, shift: b))
    }
}

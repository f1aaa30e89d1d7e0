import RanvierTensors

/// Convolution of images, channels last.
///
///     y[t, b, i, j, o] = Σ_{k, l, c} x[t, b, i s + k − p, j s + l − p, c] w[k, l, c, o] + b[o]
///
/// All steps are convolved in one call, a sequence constant in time once. Weights lie `[k_h, k_w, C / groups, O]`.
public struct Convolution2D: Layer {
    /// `conv2d`.
    public static let kind = "conv2d"

    /// Channels that come in.
    public let inputs: Int
    /// Channels that go out.
    public let outputs: Int
    /// Size, stride and padding.
    public let window: ImageWindow
    /// Groups of channels that do not see each other.
    public let groups: Int
    /// `[k_h, k_w, C / groups, O]`.
    public let weights: Parameter
    /// `[O]`, or nil.
    public let bias: Parameter?

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
        precondition(inputs > 0 && outputs > 0, "a convolution needs inputs and outputs")
        precondition(
            groups > 0 && inputs % groups == 0 && outputs % groups == 0,
            "\(inputs) and \(outputs) channels do not divide into \(groups) groups")
        self.inputs = inputs
        self.outputs = outputs
        self.window = window
        self.groups = groups
        let fanIn = window.area * inputs / groups
        weights = Parameter(
            shape: [window.height, window.width, inputs / groups, outputs],
            initialization: initialization.rule(
                fanIn: fanIn, fanOut: window.area * outputs / groups))
        bias =
            hasBias
            ? Parameter(shape: [outputs], initialization: .uniform(fanIn: fanIn), decays: false)
            : nil
    }

    /// A convolution with given weights `[k_h, k_w, C / groups, O]` and bias.
    public init(weights: Tensor, bias: Tensor? = nil, window: ImageWindow, groups: Int = 1) {
        precondition(
            weights.rank == 4 && weights.shape[0] == window.height
                && weights.shape[1] == window.width,
            "weights \(weights.shape) do not fit the window \(window)")
        inputs = weights.shape[2] * groups
        outputs = weights.shape[3]
        self.window = window
        self.groups = groups
        self.weights = Parameter(value: weights)
        self.bias = bias.map { Parameter(value: $0, decays: false) }
    }

    /// `weights`, `bias`.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("weights", weights)] + (bias.map { [("bias", $0)] } ?? [])
    }

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
        self(input, in: context, measuresChannels: false)
    }

    /// - Parameter measuresChannels: whether a normalisation follows.
    func callAsFunction(_ input: Tensor, in context: ForwardContext, measuresChannels: Bool)
        -> Tensor
    {
        let output = input.convolution(
            weights.tensor, bias: bias?.tensor, window: window, groups: groups,
            measuresChannels: measuresChannels)
        if context.observer != nil {
            let operations = ConvolutionOperations(
                weights: weights.value, window: window, groups: groups)
            context.observe(.operations(operations.count(for: input)))
            context.observe(.values(output.detached))
        }
        return output
    }
}

/// How the first weights of a convolution are drawn.
public enum ConvolutionInitialization: Sendable, Hashable {
    /// Uniform in ±gain/√fan-in: the default of most frameworks.
    case uniform(gain: Float = 1)
    /// Normal with standard deviation √(2/fan-out). Source: He et al. 2015, backward form.
    case heFanOut

    func rule(fanIn: Int, fanOut: Int) -> Initialization {
        switch self {
        case .uniform(let gain): .uniform(fanIn: fanIn, gain: gain)
        case .heFanOut: .normal(fanIn: fanOut, gain: Float(2).squareRoot())
        }
    }
}

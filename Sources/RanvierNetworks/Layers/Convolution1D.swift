import RanvierTensors

/// Convolution along one axis of features, `[T, B, L, C]` to `[T, B, L', O]`.
///
///     y[…, i, o] = Σ_{k, c} x[…, i s + k − p, c] w[k, c, o] + b[o]
///
/// The axis is one of space or frequency, not time: steps do not mix.
public struct Convolution1D: Layer {
    /// `conv1d`.
    public static let kind = "conv1d"

    /// Channels that come in.
    public let inputs: Int
    /// Channels that go out.
    public let outputs: Int
    /// Taps, stride and padding, as the columns of a window with one row.
    public let window: ImageWindow
    /// Groups of channels that do not see each other.
    public let groups: Int
    /// `[k, C / groups, O]`.
    public let weights: Parameter
    /// `[O]`, or nil.
    public let bias: Parameter?

    /// A window of `size` taps.
    public init(
        _ inputs: Int, _ outputs: Int, size: Int, stride: Int = 1, padding: Int = 0,
        groups: Int = 1, hasBias: Bool = true,
        initialization: ConvolutionInitialization = .uniform()
    ) {
        precondition(
            inputs > 0 && outputs > 0 && groups > 0 && inputs % groups == 0
                && outputs % groups == 0,
            "\(inputs) and \(outputs) channels do not divide into \(groups) groups")
        self.inputs = inputs
        self.outputs = outputs
        self.groups = groups
        window = ImageWindow(length: size, stride: stride, padding: padding)
        let fanIn = size * inputs / groups
        weights = Parameter(
            shape: [size, inputs / groups, outputs],
            initialization: initialization.rule(fanIn: fanIn, fanOut: size * outputs / groups))
        bias =
            hasBias
            ? Parameter(shape: [outputs], initialization: .uniform(fanIn: fanIn), decays: false)
            : nil
    }

    /// A convolution with given weights `[k, C / groups, O]` and bias.
    public init(
        weights: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, groups: Int = 1
    ) {
        precondition(weights.rank == 3, "weights are [k, C / groups, O], not \(weights.shape)")
        inputs = weights.shape[1] * groups
        outputs = weights.shape[2]
        window = ImageWindow(length: weights.shape[0], stride: stride, padding: padding)
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
        let output = input.convolution1D(
            weights.tensor, bias: bias?.tensor, stride: window.strideWidth,
            padding: window.paddingWidth, groups: groups)
        if context.observer != nil {
            let operations = ConvolutionOperations(
                weights: weights.value.reshaped(to: [1] + weights.shape), window: window,
                groups: groups)
            let image = input.detached.reshaped(
                to: input.shape.prefix(2) + [1] + input.shape.suffix(2))
            context.observe(.operations(operations.count(for: image)))
            context.observe(.values(output.detached))
        }
        return output
    }
}

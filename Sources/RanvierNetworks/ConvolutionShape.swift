import RanvierTensors

/// Sizes of a two-dimensional convolution.
public struct ConvolutionShape: Hashable, Sendable {
    /// Channels that come in.
    public let inputChannels: Int
    /// Rows of the input.
    public let height: Int
    /// Columns of the input.
    public let width: Int
    /// Channels that go out.
    public let outputChannels: Int
    /// The kernel, its stride and the zeros around the input.
    public let window: ImageWindow
    /// Groups of channels that do not see each other.
    public let groups: Int

    /// Makes a shape.
    /// - Throws: ``FanOutError`` where a size is not positive, the kernel does not fit the padded
    ///   input, or channels do not divide into the groups.
    public init(
        inputChannels: Int, height: Int, width: Int, outputChannels: Int, kernelHeight: Int,
        kernelWidth: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1
    ) throws {
        for (what, size) in [
            ("kernel height", kernelHeight), ("kernel width", kernelWidth), ("stride", stride),
        ] {
            try Self.require(what, size)
        }
        guard padding >= 0 else {
            throw FanOutError(
                what: "padding of a convolution", expected: "at least 0", found: "\(padding)")
        }
        try self.init(
            inputChannels: inputChannels, height: height, width: width,
            outputChannels: outputChannels,
            window: ImageWindow(
                height: kernelHeight, width: kernelWidth, strideHeight: stride,
                strideWidth: stride, paddingHeight: padding, paddingWidth: padding),
            groups: groups)
    }

    /// Makes a shape with any window.
    /// - Throws: ``FanOutError`` as above.
    public init(
        inputChannels: Int, height: Int, width: Int, outputChannels: Int, window: ImageWindow,
        groups: Int = 1
    ) throws {
        for (what, size) in [
            ("input channels", inputChannels), ("height", height), ("width", width),
            ("output channels", outputChannels), ("groups", groups),
        ] {
            try Self.require(what, size)
        }
        guard let output = window.outputSize(height: height, width: width) else {
            throw FanOutError(
                what: "kernel of a convolution",
                expected: "at most \(height + 2 * window.paddingHeight) × "
                    + "\(width + 2 * window.paddingWidth)",
                found: "\(window.height) × \(window.width)")
        }
        guard inputChannels % groups == 0, outputChannels % groups == 0 else {
            throw FanOutError(
                what: "groups of a convolution", expected: "a divisor of both channel numbers",
                found: "\(groups) for \(inputChannels) and \(outputChannels) channels")
        }
        self.inputChannels = inputChannels
        self.height = height
        self.width = width
        self.outputChannels = outputChannels
        self.window = window
        self.groups = groups
        (outputHeight, outputWidth) = (output.height, output.width)
    }

    private static func require(_ what: String, _ size: Int) throws {
        guard size < 1 else { return }
        throw FanOutError(
            what: "\(what) of a convolution", expected: "at least 1", found: "\(size)")
    }

    /// Rows of the output.
    public let outputHeight: Int
    /// Columns of the output.
    public let outputWidth: Int
    /// Number of weights, `[out][in / groups][ky][kx]`.
    public var weights: Int { outputChannels * inputChannels / groups * window.area }
    /// Multiplications if zeros of the padding were multiplied too.
    public var paddedMultiplications: Int { weights * outputHeight * outputWidth }
}

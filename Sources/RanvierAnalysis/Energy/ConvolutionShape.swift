import RanvierLearning

/// Sizes of a two-dimensional convolution.
public struct ConvolutionShape: Codable, Equatable, Sendable {
    /// Channels that come in.
    public let inputChannels: Int
    /// Rows of the input.
    public let height: Int
    /// Columns of the input.
    public let width: Int
    /// Channels that go out.
    public let outputChannels: Int
    /// Rows of the kernel.
    public let kernelHeight: Int
    /// Columns of the kernel.
    public let kernelWidth: Int
    /// Step between output positions.
    public let stride: Int
    /// Zeros around the input.
    public let padding: Int
    /// Groups of channels that do not see each other.
    public let groups: Int

    /// Makes a shape.
    /// - Throws: `AnalysisError` where a size is not positive, the kernel does not fit the padded
    ///   input, or channels do not divide into the groups.
    public init(
        inputChannels: Int, height: Int, width: Int, outputChannels: Int, kernelHeight: Int,
        kernelWidth: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1
    ) throws {
        let sizes = [
            ("input channels", inputChannels), ("height", height), ("width", width),
            ("output channels", outputChannels), ("kernel height", kernelHeight),
            ("kernel width", kernelWidth), ("stride", stride), ("groups", groups),
        ]
        for (what, size) in sizes where size < 1 {
            throw AnalysisError.impossibleValue(
                what: "\(what) of a convolution", expected: "at least 1", found: "\(size)")
        }
        guard padding >= 0, kernelHeight <= height + 2 * padding,
            kernelWidth <= width + 2 * padding
        else {
            throw AnalysisError.impossibleValue(
                what: "kernel of a convolution",
                expected: "at most \(height + 2 * padding) × \(width + 2 * padding)",
                found: "\(kernelHeight) × \(kernelWidth) with padding \(padding)")
        }
        guard inputChannels % groups == 0, outputChannels % groups == 0 else {
            throw AnalysisError.impossibleValue(
                what: "groups of a convolution", expected: "a divisor of both channel numbers",
                found: "\(groups) for \(inputChannels) and \(outputChannels) channels")
        }
        self.inputChannels = inputChannels
        self.height = height
        self.width = width
        self.outputChannels = outputChannels
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.stride = stride
        self.padding = padding
        self.groups = groups
    }

    /// Rows of the output.
    public var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
    /// Columns of the output.
    public var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }
    /// Number of weights, `[out][in / groups][ky][kx]`.
    public var weights: Int { outputChannels * inputChannels / groups * kernelHeight * kernelWidth }
    /// Multiplications if zeros of the padding were multiplied too.
    public var paddedMultiplications: Int { weights * outputHeight * outputWidth }
}

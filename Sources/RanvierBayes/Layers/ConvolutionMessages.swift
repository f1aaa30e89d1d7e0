/// The factor between weights, inputs and pre-activations of a convolution, for some samples: ``LinearMessages`` on the patches.
///
/// Weights are shared by all positions p of all samples. With a = c (m_v − μ) and s_a = c² s_v of a patch (padding has mean 0 and
/// variance 0 after centring):
///
///     ω_ip = Σ_j m_ji a_jp + mb_i          V_ip = Σ_j [ s_ji a_jp² + (m_ji² + s_ji) s_a,jp ] + sb_i + σ²
///     A_v = c² Σ Γ⁺_ip m_ji²,              B_v = c Σ g_ip m_ji + A_v m_v      (m_v as it is, added once)
///
/// The covariance of positions that share weights is neglected. Messages are relaxed; those to biases are exact for each position.
public struct ConvolutionMessages: Sendable {
    /// Sizes of a convolution.
    public struct Shape: Sendable, Hashable {
        /// Input: channels, rows, columns.
        public var channels: Int, height: Int, width: Int
        /// Output channels.
        public var outputs: Int
        /// Rows and columns of the kernel, of padding on each side, and from one position to the next.
        public var kernel: Int, padding: Int, stride: Int

        /// Sizes.
        public init(
            channels: Int, height: Int, width: Int, outputs: Int, kernel: Int, padding: Int,
            stride: Int
        ) {
            self.channels = channels
            self.height = height
            self.width = width
            self.outputs = outputs
            self.kernel = kernel
            self.padding = padding
            self.stride = stride
        }

        /// Inputs of a patch.
        public var fanIn: Int { channels * kernel * kernel }
        /// Rows of positions.
        public var outputHeight: Int { (height + 2 * padding - kernel) / stride + 1 }
        /// Columns of positions.
        public var outputWidth: Int { (width + 2 * padding - kernel) / stride + 1 }
        /// Positions of a sample.
        public var positions: Int { outputHeight * outputWidth }

        /// Where in a sample, `[channel, row, column]`, the input `j` (`[channel, row, column]` of the kernel) of a position lies;
        /// nil for padding.
        func source(of j: Int, position: Int) -> Int? {
            let channel = j / (kernel * kernel), inside = j % (kernel * kernel)
            let row = position / outputWidth * stride + inside / kernel - padding
            let column = position % outputWidth * stride + inside % kernel - padding
            guard row >= 0, row < height, column >= 0, column < width else { return nil }
            return (channel * height + row) * width + column
        }
    }

    /// Sizes.
    public let shape: Shape
    /// Moments of inputs, `[samples, channels · rows · columns]`.
    public let inputs: MomentMatrix
    /// The messages of all patches, `[samples · positions, …]`.
    public let patches: LinearMessages

    /// The forward pass of a convolution.
    ///
    /// - Parameters:
    ///   - weights: `[inputs of a patch, output channels]`.
    ///   - centre: μ of each input channel, nil for 0.
    public init(
        shape: Shape, inputs: MomentMatrix, weights: MomentMatrix, biases: MomentMatrix,
        scale: Double, noise: Double, centre: [Double]? = nil
    ) {
        self.shape = shape
        self.inputs = inputs
        let samples = inputs.mean.rows, positions = shape.positions
        var mean = PlainMatrix(rows: samples * positions, columns: shape.fanIn), variance = mean
        for row in 0..<mean.rows {
            for j in 0..<shape.fanIn {
                guard let source = shape.source(of: j, position: row % positions) else { continue }
                let channel = j / (shape.kernel * shape.kernel)
                mean[row, j] = inputs.mean[row / positions, source] - (centre?[channel] ?? 0)
                variance[row, j] = inputs.variance[row / positions, source]
            }
        }
        patches = LinearMessages(
            inputs: MomentMatrix(mean: mean, variance: variance), weights: weights,
            biases: biases, scale: scale, noise: noise)
    }

    /// Numbers of each patch, `[samples · positions, channels]`, in the order `[samples, channels · rows · columns]`.
    public func arranged(_ patches: PlainMatrix) -> PlainMatrix {
        let positions = shape.positions, samples = patches.rows / positions
        var result = PlainMatrix(rows: samples, columns: patches.columns * positions)
        for row in 0..<patches.rows {
            for channel in 0..<patches.columns {
                result[row / positions, channel * positions + row % positions] =
                    patches[row, channel]
            }
        }
        return result
    }

    /// The other way round.
    public func byPatch(_ values: PlainMatrix) -> PlainMatrix {
        let positions = shape.positions, channels = values.columns / positions
        var result = PlainMatrix(rows: values.rows * positions, columns: channels)
        for row in 0..<result.rows {
            for channel in 0..<channels {
                result[row, channel] =
                    values[row / positions, channel * positions + row % positions]
            }
        }
        return result
    }

    /// Messages of all positions to the weights and biases, summed over the batch.
    ///
    /// - Parameter moments: `[samples · positions][channels]`.
    public func sums(
        _ moments: [[FactorMoments]]
    ) -> (weights: MessageMatrix, biases: MessageMatrix) {
        patches.sums(moments, isExact: false)
    }

    /// Messages to every input, `[samples, channels · rows · columns]`, from all patches that read it.
    public func toInputs(_ moments: [[FactorMoments]]) -> MessageMatrix {
        var result = MessageMatrix(rows: inputs.mean.rows, columns: inputs.mean.columns)
        let scale = patches.scale, positions = shape.positions
        for (row, factors) in moments.enumerated() {
            let sample = row / positions
            for j in 0..<shape.fanIn {
                guard let source = shape.source(of: j, position: row % positions) else { continue }
                for (i, factor) in factors.enumerated() {
                    let m = patches.weights.mean[j, i]
                    result.precision[sample, source] +=
                        scale * scale * factor.concave.curvature * m * m
                    result.linear[sample, source] += scale * factor.slope * m
                }
            }
        }
        for index in result.linear.values.indices {
            result.linear.values[index] +=
                result.precision.values[index] * inputs.mean.values[index]
        }
        return result
    }
}

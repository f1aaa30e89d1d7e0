extension Tensor {
    /// Convolution of images whose channels lie last.
    ///
    ///     y[…, i, j, o] = Σ_{k, l, c} x[…, i s + k − p, j s + l − p, c] w[k, l, c, o] + b[o]
    ///
    /// All leading axes count as one batch: a whole sequence `[T, B, H, W, C]` is one call. Images outside the
    /// borders are 0. With several groups, output `o` sees only the channels of its group, which are
    /// numbered from 0 inside it.
    ///
    /// A sequence constant in time is convolved once ("constantConvolution" is noted). Few spikes add the
    /// weights of the taps they reach ("spikePatches", then a spike product), more are unpacked part by part
    /// where they are needed ("spikeUnpack"); both stay bits for the backward pass. While a tape is recorded, matrix units,
    /// where there are any, convolve images of spikes and numbers with a stride of one ("tileConvolution") and multiply
    /// patches of others.
    ///
    /// - Parameters:
    ///   - weights: `[k_h, k_w, C / groups, O]`: the outgoing weights of an input at one tap are
    ///     contiguous. ``convolutionWeights(fromOutputFirst:)`` converts from the order `[O, C, k_h, k_w]`.
    ///   - bias: `[O]`.
    ///   - window: stride and padding; its size must be that of the weights.
    /// - Returns: `[…, H', W', O]`.
    public func convolution(
        _ weights: Tensor, bias: Tensor? = nil, window: ImageWindow, groups: Int = 1
    ) -> Tensor {
        convolution(weights, bias: bias, window: window, groups: groups, measuresChannels: false)
    }

    /// The same for a normalisation that follows: where it costs next to nothing, moments of the channels are taken on the
    /// way.
    package func convolution(
        _ weights: Tensor, bias: Tensor?, window: ImageWindow, groups: Int, measuresChannels: Bool
    ) -> Tensor {
        if let constant = mappingStep({
            $0.convolution(weights, bias: bias, window: window, groups: groups)
        }) {
            KernelLog.note("constantConvolution")
            return constant
        }
        let isRecorded = isTracked || weights.isTracked || bias?.isTracked == true
        let pass = ConvolutionPass(
            detached, weights.detached, convolutionSizes(weights, bias, window, groups),
            isRecorded: isRecorded)
        let value = pass.value(bias: bias?.detached, measuresChannels: measuresChannels)
        let wantsInput = isTracked, hasBias = bias != nil
        let wantsWeights = weights.isTracked || bias?.isTracked == true
        return Tape.record(value, inputs: [self, weights] + (bias.map { [$0] } ?? [])) { gradient in
            let parts = pass.pullback(
                gradient, wantsInput: wantsInput, wantsWeights: wantsWeights, hasBias: hasBias)
            return [parts.input, parts.weights, parts.bias]
        }
    }

    /// Convolution along one axis, `[…, L, C]` to `[…, L', O]`, with weights `[k, C / groups, O]`.
    public func convolution1D(
        _ weights: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, groups: Int = 1
    ) -> Tensor {
        precondition(
            rank >= 2 && weights.rank == 3,
            "a 1-D convolution of \(shape) with weights \(weights.shape)")
        let image = reshaped(to: shape.dropLast(2) + [1] + shape.suffix(2))
        let result = image.convolution(
            weights.reshaped(to: [1] + weights.shape), bias: bias,
            window: ImageWindow(length: weights.shape[0], stride: stride, padding: padding),
            groups: groups)
        return result.reshaped(to: result.shape.dropLast(3) + result.shape.suffix(2))
    }

    /// Weights `[O, C / groups, k_h, k_w]`, the order of PyTorch, in the order of ``convolution(_:bias:window:groups:)``.
    public static func convolutionWeights(fromOutputFirst weights: Tensor) -> Tensor {
        weights.transposed([2, 3, 1, 0])
    }

    /// Weights of ``convolution(_:bias:window:groups:)`` in the order `[O, C / groups, k_h, k_w]`.
    public var outputFirstConvolutionWeights: Tensor { transposed([3, 2, 0, 1]) }

    private func convolutionSizes(
        _ weights: Tensor, _ bias: Tensor?, _ window: ImageWindow, _ groups: Int
    ) -> ConvolutionSizes {
        precondition(
            rank >= 3 && weights.rank == 4 && groups > 0,
            "a convolution of \(shape) with weights \(weights.shape) in \(groups) groups")
        let image = Array(shape.suffix(3)), outputs = weights.shape[3]
        precondition(
            weights.shape[0] == window.height && weights.shape[1] == window.width
                && weights.shape[2] * groups == image[2] && outputs % groups == 0,
            "weights \(weights.shape) do not fit images \(image), \(window), \(groups) groups")
        precondition(bias == nil || bias?.shape == [outputs], "a bias for \(outputs) channels")
        guard let size = window.outputSize(height: image[0], width: image[1]) else {
            preconditionFailure("a window \(window) does not fit images \(image)")
        }
        return ConvolutionSizes(
            images: shape.dropLast(3).reduce(1, *), height: image[0], width: image[1],
            channels: image[2], outputs: outputs, window: window, groups: groups,
            outputHeight: size.height, outputWidth: size.width)
    }
}

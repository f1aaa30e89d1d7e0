import CRanvierKernels

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
        let sizes = convolutionSizes(weights, bias, window, groups)
        let kernel = ConvolutionKernel(sizes: sizes)
        let target =
            Array(shape.dropLast(3)) + [sizes.outputHeight, sizes.outputWidth, sizes.outputs]
        let x = detached, w = weights.denseBuffer
        let isRecorded = isTracked || weights.isTracked || bias?.isTracked == true
        let tiles = isRecorded ? TileConvolution(sizes) : nil
        let patches = listsPatches(sizes, tiles, isRecorded) ? x.spikePatches(sizes) : nil
        let matrix = [sizes.weightCount / sizes.outputs, sizes.outputs]
        let value =
            patches.map {
                Tensor.product(
                    $0, weights.detached.reshaped(to: matrix), bias?.detached, target,
                    isTraining: isRecorded)
            }
            ?? Tensor(
                shape: target,
                dense: tiles?.forward(
                    x, weights: w, bias: bias?.denseBuffer, measuresChannels: measuresChannels)
                    ?? kernel.forward(ConvolutionInput(x), weights: w, bias: bias?.denseBuffer))
        let wantsInput = isTracked, hasBias = bias != nil
        let wantsWeights = weights.isTracked || bias?.isTracked == true
        let weightShape = weights.shape
        return Tape.record(value, inputs: [self, weights] + (bias.map { [$0] } ?? [])) { gradient in
            let rows = [gradient.count / matrix[1], matrix[1]]
            var parts: [Tensor?] = [nil, nil, nil]
            if wantsWeights, hasBias, tiles != nil || patches != nil {
                parts[2] = gradient.reshaped(to: rows).sum(axes: [0])
            }
            let hasFew = wantsInput && kernel.hasFewNumbers(gradient, onTiles: tiles != nil)
            if let tiles {
                let found = tiles.gradients(
                    gradient, weights: wantsInput && !hasFew ? w : nil,
                    spikes: wantsWeights && patches == nil ? x.spikeBits : nil)
                parts[0] = found.input.map { Tensor(shape: x.shape, dense: $0) }
                parts[1] = found.weights
            }
            if wantsInput, parts[0] == nil {
                let upstream = gradient.denseBuffer
                parts[0] = Tensor(
                    shape: x.shape,
                    dense: hasFew
                        ? kernel.sparseInputGradient(upstream, weights: w)
                        : kernel.inputGradient(upstream, weights: w))
            }
            if wantsWeights, let patches {
                parts[1] = Tensor.weightGradient(patches, gradient.reshaped(to: rows))
                    .reshaped(to: weightShape)
            } else if wantsWeights, parts[1] == nil {
                let sums = kernel.weightGradient(
                    ConvolutionInput(x), gradient.denseBuffer, hasBias: hasBias)
                parts[1] = Tensor(shape: weightShape, dense: sums.weights)
                parts[2] = sums.bias.map { Tensor(shape: [$0.count], dense: $0) }
            }
            return parts
        }
    }

    /// Whether spikes are multiplied patch by patch: where few are visited one by one, by measured crossovers, or where
    /// matrix units take the patches of a convolution that has no kernel there.
    private func listsPatches(
        _ sizes: ConvolutionSizes, _ tiles: TileConvolution?, _ isRecorded: Bool
    ) -> Bool {
        guard sizes.groups == 1, let bits = spikeBits else { return false }
        if tiles != nil { return Double(bits.count) < 0.06 * Double(count) }
        let isLarge = sizes.images * sizes.outputHeight * sizes.outputWidth >= 2048
        return isRecorded && isLarge && TiledWeights.hasUnits && sizes.outputs >= 32
            || hasSparseSpikes(outputs: sizes.outputs, convolved: true)
    }

    /// What each position of the window sees, `[images, positions, window · channels]`.
    private func spikePatches(_ sizes: ConvolutionSizes) -> Tensor {
        guard let bits = spikeBits else { preconditionFailure("not a spike tensor") }
        KernelLog.note("spikePatches")
        let positions = sizes.outputHeight * sizes.outputWidth
        let seen = sizes.window.area * sizes.channels
        let result = SpikeBits(rows: sizes.images, bitsPerRow: positions * seen)
        let perRow = bits.bitsPerRow / sizes.imageCount
        Parallel.forEachRange(of: sizes.images, grain: max(1, 4096 / positions)) { range in
            var window = sizes.windowForm
            for image in range {
                rnv_spike_patches(
                    &window, bits.row(image / perRow), image % perRow * sizes.imageCount,
                    result.row(image))
            }
        }
        return Tensor(shape: [sizes.images, positions, seen], spikes: result)
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

import CRanvierKernels

/// One convolution, forward and backward, by the kernels that suit its numbers.
struct ConvolutionPass: Sendable {
    private let x: Tensor
    private let weights: Tensor
    private let sizes: ConvolutionSizes
    private let isRecorded: Bool
    private let tiles: TileConvolution?
    /// What each position of the window sees, where spikes are multiplied patch by patch.
    private let patches: Tensor?

    private var kernel: ConvolutionKernel { ConvolutionKernel(sizes: sizes) }
    /// Shape of the weights, and of the patches, as a matrix.
    private var matrix: [Int] { [sizes.weightCount / sizes.outputs, sizes.outputs] }

    /// - Parameter isRecorded: whether a tape is recorded, as in training.
    init(_ x: Tensor, _ weights: Tensor, _ sizes: ConvolutionSizes, isRecorded: Bool) {
        self.x = x
        self.weights = weights
        self.sizes = sizes
        self.isRecorded = isRecorded
        tiles = isRecorded ? TileConvolution(sizes) : nil
        patches =
            Self.listsPatches(x, sizes, isRecorded: isRecorded, hasTiles: tiles != nil)
            ? Self.patches(of: x, sizes) : nil
    }

    func value(bias: Tensor?, measuresChannels: Bool) -> Tensor {
        let target =
            x.shape.dropLast(3) + [sizes.outputHeight, sizes.outputWidth, sizes.outputs]
        if let patches {
            return Tensor.product(
                patches, weights.reshaped(to: matrix), bias, Array(target), isTraining: isRecorded)
        }
        let w = weights.denseBuffer, b = bias?.denseBuffer
        return Tensor(
            shape: Array(target),
            dense: tiles?.forward(x, weights: w, bias: b, measuresChannels: measuresChannels)
                ?? kernel.forward(ConvolutionInput(x), weights: w, bias: b))
    }

    func pullback(_ gradient: Tensor, wantsInput: Bool, wantsWeights: Bool, hasBias: Bool) -> (
        input: Tensor?, weights: Tensor?, bias: Tensor?
    ) {
        let hasFew = wantsInput && kernel.hasFewNumbers(gradient, onTiles: tiles != nil)
        let tiled = tiles?.gradients(
            gradient, weights: wantsInput && !hasFew ? weights.denseBuffer : nil,
            spikes: wantsWeights && patches == nil ? x.spikeBits : nil)
        var input = tiled?.input
        if wantsInput, input == nil {
            input =
                hasFew
                ? kernel.sparseInputGradient(gradient.denseBuffer, weights: weights.denseBuffer)
                : kernel.inputGradient(gradient.denseBuffer, weights: weights.denseBuffer)
        }
        let sums = wantsWeights ? weightGradient(gradient, tiled?.weights, hasBias: hasBias) : nil
        return (
            input.map { Tensor(shape: x.shape, dense: $0) }, sums?.weights, sums?.bias
        )
    }

    /// - Parameter tiled: the gradient of the weights, where matrix units have worked it out.
    private func weightGradient(_ gradient: Tensor, _ tiled: Tensor?, hasBias: Bool) -> (
        weights: Tensor, bias: Tensor?
    ) {
        let rows = gradient.reshaped(to: [gradient.count / sizes.outputs, sizes.outputs])
        if let weights = tiled ?? patches.map({ Tensor.weightGradient($0, rows) }) {
            return (weights.reshaped(to: self.weights.shape), hasBias ? rows.sum(axes: [0]) : nil)
        }
        let sums = kernel.weightGradient(
            ConvolutionInput(x), gradient.denseBuffer, hasBias: hasBias)
        return (
            Tensor(shape: weights.shape, dense: sums.weights),
            sums.bias.map { Tensor(shape: [$0.count], dense: $0) }
        )
    }

    /// Whether spikes are multiplied patch by patch: where few are visited one by one, by measured crossovers, or where
    /// matrix units take the patches of a convolution that has no kernel there.
    private static func listsPatches(
        _ x: Tensor, _ sizes: ConvolutionSizes, isRecorded: Bool, hasTiles: Bool
    ) -> Bool {
        guard sizes.groups == 1, let bits = x.spikeBits else { return false }
        if hasTiles { return Double(bits.count) < 0.06 * Double(x.count) }
        let isLarge = sizes.images * sizes.outputHeight * sizes.outputWidth >= 2048
        return isRecorded && isLarge && TiledWeights.hasUnits && sizes.outputs >= 32
            || x.hasSparseSpikes(outputs: sizes.outputs, convolved: true)
    }

    /// What each position of the window sees, `[images, positions, window · channels]`.
    private static func patches(of x: Tensor, _ sizes: ConvolutionSizes) -> Tensor {
        guard let bits = x.spikeBits else { preconditionFailure("not a spike tensor") }
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
}

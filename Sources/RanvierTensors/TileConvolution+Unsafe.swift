import CRanvierKernels

/// A convolution on matrix units, as good as in single precision.
struct TileConvolution {
    private let sizes: ConvolutionSizes

    /// - Returns: nil where the processor has no matrix units or the convolution does not fill them.
    init?(_ sizes: ConvolutionSizes) {
        let window = sizes.window
        guard TiledWeights.hasUnits, sizes.groups == 1,
            window.strideHeight == 1, window.strideWidth == 1,
            window.paddingHeight < window.height, window.paddingWidth < window.width,
            sizes.images * sizes.outputHeight * sizes.outputWidth >= 2048,
            Self.fills(inputs: window.width * sizes.channels, outputs: sizes.outputs),
            Self.fills(inputs: window.width * sizes.outputs, outputs: sizes.channels)
        else { return nil }
        self.sizes = sizes
    }

    /// Whether most of the tiles are numbers, for a row of the window.
    private static func fills(inputs: Int, outputs: Int) -> Bool {
        10 * inputs >= 6 * ((inputs + 31) / 32 * 32) && outputs >= 12
    }

    /// Images in a part of the work.
    private var grain: Int { max(1, 8_000_000 / max(sizes.operationsPerImage, 1)) }

    /// - Parameter measuresChannels: whether the moments of each image are taken while it is in the cache.
    func forward(
        _ x: Tensor, weights: FloatBuffer, bias: FloatBuffer?, measuresChannels: Bool
    ) -> FloatBuffer {
        KernelLog.note("tileConvolution")
        let positions = sizes.outputHeight * sizes.outputWidth
        let moments =
            measuresChannels
            ? ChannelMoments(groups: sizes.images, rows: positions, channels: sizes.outputs) : nil
        let result = FloatBuffer(count: sizes.images * sizes.resultCount)
        let plan = Plan(sizes.windowForm, outputs: sizes.outputs, weights: weights)
        let bits = x.spikeBits, numbers = bits == nil ? x.denseBuffer : nil
        Parallel.forEachRange(of: sizes.images, grain: grain) { images in
            let scratch = plan.scratch(spikes: bits != nil)
            for image in images {
                let to = result.pointer + image * sizes.resultCount
                if let numbers {
                    plan.run(numbers.pointer + image * sizes.imageCount, bias, scratch, to: to)
                } else if let bits {
                    plan.run(bits, image: image, bias, scratch, to: to)
                }
                moments?.measure(to, group: image, rows: positions)
            }
        }
        withExtendedLifetime((bits, numbers)) {}
        result.channelMoments = moments
        return result
    }

    /// The gradient of the input, where there are weights to work it out from, and that of the weights `[k_h, k_w, C, O]`,
    /// where there are spikes.
    ///
    /// Both read the same images of the upstream gradient while they are in the cache.
    func gradients(_ upstream: Tensor, weights: FloatBuffer?, spikes: SpikeBits?) -> (
        input: FloatBuffer?, weights: Tensor?
    ) {
        guard weights != nil || spikes != nil else { return (nil, nil) }
        if weights != nil { KernelLog.note("tileConvolutionInputGradient") }
        if spikes != nil { KernelLog.note("tileConvolutionWeightGradient") }
        let plan = weights.map { Plan(turnedForm, outputs: sizes.channels, weights: turned($0)) }
        let input = plan.map { _ in FloatBuffer(count: sizes.images * sizes.imageCount) }
        let slices = min(8, sizes.images), length = (sizes.images + slices - 1) / slices
        let sums = spikes.map { WeightSums($0, sizes, slices: slices) }
        let reader = NumberReader(upstream), resultCount = sizes.resultCount
        let atOnce = WeightSums.imagesAtOnce(sizes)
        Parallel.forEach(parts: slices) { slice in
            let scratch = plan?.scratch(spikes: false), sumScratch = sums?.scratch()
            let pieces = FloatBuffer(count: reader.needsScratch ? atOnce * resultCount : 0)
            let end = min((slice + 1) * length, sizes.images)
            for first in stride(from: slice * length, to: end, by: atOnce) {
                let images = first..<min(first + atOnce, end)
                let gradient = reader.read(
                    first * resultCount..<images.upperBound * resultCount, scratch: pieces.pointer)
                if let sums, let sumScratch {
                    sums.add(images, gradient, sumScratch, to: slice)
                }
                guard let plan, let scratch, let input else { continue }
                for image in images {
                    plan.run(
                        gradient + (image - first) * resultCount, nil, scratch,
                        to: input.pointer + image * sizes.imageCount)
                }
            }
            withExtendedLifetime(pieces) {}
        }
        withExtendedLifetime(reader) {}
        return (input, sums?.total())
    }

    /// The convolution that takes a gradient from the outputs to the inputs.
    private var turnedForm: rnv_window_t {
        var form = sizes.windowForm
        (form.height, form.output_height) = (form.output_height, form.height)
        (form.width, form.output_width) = (form.output_width, form.width)
        form.channels = sizes.outputs
        form.padding_height = sizes.window.height - 1 - sizes.window.paddingHeight
        form.padding_width = sizes.window.width - 1 - sizes.window.paddingWidth
        return form
    }

    /// Weights of that convolution: taps in the opposite order, outputs before channels.
    private func turned(_ weights: FloatBuffer) -> FloatBuffer {
        let channels = sizes.channels, outputs = sizes.outputs, taps = sizes.window.area
        let result = FloatBuffer(count: sizes.weightCount)
        for tap in 0..<taps {
            let from = weights.pointer + (taps - 1 - tap) * channels * outputs
            let to = result.pointer + tap * channels * outputs
            for output in 0..<outputs {
                for channel in 0..<channels {
                    to[output * channels + channel] = from[channel * outputs + output]
                }
            }
        }
        withExtendedLifetime(weights) {}
        return result
    }
}

/// Weights of a convolution packed for matrix units.
private struct Plan: Sendable {
    private let form: rnv_window_t
    private let outputs: Int
    private let packed: HalfBuffer

    init(_ form: rnv_window_t, outputs: Int, weights: FloatBuffer) {
        self.form = form
        self.outputs = outputs
        packed = withUnsafePointer(to: form) { form in
            let packed = HalfBuffer(count: rnv_tile_convolution_packed(form, outputs))
            rnv_tile_convolution_pack(form, outputs, weights.pointer, packed.pointer)
            return packed
        }
        withExtendedLifetime(weights) {}
    }

    /// Memory that a thread needs.
    func scratch(spikes: Bool) -> HalfBuffer {
        withUnsafePointer(to: form) {
            HalfBuffer(count: rnv_tile_convolution_scratch($0, spikes ? 1 : 0))
        }
    }

    /// Convolves one image of numbers.
    func run(
        _ image: UnsafePointer<Float>, _ bias: FloatBuffer?, _ scratch: HalfBuffer,
        to result: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: form) {
            rnv_tile_convolution(
                $0, outputs, packed.pointer, image, bias?.pointer, scratch.pointer, result)
        }
        withExtendedLifetime((packed, bias, scratch)) {}
    }

    /// Convolves one image of spikes.
    func run(
        _ bits: SpikeBits, image: Int, _ bias: FloatBuffer?, _ scratch: HalfBuffer,
        to result: UnsafeMutablePointer<Float>
    ) {
        let count = form.height * form.width * form.channels, perRow = bits.bitsPerRow / count
        withUnsafePointer(to: form) {
            rnv_tile_convolution_spikes(
                $0, outputs, packed.pointer, bits.row(image / perRow), image % perRow * count,
                bias?.pointer, scratch.pointer, result)
        }
        withExtendedLifetime((packed, bias, scratch, bits)) {}
    }
}

/// Sums of the gradient of weights that spikes go through, one for each slice of the images.
private struct WeightSums: Sendable {
    private let bits: SpikeBits
    private let sizes: ConvolutionSizes
    private let slices: Int
    private let rows: Int
    private let columns: Int
    private let sums: FloatBuffer

    /// Images whose gradients are worth being added together.
    static func imagesAtOnce(_ sizes: ConvolutionSizes) -> Int {
        withUnsafePointer(to: sizes.windowForm) { rnv_tile_convolution_images($0) }
    }

    init(_ bits: SpikeBits, _ sizes: ConvolutionSizes, slices: Int) {
        self.bits = bits
        self.sizes = sizes
        self.slices = slices
        rows = withUnsafePointer(to: sizes.windowForm) { rnv_tile_convolution_gradient_rows($0) }
        columns = rnv_tile_convolution_gradient_columns(sizes.outputs)
        sums = FloatBuffer(count: slices * rows * columns)
        sums.pointer.update(repeating: 0, count: sums.count)
    }

    /// Memory that a thread needs.
    func scratch() -> HalfBuffer {
        withUnsafePointer(to: sizes.windowForm) {
            HalfBuffer(
                count: rnv_tile_convolution_gradient_scratch(
                    $0, sizes.outputs, Self.imagesAtOnce(sizes)))
        }
    }

    /// Adds what some images give.
    func add(
        _ images: Range<Int>, _ gradient: UnsafePointer<Float>, _ scratch: HalfBuffer,
        to slice: Int
    ) {
        var spikes = rnv_spike_rows_t(
            words: bits.words, words_per_row: bits.wordsPerRow,
            samples: bits.bitsPerRow / sizes.imageCount, inputs: sizes.imageCount)
        withUnsafePointer(to: sizes.windowForm) {
            rnv_tile_convolution_gradient(
                $0, sizes.outputs, &spikes, images.lowerBound, images.count, gradient,
                scratch.pointer, sums.pointer + slice * rows * columns)
        }
        withExtendedLifetime((bits, scratch, sums)) {}
    }

    /// The sum of all slices, `[k_h, k_w, C, O]`.
    func total() -> Tensor {
        let count = rows * columns, window = sizes.window
        let result = FloatBuffer(count: count)
        result.pointer.update(from: sums.pointer, count: count)
        MatrixKernel.addSlices(
            sums.pointer + count, slices - 1, count: count, to: result.pointer)
        withExtendedLifetime(sums) {}
        return Tensor(shape: [window.height, rows / window.height, columns], dense: result)
            .slice(0..<window.width * sizes.channels, along: 1)
            .slice(0..<sizes.outputs, along: 2)
            .reshaped(to: [window.height, window.width, sizes.channels, sizes.outputs])
    }
}

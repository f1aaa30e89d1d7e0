import CRanvierKernels

extension Tensor {
    /// Mean over a window of each image and channel; padding counts as zeros.
    ///
    /// `[…, H, W, C]` to `[…, H', W', C]`; all leading axes count as one batch.
    public func averagePool(_ window: ImageWindow) -> Tensor {
        if let constant = mappingStep({ $0.averagePool(window) }) { return constant }
        let pool = Pooling(shape, window)
        let input = ConvolutionInput(self)
        let result = FloatBuffer(count: pool.images * pool.resultCount)
        Parallel.forEachRange(of: pool.images, grain: pool.grain) { range in
            let images = input.images(range, count: pool.imageCount)
            var form = pool.kernelForm
            rnv_average_pool(
                &form, range.count, images.pointer,
                result.pointer + range.lowerBound * pool.resultCount)
            withExtendedLifetime(images.owner) {}
        }
        let source = shape
        return Tape.record(Tensor(shape: pool.target, dense: result), inputs: [self]) { gradient in
            let upstream = gradient.denseBuffer
            let toInput = FloatBuffer(count: pool.images * pool.imageCount)
            Parallel.forEachRange(of: pool.images, grain: pool.grain) { range in
                var form = pool.kernelForm
                rnv_average_pool_backward(
                    &form, range.count, upstream.pointer + range.lowerBound * pool.resultCount,
                    toInput.pointer + range.lowerBound * pool.imageCount)
            }
            return [Tensor(shape: source, dense: toInput)]
        }
    }

    /// Largest element in a window of each image and channel; elements outside the image do not count.
    ///
    /// `[…, H, W, C]` to `[…, H', W', C]`. Spikes stay spikes: the maximum of bits is their union
    /// ("spikePool"). The gradient goes to the first largest element in row-major order.
    public func maxPool(_ window: ImageWindow) -> Tensor {
        if let constant = mappingStep({ $0.maxPool(window) }) { return constant }
        precondition(
            window.paddingHeight < window.height && window.paddingWidth < window.width,
            "padding of max pooling must be smaller than the window \(window)")
        let pool = Pooling(shape, window)
        let x = detached
        let value = x.spikeBits.map { pool.spikeMaximum($0) } ?? pool.maximum(x.denseBuffer)
        return Tape.record(value, inputs: [self]) { gradient in
            let upstream = gradient.denseBuffer
            let toInput = FloatBuffer(count: pool.images * pool.imageCount)
            let input = ConvolutionInput(x), output = ConvolutionInput(value)
            Parallel.forEachRange(of: pool.images, grain: pool.grain) { range in
                var form = pool.kernelForm
                let before = input.images(range, count: pool.imageCount)
                let after = output.images(range, count: pool.resultCount)
                rnv_max_pool_backward(
                    &form, range.count, before.pointer, after.pointer,
                    upstream.pointer + range.lowerBound * pool.resultCount,
                    toInput.pointer + range.lowerBound * pool.imageCount)
                withExtendedLifetime((before.owner, after.owner)) {}
            }
            return [Tensor(shape: x.shape, dense: toInput)]
        }
    }

    /// Mean over all positions of each image, `[…, H, W, C]` to `[…, C]`.
    public func globalAveragePool() -> Tensor {
        precondition(rank >= 3, "images have axes [H, W, C], not \(shape)")
        let pooled = averagePool(ImageWindow(height: shape[rank - 3], width: shape[rank - 2]))
        return pooled.reshaped(to: pooled.shape.dropLast(3) + [shape[rank - 1]])
    }
}

/// Sizes of a pooling operation.
private struct Pooling: Sendable {
    let images: Int
    let target: [Int]
    private let height: Int
    private let width: Int
    private let channels: Int
    private let window: ImageWindow
    private let output: (height: Int, width: Int)

    var imageCount: Int { height * width * channels }
    var resultCount: Int { output.height * output.width * channels }
    /// Images per part, by their size alone.
    var grain: Int { max(1, Tensor.elementGrain / max(imageCount, 1)) }

    init(_ shape: [Int], _ window: ImageWindow) {
        precondition(shape.count >= 3, "images have axes [H, W, C], not \(shape)")
        (height, width, channels) = (
            shape[shape.count - 3], shape[shape.count - 2], shape[shape.count - 1]
        )
        guard let output = window.outputSize(height: height, width: width) else {
            preconditionFailure("a window \(window) does not fit images \(shape)")
        }
        self.window = window
        self.output = output
        images = shape.dropLast(3).reduce(1, *)
        target = shape.dropLast(3) + [output.height, output.width, channels]
    }

    var kernelForm: rnv_pool_t {
        rnv_pool_t(
            height: height, width: width, channels: channels, out_height: output.height,
            out_width: output.width, window_height: window.height, window_width: window.width,
            stride_height: window.strideHeight, stride_width: window.strideWidth,
            padding_height: window.paddingHeight, padding_width: window.paddingWidth)
    }

    func maximum(_ input: FloatBuffer) -> Tensor {
        let result = FloatBuffer(count: images * resultCount)
        Parallel.forEachRange(of: images, grain: grain) { range in
            var form = kernelForm
            rnv_max_pool(
                &form, range.count, input.pointer + range.lowerBound * imageCount,
                result.pointer + range.lowerBound * resultCount)
        }
        return Tensor(shape: target, dense: result)
    }

    func spikeMaximum(_ bits: SpikeBits) -> Tensor {
        guard bits.bitsPerRow % imageCount == 0 else {
            // The first axis is inside an image: rows are no batches of images.
            return maximum(Tensor(shape: [images, imageCount], spikes: bits).denseBuffer)
        }
        KernelLog.note("spikePool")
        let perRow = bits.bitsPerRow / imageCount
        let result = SpikeBits(rows: bits.rows, bitsPerRow: perRow * resultCount)
        // Parts begin on a word of the result.
        let least = 64 >> min(resultCount.trailingZeroBitCount, 6)
        let grain = (self.grain + least - 1) / least * least
        let pieces = (perRow + grain - 1) / grain
        Parallel.forEach(parts: bits.rows * pieces) { part in
            let row = part / pieces, first = part % pieces * grain
            var form = kernelForm
            rnv_max_pool_spikes(
                &form, first, min(grain, perRow - first), bits.row(row), result.row(row))
        }
        return Tensor(shape: target, spikes: result)
    }
}

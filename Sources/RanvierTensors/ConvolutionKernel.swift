import COneDNN
import CRanvierKernels
import Synchronization

/// Sizes of a convolution, channels last.
struct ConvolutionSizes: Sendable, Hashable {
    var images: Int
    var height: Int
    var width: Int
    var channels: Int
    var outputs: Int
    var window: ImageWindow
    var groups: Int
    var outputHeight: Int
    var outputWidth: Int

    var imageCount: Int { height * width * channels }
    var resultCount: Int { outputHeight * outputWidth * outputs }
    var weightCount: Int { window.area * (channels / groups) * outputs }
    /// Multiplications and additions for one image.
    var operationsPerImage: Int { 2 * outputHeight * outputWidth * weightCount }

    func with(images: Int) -> ConvolutionSizes {
        var sizes = self
        sizes.images = images
        return sizes
    }

    var windowForm: rnv_window_t {
        rnv_window_t(
            height: height, width: width, channels: channels, window_height: window.height,
            window_width: window.width, stride_height: window.strideHeight,
            stride_width: window.strideWidth, padding_height: window.paddingHeight,
            padding_width: window.paddingWidth, output_height: outputHeight,
            output_width: outputWidth)
    }

    fileprivate var libraryForm: rnv_convolution_shape_t {
        rnv_convolution_shape_t(
            images: Int64(images), height: Int64(height), width: Int64(width),
            channels: Int64(channels), outputs: Int64(outputs),
            kernel_height: Int64(window.height), kernel_width: Int64(window.width),
            stride_height: Int64(window.strideHeight), stride_width: Int64(window.strideWidth),
            padding_height: Int64(window.paddingHeight), padding_width: Int64(window.paddingWidth),
            groups: Int64(groups))
    }
}

/// A convolution of oneDNN prepared for one shape; prepared once per process and shared by all threads.
final class ConvolutionPlan: @unchecked Sendable {
    enum Direction: Int32, Hashable {
        case forward = 0
        case inputGradient = 1
        case weightGradient = 2
    }

    private struct Key: Hashable {
        let sizes: ConvolutionSizes
        let direction: Direction
        let hasBias: Bool
    }

    private static let plans = Mutex<[Key: ConvolutionPlan]>([:])

    private let handle: OpaquePointer
    /// Floats that the packed weights occupy.
    let packedCount: Int
    private let scratchCount: Int

    static func plan(
        _ sizes: ConvolutionSizes, _ direction: Direction, hasBias: Bool = false
    ) -> ConvolutionPlan {
        let key = Key(sizes: sizes, direction: direction, hasBias: hasBias)
        return plans.withLock { plans in
            if let plan = plans[key] { return plan }
            let plan = ConvolutionPlan(sizes, direction, hasBias)
            plans[key] = plan
            return plan
        }
    }

    private init(_ sizes: ConvolutionSizes, _ direction: Direction, _ hasBias: Bool) {
        var shape = sizes.libraryForm
        var status: Int32 = 0
        guard
            let handle = rnv_convolution_create(
                &shape, direction.rawValue, hasBias ? 1 : 0, &status)
        else {
            preconditionFailure("oneDNN refused the convolution \(sizes): status \(status)")
        }
        self.handle = handle
        packedCount = (rnv_convolution_packed_bytes(handle) + 3) / 4
        scratchCount = (rnv_convolution_scratch_bytes(handle) + 3) / 4
    }

    deinit { rnv_convolution_destroy(handle) }

    /// Weights in the library's order, or back for a weight gradient.
    func pack(_ from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>) {
        let scratch = FloatBuffer(count: scratchCount)
        let status = rnv_convolution_pack(handle, from, to, scratch.pointer)
        precondition(status == 0, "oneDNN failed to order weights: status \(status)")
    }

    /// Runs on this thread; what is read and written depends on the direction.
    func run(
        images: UnsafeMutablePointer<Float>, packed: UnsafeMutablePointer<Float>,
        bias: UnsafeMutablePointer<Float>?, result: UnsafeMutablePointer<Float>
    ) {
        let scratch = FloatBuffer(count: scratchCount)
        let status = rnv_convolution_run(handle, images, packed, bias, result, scratch.pointer)
        precondition(status == 0, "oneDNN failed in a convolution: status \(status)")
    }
}

/// Convolutions of a batch of images, cut into parts by the size of the problem.
struct ConvolutionKernel: Sendable {
    let sizes: ConvolutionSizes

    /// Operations worth a part of their own.
    private static let partSize = 16_000_000
    /// Parts whose weight gradients are added up.
    private static let weightParts = 8

    /// Images per part: a power of two that depends on the image alone, so that a step and a whole sequence
    /// are convolved alike.
    private var grain: Int {
        let wanted = max(1, Self.partSize / max(sizes.operationsPerImage, 1))
        return min(1 << (Int.bitWidth - 1 - wanted.leadingZeroBitCount), 4096)
    }

    func forward(_ input: ConvolutionInput, weights: FloatBuffer, bias: FloatBuffer?) -> FloatBuffer
    {
        KernelLog.note("convolution")
        let result = FloatBuffer(count: sizes.images * sizes.resultCount)
        let packed = packedWeights(weights, .forward, hasBias: bias != nil)
        Parallel.forEachRange(of: sizes.images, grain: grain) { range in
            let part = packed(range.count)
            let images = input.images(range, count: sizes.imageCount)
            part.plan.run(
                images: images.pointer, packed: part.weights.pointer, bias: bias?.pointer,
                result: result.pointer + range.lowerBound * sizes.resultCount)
            withExtendedLifetime(images.owner) {}
        }
        return result
    }

    func inputGradient(_ upstream: FloatBuffer, weights: FloatBuffer) -> FloatBuffer {
        KernelLog.note("convolutionInputGradient")
        let result = FloatBuffer(count: sizes.images * sizes.imageCount)
        let packed = packedWeights(weights, .inputGradient, hasBias: false)
        Parallel.forEachRange(of: sizes.images, grain: grain) { range in
            let part = packed(range.count)
            part.plan.run(
                images: result.pointer + range.lowerBound * sizes.imageCount,
                packed: part.weights.pointer, bias: nil,
                result: upstream.pointer + range.lowerBound * sizes.resultCount)
        }
        return result
    }

    /// Whether so much of a gradient is zero, as behind max-pooling or a surrogate of compact support, that it pays
    /// to look for what is not. Every sixteenth image is counted.
    func hasFewNumbers(_ gradient: Tensor, onTiles: Bool) -> Bool {
        // What normalisations send back has no zeros.
        if gradient.deferredNumbers is any PiecewiseNumbers { return false }
        let upstream = gradient.denseBuffer
        var window = sizes.windowForm
        // Sums of all taps fit only the registers of the widest level.
        guard sizes.groups == 1, sizes.outputs >= 16, Processor.level == .v4,
            rnv_sparse_gradient_has(&window) != 0
        else { return false }
        var found = 0, counted = 0
        for image in stride(from: 0, to: sizes.images, by: 16) {
            found += rnv_count_nonzero(
                upstream.pointer + image * sizes.resultCount, sizes.resultCount)
            counted += sizes.resultCount
        }
        // Measured crossovers.
        let limit = window.window_width == 5 ? 0.4 : onTiles ? 0.12 : 0.2
        return Double(found) < limit * Double(counted)
    }

    /// The same where few numbers are not zero.
    func sparseInputGradient(
        _ upstream: FloatBuffer, weights: FloatBuffer
    ) -> FloatBuffer {
        KernelLog.note("sparseConvolutionInputGradient")
        let window = sizes.windowForm, outputs = sizes.outputs
        let result = FloatBuffer(count: sizes.images * sizes.imageCount)
        let (packedCount, scratchCount) = withUnsafePointer(to: window) {
            (rnv_sparse_gradient_packed($0, outputs), rnv_sparse_gradient_scratch($0))
        }
        let packed = FloatBuffer(count: packedCount)
        withUnsafePointer(to: window) {
            rnv_sparse_gradient_pack($0, outputs, weights.pointer, packed.pointer)
        }
        Parallel.forEachRange(of: sizes.images, grain: grain) { range in
            let scratch = FloatBuffer(count: scratchCount)
            withUnsafePointer(to: window) {
                for image in range {
                    rnv_sparse_gradient(
                        $0, outputs, packed.pointer, upstream.pointer + image * sizes.resultCount,
                        scratch.pointer, result.pointer + image * sizes.imageCount)
                }
            }
        }
        return result
    }

    /// Gradients of weights and bias: one sum per part, added in order.
    func weightGradient(
        _ input: ConvolutionInput, _ upstream: FloatBuffer, hasBias: Bool
    ) -> (weights: FloatBuffer, bias: FloatBuffer?) {
        KernelLog.note("convolutionWeightGradient")
        let total = sizes.images * sizes.operationsPerImage
        let parts = min(max(total / (2 * Self.partSize), 1), Self.weightParts, sizes.images)
        let grain = (sizes.images + parts - 1) / parts
        let count = sizes.weightCount, biasCount = hasBias ? sizes.outputs : 0
        let used = (sizes.images + grain - 1) / grain
        let partial = FloatBuffer(count: used * (count + biasCount))
        Parallel.forEachRange(of: sizes.images, grain: grain) { range in
            let plan = ConvolutionPlan.plan(
                sizes.with(images: range.count), .weightGradient, hasBias: hasBias)
            let images = input.images(range, count: sizes.imageCount)
            let packed = FloatBuffer(count: plan.packedCount)
            let to = partial.pointer + range.lowerBound / grain * (count + biasCount)
            // The bias gradient goes to aligned memory of its own first.
            let bias = FloatBuffer(count: biasCount)
            plan.run(
                images: images.pointer, packed: packed.pointer,
                bias: hasBias ? bias.pointer : nil,
                result: upstream.pointer + range.lowerBound * sizes.resultCount)
            withExtendedLifetime(images.owner) {}
            plan.pack(packed.pointer, to: to)
            (to + count).update(from: bias.pointer, count: biasCount)
        }
        return split(partial, parts: used, count: count, biasCount: biasCount)
    }

    private func split(
        _ partial: FloatBuffer, parts: Int, count: Int, biasCount: Int
    ) -> (weights: FloatBuffer, bias: FloatBuffer?) {
        let all = Tensor(shape: [parts, count + biasCount], dense: partial)
        let sum = parts > 1 ? all.sum(axes: [0]) : all.reshaped(to: [count + biasCount])
        guard biasCount > 0 else { return (sum.denseBuffer, nil) }
        return (
            sum.slice(0..<count).denseBuffer, sum.slice(count..<count + biasCount).denseBuffer
        )
    }

    /// Plans and packed weights for whole parts and for the last one.
    private func packedWeights(
        _ weights: FloatBuffer, _ direction: ConvolutionPlan.Direction, hasBias: Bool
    ) -> @Sendable (_ images: Int) -> (plan: ConvolutionPlan, weights: FloatBuffer) {
        let rest = sizes.images % grain
        var made: [Int: (plan: ConvolutionPlan, weights: FloatBuffer)] = [:]
        for images in Set([min(grain, sizes.images), rest == 0 ? grain : rest])
        where images <= sizes.images {
            let plan = ConvolutionPlan.plan(
                sizes.with(images: images), direction, hasBias: hasBias)
            let packed = FloatBuffer(count: plan.packedCount)
            plan.pack(weights.pointer, to: packed.pointer)
            made[images] = (plan, packed)
        }
        let prepared = made
        return { images in
            guard let part = prepared[images] else {
                preconditionFailure("no plan for a part of \(images) images")
            }
            return part
        }
    }
}

/// Images of a convolution: dense memory, or spikes that each part unpacks for itself.
enum ConvolutionInput: Sendable {
    case dense(FloatBuffer)
    case spikes(SpikeBits)

    init(_ tensor: Tensor) {
        if let bits = tensor.spikeBits {
            KernelLog.note("spikeUnpack")
            self = .spikes(bits)
        } else {
            self = .dense(tensor.denseBuffer)
        }
    }

    /// Dense memory of some images of `count` numbers each.
    func images(_ range: Range<Int>, count: Int) -> (
        pointer: UnsafeMutablePointer<Float>, owner: FloatBuffer
    ) {
        switch self {
        case .dense(let buffer): return (buffer.pointer + range.lowerBound * count, buffer)
        case .spikes(let bits):
            let buffer = FloatBuffer(count: range.count * count)
            bits.unpack(
                from: range.lowerBound * count, count: range.count * count, to: buffer.pointer)
            return (buffer.pointer, buffer)
        }
    }
}

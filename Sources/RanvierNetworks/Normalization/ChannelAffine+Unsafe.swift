import CRanvierKernels
import RanvierTensors

/// `a[t, c] x + b[t, c]` over a sequence `[T, …, C]`, worked out where somebody asks for the numbers.
///
/// What a normalisation gives, once its statistics are known. Neurons that follow apply the map while they read
/// `x`, which the backward pass of the normalisation keeps anyway, so that the normalised sequence is
/// never written.
final class ChannelAffine: PiecewiseNumbers {
    /// x, dense.
    let source: FloatBuffer
    /// T.
    var steps: Int { sums.steps }
    private let sums: ChannelSums
    private let scale: FloatBuffer
    private let shift: FloatBuffer
    private let kept = KeptNumbers()

    /// - Parameters:
    ///   - scale: a, `[T, C]`.
    ///   - shift: b, `[T, C]`.
    init(_ source: FloatBuffer, sums: ChannelSums, scale: FloatBuffer, shift: FloatBuffer) {
        self.source = source
        self.sums = sums
        self.scale = scale
        self.shift = shift
    }

    /// Whether kernels can apply the map while they read: whole vectors must fit into the channels.
    static func fits(channels: Int) -> Bool { channels.isMultiple(of: 16) }

    var storedBytes: Int { (source.count + scale.count + shift.count) * 4 }

    var buffer: FloatBuffer { kept.value { sums.buffer(of: self) } }

    var unit: Int { sums.channels }

    func write(_ range: Range<Int>, to result: UnsafeMutablePointer<Float>) {
        sums.forEachStep(of: range) { step, from, rows in
            rnv_channel_affine(
                source.pointer + from, scale.pointer + step * sums.channels,
                shift.pointer + step * sums.channels, rows, sums.channels,
                result + (from - range.lowerBound))
        }
    }

    var kernelForm: rnv_channel_map_t {
        rnv_channel_map_t(
            scale: scale.pointer, shift: shift.pointer, channels: sums.channels,
            stride: sums.channels)
    }
}

/// `a[t, c] g + b[t, c] x + d[t, c]` over sequences `[T, …, C]`: the gradient that a normalisation sends back.
///
/// The synapses before read it image by image, so that it is never written as a whole.
final class ChannelBlend: PiecewiseNumbers {
    /// a, b and d, each `[T, C]`.
    struct Coefficients: Sendable {
        var gradient: FloatBuffer
        var source: FloatBuffer
        var offset: FloatBuffer
    }

    private let gradient: FloatBuffer
    private let source: FloatBuffer
    private let sums: ChannelSums
    private let coefficients: Coefficients
    private let kept = KeptNumbers()

    init(
        _ gradient: FloatBuffer, _ source: FloatBuffer, sums: ChannelSums,
        coefficients: Coefficients
    ) {
        self.gradient = gradient
        self.source = source
        self.sums = sums
        self.coefficients = coefficients
    }

    var storedBytes: Int { 8 * source.count }

    var buffer: FloatBuffer { kept.value { sums.buffer(of: self) } }

    var unit: Int { sums.channels }

    func write(_ range: Range<Int>, to result: UnsafeMutablePointer<Float>) {
        sums.forEachStep(of: range) { step, from, rows in
            let at = step * sums.channels
            rnv_channel_blend(
                gradient.pointer + from, coefficients.gradient.pointer + at,
                source.pointer + from, coefficients.source.pointer + at,
                coefficients.offset.pointer + at, rows, sums.channels,
                result + (from - range.lowerBound))
        }
    }
}

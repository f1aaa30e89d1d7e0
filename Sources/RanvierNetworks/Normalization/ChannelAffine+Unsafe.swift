import CRanvierKernels
import RanvierTensors
import Synchronization

/// `a[t, c] x + b[t, c]` over a sequence `[T, …, C]`, worked out where somebody asks for the numbers.
///
/// What a normalisation gives, once its statistics are known. Neurons that follow apply the map while they read
/// `x`, which the backward pass of the normalisation keeps anyway, so that the normalised sequence is
/// never written.
final class ChannelAffine: DeferredNumbers, @unchecked Sendable {
    /// x, dense.
    let source: FloatBuffer
    /// T.
    var steps: Int { sums.steps }
    private let sums: ChannelSums
    private let scale: FloatBuffer
    private let shift: FloatBuffer
    private let result = Mutex<FloatBuffer?>(nil)

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

    var buffer: FloatBuffer {
        result.withLock { result in
            let value = result ?? sums.affine(source, scale: scale, shift: shift)
            result = value
            return value
        }
    }

    var kernelForm: rnv_channel_map_t {
        rnv_channel_map_t(
            scale: scale.pointer, shift: shift.pointer, channels: sums.channels,
            stride: sums.channels)
    }
}

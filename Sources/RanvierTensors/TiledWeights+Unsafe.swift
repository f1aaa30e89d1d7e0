import CRanvierKernels

/// A matrix split and ordered for products on matrix units, as good as in single precision.
package struct TiledWeights: @unchecked Sendable {
    private let buffer: FloatBuffer
    private let inputs: Int
    private let outputs: Int

    /// Packs `[inputs, outputs]`.
    ///
    /// - Returns: nil where the processor has no matrix units or the outputs do not fill them.
    package init?(_ weights: Tensor) {
        (inputs, outputs) = (weights.shape[0], weights.shape[1])
        guard SpikeGradient.hasTiles, outputs >= 32, outputs % 16 == 0 else { return nil }
        buffer = FloatBuffer(count: rnv_tiles_packed_halves(inputs, outputs) / 2)
        rnv_tiles_pack(weights.denseBuffer.pointer, inputs, outputs, halves)
    }

    private var halves: UnsafeMutablePointer<UInt16> {
        UnsafeMutableRawPointer(buffer.pointer).assumingMemoryBound(to: UInt16.self)
    }

    /// For kernels; valid as long as the weights.
    package var pointer: UnsafePointer<UInt16> { UnsafePointer(halves) }

    /// Scratch memory that a product needs on its thread.
    package func scratch() -> FloatBuffer {
        FloatBuffer(count: rnv_tiles_rows_halves(inputs) / 2)
    }

    /// `result ← rows · weights` on the calling thread.
    package func multiply(
        _ rows: UnsafePointer<Float>, count: Int, scratch: FloatBuffer,
        to result: UnsafeMutablePointer<Float>
    ) {
        let memory = UnsafeMutableRawPointer(scratch.pointer).assumingMemoryBound(to: UInt16.self)
        for first in stride(from: 0, to: count, by: Int(RNV_TILES_GROUP)) {
            rnv_tiles_product(
                rows + first * inputs, min(Int(RNV_TILES_GROUP), count - first), inputs, halves,
                outputs, memory, result + first * outputs)
        }
    }
}

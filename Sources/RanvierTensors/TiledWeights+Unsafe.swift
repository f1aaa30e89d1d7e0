import CRanvierKernels

/// A matrix split and ordered for products on matrix units, as good as in single precision.
package struct TiledWeights: Sendable {
    private let buffer: HalfBuffer
    private let inputs: Int
    private let outputs: Int

    /// Whether this processor has matrix units.
    static let hasUnits = rnv_has_tiles() != 0

    /// Packs `[inputs, outputs]`.
    ///
    /// - Returns: nil where the processor has no matrix units or the outputs do not fill them.
    package init?(_ weights: Tensor) {
        (inputs, outputs) = (weights.shape[0], weights.shape[1])
        guard Self.hasUnits, outputs >= 32 else { return nil }
        let source = weights.denseBuffer
        buffer = HalfBuffer(count: rnv_tiles_packed_halves(inputs, outputs))
        Parallel.forEachRange(
            of: rnv_tiles_steps(inputs), grain: max(1, 4096 / outputs)
        ) { [inputs, outputs, buffer] steps in
            rnv_tiles_pack(
                source.pointer, inputs, outputs, steps.lowerBound, steps.upperBound,
                buffer.pointer)
        }
        withExtendedLifetime(source) {}
    }

    /// For kernels; valid as long as the weights.
    package var pointer: UnsafePointer<UInt16> { UnsafePointer(buffer.pointer) }

    /// Scratch memory that a product needs on its thread.
    package func scratch() -> HalfBuffer { HalfBuffer(count: rnv_tiles_rows_halves(inputs)) }

    /// `result ← rows · weights (+ bias)` on the calling thread.
    package func multiply(
        _ rows: UnsafePointer<Float>, count: Int, bias: UnsafePointer<Float>? = nil,
        scratch: HalfBuffer, to result: UnsafeMutablePointer<Float>
    ) {
        for first in stride(from: 0, to: count, by: Int(RNV_TILES_GROUP)) {
            rnv_tiles_product(
                rows + first * inputs, min(Int(RNV_TILES_GROUP), count - first), inputs, pointer,
                outputs, bias, scratch.pointer, result + first * outputs)
        }
        withExtendedLifetime((buffer, scratch)) {}
    }
}

/// Products of numbers on matrix units, where those are large enough to pay for splitting the factors.
extension MatrixKernel {
    /// `a · b (+ bias)`, or `a · bᵀ`; nil where it would not pay.
    static func tiledProduct(
        _ a: Tensor, _ b: Tensor, transposeSecond: Bool = false, bias: Tensor? = nil
    ) -> Tensor? {
        let rows = a.shape[0], inputs = a.shape[1], outputs = b.shape[transposeSecond ? 0 : 1]
        guard TiledWeights.hasUnits, rows >= 512, inputs >= 64, outputs >= 64,
            let weights = TiledWeights(transposeSecond ? b.transposed() : b)
        else { return nil }
        let x = a.denseBuffer, start = bias?.denseBuffer
        let result = FloatBuffer(count: rows * outputs)
        Parallel.forEachRange(of: rows, grain: Int(RNV_TILES_GROUP)) { range in
            weights.multiply(
                x.pointer + range.lowerBound * inputs, count: range.count, bias: start?.pointer,
                scratch: weights.scratch(), to: result.pointer + range.lowerBound * outputs)
        }
        withExtendedLifetime((x, start)) {}
        return Tensor(shape: [rows, outputs], dense: result)
    }

    /// `aᵀ · b`, cut in squares that stay in the cache and, where those are few, along the sum; nil where it would not
    /// pay.
    static func tiledTransposedProduct(_ a: Tensor, _ b: Tensor) -> Tensor? {
        let rows = a.shape[0], inputs = a.shape[1], outputs = b.shape[1]
        let side = 512, piece = 256
        guard TiledWeights.hasUnits, rows >= 128, inputs >= 64, outputs >= 64 else { return nil }
        let down = (inputs + side - 1) / side, across = (outputs + side - 1) / side
        let slices = max(1, min(8 / (down * across), rows / 1024))
        let length = (rows + slices - 1) / slices, count = inputs * outputs
        let x = a.denseBuffer, g = b.denseBuffer
        let result = FloatBuffer(count: count), others = FloatBuffer(count: (slices - 1) * count)
        Parallel.forEach(parts: slices * down * across) { part in
            let slice = part / (down * across), place = part % (down * across)
            let i = place / across * side, j = place % across * side
            let height = min(side, inputs - i), width = min(side, outputs - j)
            let scratch = FloatBuffer(count: rnv_tiles_gradient_scratch(height, width, 0))
            let begin = slice * length, end = min(begin + length, rows)
            let to =
                (slice == 0 ? result.pointer : others.pointer + (slice - 1) * count)
                + i * outputs + j
            // Sums that are added to again and again stay close together.
            let isOnePiece = end - begin <= piece
            let near = FloatBuffer(count: isOnePiece ? 0 : height * width)
            for from in stride(from: begin, to: end, by: piece) {
                rnv_tiles_gradient(
                    x.pointer + from * inputs + i, inputs, height, min(piece, end - from),
                    g.pointer + from * outputs + j, outputs, width, from > begin ? 1 : 0,
                    scratch.pointer, isOnePiece ? to : near.pointer,
                    isOnePiece ? outputs : width)
            }
            for row in 0..<(isOnePiece ? 0 : height) {
                (to + row * outputs).update(from: near.pointer + row * width, count: width)
            }
            withExtendedLifetime((scratch, near)) {}
        }
        withExtendedLifetime((x, g)) {}
        addSlices(others.pointer, slices - 1, count: count, to: result.pointer)
        return Tensor(shape: [inputs, outputs], dense: result)
    }
}

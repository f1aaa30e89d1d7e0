import COneDNN
import CRanvierKernels

/// The gradient of weights that spikes go through, `xᵀ · upstream`, by several ways; all are sums in single precision.
struct SpikeGradient {
    /// Spikes of `[…, inputs]`, a step per row.
    let bits: SpikeBits
    let inputs: Int
    /// `[rows, outputs]`, of which the first `skipped` are not for the spikes.
    let upstream: Tensor
    let skipped: Int

    private var samples: Int { bits.bitsPerRow / max(inputs, 1) }
    private var rows: Int { bits.rows * samples }
    private var outputs: Int { upstream.shape[1] }
    private var spikeRows: rnv_spike_rows_t {
        rnv_spike_rows_t(
            words: bits.words, words_per_row: bits.wordsPerRow, samples: samples, inputs: inputs)
    }

    /// The way that is fastest for a share of ones, by measured crossovers.
    func fastest(density: Double) -> Tensor {
        let isLong = rows >= 2048
        if outputs <= 16 { return visitingSpikes() }
        if TiledWeights.hasUnits && isLong { return density < 0.12 ? visitingSpikes() : onTiles() }
        return density < 0.35 ? visitingSpikes() : unpacked()
    }

    /// Adds the rows of the gradient in which an input spiked, input by input.
    func visitingSpikes() -> Tensor {
        KernelLog.note("spikeWeightGradient")
        let padded = upstream.paddingColumns()
        let stride = padded.shape[1]
        let source = padded.denseBuffer
        let result = FloatBuffer(count: inputs * stride)
        let first = skipped * stride
        if stride == 16 {
            // A row of the gradient is one vector, added where it belongs faster than listed.
            Parallel.forEachRange(of: inputs, grain: max(64, (inputs + 3) / 4)) { range in
                var spikes = spikeRows
                rnv_spike_thin_gradient(
                    &spikes, rows, range.lowerBound, range.upperBound, source.pointer + first,
                    result.pointer)
            }
        } else {
            SpikeLists(bits, samples: samples, inputs: inputs).gather(
                source.pointer + first, stride: stride, to: result.pointer)
        }
        return Tensor(shape: [inputs, stride], dense: result).slice(0..<outputs, along: 1)
    }

    /// Multiplies on matrix units.
    func onTiles() -> Tensor {
        KernelLog.note("spikeTileGradient")
        let scratch = rnv_tiles_gradient_scratch(inputs, outputs, 1)
        let sum = inSlices(
            count: inputs * outputs, scratch: scratch, piece: Int(RNV_TILES_ROWS)
        ) { range, begun, gradient, scratch, result in
            var spikes = spikeRows
            rnv_tiles_spike_gradient(
                &spikes, range.lowerBound, range.count, gradient, outputs, begun ? 1 : 0, scratch,
                result)
        }
        return Tensor(shape: [inputs, outputs], dense: sum)
    }

    /// Multiplies densely: pieces of rows are unpacked in the cache.
    func unpacked() -> Tensor {
        KernelLog.note("spikeUnpack")
        let piece = 384
        let sum = inSlices(
            count: inputs * outputs, scratch: piece * inputs, piece: piece
        ) { range, begun, gradient, scratch, result in
            bits.unpack(
                from: range.lowerBound * inputs, count: range.count * inputs, to: scratch)
            let status = rnv_dense_product(
                1, 0, Int64(inputs), Int64(outputs), Int64(range.count), scratch, Int64(inputs),
                gradient, Int64(outputs), begun ? 1 : 0, result, Int64(outputs))
            precondition(
                status == 0,
                "oneDNN refused a product \(inputs)×\(range.count)×\(outputs): status \(status)")
        }
        return Tensor(shape: [inputs, outputs], dense: sum)
    }

    /// Cuts the rows in slices that are summed side by side, each in pieces that one call of `add` takes: rows, whether
    /// the sum has begun, their gradient, scratch memory, the sum.
    private func inSlices(
        count: Int, scratch: Int, piece: Int,
        _ add:
            @Sendable (
                Range<Int>, Bool, UnsafePointer<Float>, UnsafeMutablePointer<Float>,
                UnsafeMutablePointer<Float>
            ) -> Void
    ) -> FloatBuffer {
        let slices = MatrixKernel.sliceCount(of: rows), length = (rows + slices - 1) / slices
        let result = FloatBuffer(count: count), others = FloatBuffer(count: (slices - 1) * count)
        let gradient = upstream.denseBuffer
        if rows == 0 { result.pointer.update(repeating: 0, count: count) }
        Parallel.forEach(parts: slices) { slice in
            let memory = FloatBuffer(count: scratch)
            let begin = slice * length, end = min(begin + length, rows)
            let to = slice == 0 ? result.pointer : others.pointer + (slice - 1) * count
            for from in stride(from: begin, to: end, by: piece) {
                add(
                    from..<min(from + piece, end), from > begin,
                    gradient.pointer + (skipped + from) * outputs, memory.pointer, to)
            }
            withExtendedLifetime(memory) {}
        }
        withExtendedLifetime(gradient) {}
        MatrixKernel.addSlices(others.pointer, slices - 1, count: count, to: result.pointer)
        return result
    }
}

import COneDNN
import CRanvierKernels

extension Tensor {
    /// Product of rows with a matrix, and an optional row added to each result.
    ///
    ///     y[…, j] = Σ_i x[…, i] w[i, j] + b[j]
    ///
    /// The kernel follows the storage of `x`: spikes below ``spikeProductDensity(outputs:)`` add the rows of `w` that
    /// fired ("spikeProduct"); a constant sequence is multiplied once ("constantProduct" is noted, then the
    /// product of its step); everything else is one dense product ("denseProduct").
    ///
    /// - Parameters:
    ///   - weights: `[inputs, outputs]`, so that the outgoing weights of an input are contiguous.
    ///   - bias: `[outputs]`.
    /// - Returns: `[…, outputs]`.
    public func matrixProduct(_ weights: Tensor, bias: Tensor? = nil) -> Tensor {
        precondition(
            weights.rank == 2 && rank >= 1 && shape[rank - 1] == weights.shape[0],
            "rows of \(shape) do not fit the matrix \(weights.shape)")
        precondition(
            bias == nil || bias?.shape == [weights.shape[1]],
            "a bias of \(bias?.shape ?? []) does not fit the matrix \(weights.shape)")
        if let constant = mappingStep({ $0.matrixProduct(weights, bias: bias) }) {
            KernelLog.note("constantProduct")
            return constant
        }
        let outputs = weights.shape[1]
        let target = Array(shape.dropLast()) + [outputs]
        let x = detached, w = weights.detached
        let sparse = hasSparseSpikes(outputs: outputs)
        let value =
            sparse
            ? Tensor.spikeProduct(x, w, bias?.detached, target)
            : Tensor.denseProduct(x, w, bias?.detached, target)
        let wantsInput = isTracked, wantsWeights = weights.isTracked
        let all = [self, weights] + (bias.map { [$0] } ?? [])
        return Tape.record(value, inputs: all) { gradient in
            let upstream = gradient.reshaped(to: [gradient.count / max(outputs, 1), outputs])
            var parts: [Tensor?] = [nil, nil]
            if wantsInput {
                parts[0] = MatrixKernel.product(upstream, w, transposeSecond: true)
                    .reshaped(to: x.shape)
            }
            if wantsWeights {
                parts[1] = Tensor.weightGradient(x, upstream, visitsSpikes: sparse)
            }
            return parts + [upstream.sum(axes: [0])]
        }
    }

    /// Share of ones below which spikes are cheaper to add than to multiply densely.
    ///
    /// Up to 16 outputs a spike costs one vector addition, while a dense product wastes most of its
    /// registers, so adding always wins.
    public static func spikeProductDensity(outputs: Int) -> Float { outputs <= 16 ? 1.01 : 0.2 }

    /// Whether spikes are few enough to be added one by one in a product with this many outputs.
    package func hasSparseSpikes(outputs: Int) -> Bool {
        guard let bits = spikeBits else { return false }
        return Float(bits.count) < Float(count) * Tensor.spikeProductDensity(outputs: outputs)
    }

    /// Sum over all rows of `x`ᵀ · upstream, `[inputs, outputs]`, without a tape.
    ///
    /// - Parameter upstream: `[rows, outputs]`.
    package static func weightGradient(
        _ x: Tensor, _ upstream: Tensor, visitsSpikes: Bool
    ) -> Tensor {
        if visitsSpikes { return spikeWeightGradient(x, upstream) }
        let inputs = x.shape[x.rank - 1]
        return MatrixKernel.product(
            x.reshaped(to: [x.count / max(inputs, 1), inputs]), upstream, transposeFirst: true)
    }

    private static func denseProduct(
        _ x: Tensor, _ w: Tensor, _ bias: Tensor?, _ target: [Int]
    ) -> Tensor {
        KernelLog.note("denseProduct")
        let rows = x.reshaped(to: [x.count / max(w.shape[0], 1), w.shape[0]])
        let product = MatrixKernel.product(rows, w, bias: bias)
        return product.reshaped(to: target)
    }

    private static func spikeProduct(
        _ x: Tensor, _ w: Tensor, _ bias: Tensor?, _ target: [Int]
    ) -> Tensor {
        guard let bits = x.spikeBits else { preconditionFailure("not a spike tensor") }
        KernelLog.note("spikeProduct")
        let inputs = w.shape[0], outputs = w.shape[1]
        let padded = w.paddingColumns(), start = bias?.reshaped(to: [1, outputs]).paddingColumns()
        let stride = padded.shape[1]
        let weights = padded.denseBuffer, offsets = start?.denseBuffer
        let result = FloatBuffer(count: target.elementCount)
        let perRow = bits.bitsPerRow / max(inputs, 1)  // samples in a step
        let grain = 16
        let pieces = (perRow + grain - 1) / grain
        Parallel.forEach(parts: bits.rows * pieces) { part in
            let row = part / pieces, first = part % pieces * grain
            rnv_spike_product(
                bits.row(row), first * inputs, min(grain, perRow - first), inputs, weights.pointer,
                stride, outputs, offsets?.pointer,
                result.pointer + (row * perRow + first) * outputs)
        }
        return Tensor(shape: target, dense: result)
    }

    /// Sum over all rows of (spikes)ᵀ · upstream, visiting only the spikes.
    private static func spikeWeightGradient(_ x: Tensor, _ upstream: Tensor) -> Tensor {
        guard let bits = x.spikeBits else { preconditionFailure("not a spike tensor") }
        KernelLog.note("spikeWeightGradient")
        let inputs = x.shape[x.rank - 1], outputs = upstream.shape[1]
        let padded = upstream.paddingColumns()
        let stride = padded.shape[1]
        let source = padded.denseBuffer
        let result = FloatBuffer(count: inputs * stride)
        let perRow = bits.bitsPerRow / max(inputs, 1)
        // Each part owns a range of inputs, so that sums keep their order on any number of threads.
        Parallel.forEachRange(of: inputs, grain: max(16, (inputs + 15) / 16)) { range in
            (result.pointer + range.lowerBound * stride)
                .update(repeating: 0, count: range.count * stride)
            for row in 0..<bits.rows {
                rnv_spike_product_weight_gradient(
                    bits.row(row), 0, perRow, inputs, range.lowerBound, range.upperBound,
                    source.pointer + row * perRow * stride, stride, result.pointer)
            }
        }
        return Tensor(shape: [inputs, stride], dense: result).slice(0..<outputs, along: 1)
    }

    /// The matrix with zero columns added up to a multiple of the vector length.
    package func paddingColumns() -> Tensor {
        let columns = shape[1], padded = (columns + 15) / 16 * 16
        if padded == columns { return self }
        let source = denseBuffer
        let rows = shape[0]
        return Tensor(denseShape: [rows, padded]) { destination in
            guard let base = destination.baseAddress else { return }
            for row in 0..<rows {
                let to = base + row * padded
                to.update(from: source.pointer + row * columns, count: columns)
                (to + columns).update(repeating: 0, count: padded - columns)
            }
        }
    }
}

/// Dense products by oneDNN, cut into parts by the size of the problem.
package enum MatrixKernel {
    /// `c += a · bᵀ` on the calling thread: `a` is `rows × inner`, `b` `columns × inner`; rows of `c` lie `stride`
    /// numbers apart, those of `a` and `b` `innerStride`, side by side if it is left out.
    package static func addProductWithTransposed(
        _ a: UnsafePointer<Float>, rows: Int, inner: Int, _ b: UnsafePointer<Float>, columns: Int,
        to c: UnsafeMutablePointer<Float>, stride: Int? = nil, innerStride: Int? = nil
    ) {
        let strideAB = Int64(innerStride ?? inner)
        let status = rnv_dense_product(
            0, 1, Int64(rows), Int64(columns), Int64(inner), a, strideAB, b, strideAB, 1, c,
            Int64(stride ?? columns))
        precondition(
            status == 0, "oneDNN refused a product \(rows)×\(inner)×\(columns): status \(status)")
    }

    /// Whether products of split numbers are faster than plain ones on this processor.
    package static let splitIsFast = rnv_split_product_is_fast() != 0

    /// `c += a · bᵀ` on the calling thread for bfloat16 numbers; rows of `a` and `b` lie `stride` apart.
    package static func addHalfProductWithTransposed(
        _ a: UnsafePointer<UInt16>, rows: Int, inner: Int, _ b: UnsafePointer<UInt16>,
        columns: Int, stride: Int, to c: UnsafeMutablePointer<Float>, strideC: Int
    ) {
        let status = rnv_half_product(
            Int64(rows), Int64(columns), Int64(inner), a, b, Int64(stride), c, Int64(strideC))
        precondition(
            status == 0, "oneDNN refused a product \(rows)×\(inner)×\(columns): status \(status)")
    }

    /// Multiply-adds worth a part of their own.
    private static let partSize = 12_000_000

    /// `op(a) · op(b)` (+ a row added to each result), without a tape.
    static func product(
        _ a: Tensor, _ b: Tensor, transposeFirst: Bool = false, transposeSecond: Bool = false,
        bias: Tensor? = nil
    ) -> Tensor {
        let m = a.shape[transposeFirst ? 1 : 0], k = a.shape[transposeFirst ? 0 : 1]
        let n = b.shape[transposeSecond ? 0 : 1]
        let x = a.denseBuffer, y = b.denseBuffer, row = bias?.denseBuffer
        let result = FloatBuffer(count: m * n)
        guard m > 0, n > 0 else { return Tensor(shape: [m, n], dense: result) }
        guard k > 0 else {
            result.pointer.update(repeating: 0, count: result.count)
            return Tensor(shape: [m, n], dense: result)
        }
        let strideA = transposeFirst ? m : k, strideB = transposeSecond ? k : n
        let wanted = max(1, min(64, m * n / 16 * k * 16 / partSize))
        let cutsRows = m >= n
        let length = cutsRows ? m : n
        let grain = max(16, ((length + wanted - 1) / wanted + 15) / 16 * 16)
        // Blocks of inputs as in the spike product, for the same bits whatever the storage or batch.
        let block = transposeFirst || transposeSecond ? k : rnv_product_block(k)
        Parallel.forEachRange(of: length, grain: grain) { range in
            let rows = cutsRows ? range : 0..<m, columns = cutsRows ? 0..<n : range
            let to = result.pointer + rows.lowerBound * n + columns.lowerBound
            if let row {
                for i in 0..<rows.count {
                    (to + i * n).update(
                        from: row.pointer + columns.lowerBound, count: columns.count)
                }
            }
            for from in stride(from: 0, to: k, by: block) {
                let first =
                    x.pointer + (transposeFirst ? rows.lowerBound : rows.lowerBound * k + from)
                let second =
                    y.pointer
                    + (transposeSecond ? columns.lowerBound * k : from * n + columns.lowerBound)
                let status = rnv_dense_product(
                    transposeFirst ? 1 : 0, transposeSecond ? 1 : 0, Int64(rows.count),
                    Int64(columns.count), Int64(min(block, k - from)), first, Int64(strideA),
                    second,
                    Int64(strideB), row == nil && from == 0 ? 0 : 1, to, Int64(n))
                precondition(
                    status == 0, "oneDNN refused a product \(m)×\(k)×\(n): status \(status)")
            }
        }
        return Tensor(shape: [m, n], dense: result)
    }
}

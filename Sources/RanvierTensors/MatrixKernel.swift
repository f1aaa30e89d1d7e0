import COneDNN
import CRanvierKernels

/// Dense products by oneDNN, cut into parts by the size of the problem.
package enum MatrixKernel {
    /// `c ← a · b + (adds ? c : 0)` on the calling thread: `a` is `rows × inner`, `b` `inner × columns`.
    package static func multiply(
        _ a: UnsafePointer<Float>, rows: Int, inner: Int, _ b: UnsafePointer<Float>, columns: Int,
        to c: UnsafeMutablePointer<Float>, adds: Bool
    ) {
        let status = rnv_dense_product(
            0, 0, Int64(rows), Int64(columns), Int64(inner), a, Int64(inner), b, Int64(columns),
            adds ? 1 : 0, c, Int64(columns))
        precondition(
            status == 0, "oneDNN refused a product \(rows)×\(inner)×\(columns): status \(status)")
    }

    /// `op(a) · op(b)` (+ a row added to each result), without a tape.
    static func product(
        _ a: Tensor, _ b: Tensor, transposeFirst: Bool = false, transposeSecond: Bool = false,
        bias: Tensor? = nil
    ) -> Tensor {
        let m = a.shape[transposeFirst ? 1 : 0], k = a.shape[transposeFirst ? 0 : 1]
        let n = b.shape[transposeSecond ? 0 : 1]
        let result = FloatBuffer(count: m * n)
        guard m > 0, n > 0 else { return Tensor(shape: [m, n], dense: result) }
        guard k > 0 else {
            result.pointer.update(repeating: 0, count: result.count)
            return Tensor(shape: [m, n], dense: result)
        }
        let x = a.denseBuffer, y = b.denseBuffer
        let product = Product(
            m: m, n: n, k: k, transposeFirst: transposeFirst, transposeSecond: transposeSecond,
            x: x.pointer, y: y.pointer)
        withExtendedLifetime((x, y)) { product.write(to: result, bias: bias?.denseBuffer) }
        return Tensor(shape: [m, n], dense: result)
    }

    /// Into how many slices a long sum is cut.
    static func sliceCount(of rows: Int) -> Int { max(1, min(8, rows / 1024)) }

    /// Adds the sums of slices, one behind the other, in order.
    static func addSlices(
        _ partial: UnsafeMutablePointer<Float>, _ slices: Int, count: Int,
        to result: UnsafeMutablePointer<Float>
    ) {
        guard slices > 0 else { return }
        nonisolated(unsafe) let (partial, result) = (partial, result)
        Parallel.forEachRange(of: count, grain: 16384) { range in
            let to = result + range.lowerBound
            for slice in 0..<slices {
                rnv_add(to, 1, partial + slice * count + range.lowerBound, 1, to, range.count)
            }
        }
    }
}

/// One product of matrices and the way it is cut into parts.
private struct Product: @unchecked Sendable {
    let m: Int, n: Int, k: Int
    let transposeFirst: Bool, transposeSecond: Bool
    let x: UnsafeMutablePointer<Float>, y: UnsafeMutablePointer<Float>

    /// Multiply-adds worth a part of their own.
    private static let partSize = 12_000_000

    func write(to result: FloatBuffer, bias: FloatBuffer?) {
        let parts = min(32, max(1, m * n / 16 * k * 16 / Self.partSize))
        // A weight gradient has few results and a long sum: to cut its rows or columns would read the
        // long operands in narrow stripes, so the sum is cut, and the parts added in order.
        let slices = transposeFirst && bias == nil ? MatrixKernel.sliceCount(of: k) : 1
        let tile = tile(parts: (parts + slices - 1) / slices)
        let down = (m + tile.rows - 1) / tile.rows, across = (n + tile.columns - 1) / tile.columns
        let length = (k + slices - 1) / slices
        let partial = FloatBuffer(count: (slices - 1) * m * n)
        Parallel.forEach(parts: slices * down * across) { part in
            let slice = part / (down * across), place = part % (down * across)
            let row = place / across * tile.rows, column = place % across * tile.columns
            let to = slice == 0 ? result.pointer : partial.pointer + (slice - 1) * m * n
            write(
                rows: row..<min(row + tile.rows, m),
                columns: column..<min(column + tile.columns, n),
                inner: slice * length..<min((slice + 1) * length, k), to: to, bias: bias)
        }
        MatrixKernel.addSlices(partial.pointer, slices - 1, count: m * n, to: result.pointer)
    }

    /// Rows and columns of a part: the result cut in two along its longer side until there are enough
    /// parts or they get too thin for an efficient product.
    private func tile(parts: Int) -> (rows: Int, columns: Int) {
        var rows = m, columns = n, count = 1
        while count < parts, max(rows, columns) >= 192 {
            if rows >= columns {
                rows = ((rows + 1) / 2 + 15) / 16 * 16
            } else {
                columns = ((columns + 1) / 2 + 15) / 16 * 16
            }
            count *= 2
        }
        return (rows, columns)
    }

    private func write(
        rows: Range<Int>, columns: Range<Int>, inner: Range<Int>,
        to result: UnsafeMutablePointer<Float>, bias: FloatBuffer?
    ) {
        let to = result + rows.lowerBound * n + columns.lowerBound
        if let bias {
            for i in 0..<rows.count {
                (to + i * n).update(
                    from: bias.pointer + columns.lowerBound, count: columns.count)
            }
        }
        // Blocks of inputs as in the spike product, for the same bits whatever the storage or batch.
        let block = transposeFirst || transposeSecond ? k : rnv_product_block(k)
        for from in stride(from: inner.lowerBound, to: inner.upperBound, by: block) {
            let first =
                x + (transposeFirst ? from * m + rows.lowerBound : rows.lowerBound * k + from)
            let second =
                y
                + (transposeSecond ? columns.lowerBound * k + from : from * n + columns.lowerBound)
            let isFirst = bias == nil && from == inner.lowerBound
            let status = rnv_dense_product(
                transposeFirst ? 1 : 0, transposeSecond ? 1 : 0, Int64(rows.count),
                Int64(columns.count), Int64(min(block, inner.upperBound - from)), first,
                Int64(transposeFirst ? m : k), second, Int64(transposeSecond ? k : n),
                isFirst ? 0 : 1, to, Int64(n))
            precondition(status == 0, "oneDNN refused a product \(m)×\(k)×\(n): status \(status)")
        }
    }
}

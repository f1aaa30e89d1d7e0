import COneDNN

/// A matrix in memory whose rows lie some numbers apart; a part of the columns of a larger one, for example.
package struct StridedMatrix {
    package let pointer: UnsafeMutablePointer<Float>
    package let stride: Int
    /// Whether a product takes columns as rows.
    package let isTransposed: Bool

    /// A view; whoever owns the memory keeps it.
    package init(_ pointer: UnsafeMutablePointer<Float>, stride: Int, isTransposed: Bool = false) {
        self.pointer = pointer
        self.stride = stride
        self.isTransposed = isTransposed
    }
}

extension MatrixKernel {
    /// `c ← op(a) · op(b) + kept · c` on the calling thread: op(a) is `rows × inner`, op(b) `inner × columns`.
    package static func multiply(
        _ a: StridedMatrix, _ b: StridedMatrix, rows: Int, inner: Int, columns: Int,
        to c: StridedMatrix, keeping kept: Float = 0
    ) {
        guard rows > 0, columns > 0, inner > 0 else { return }
        let status = rnv_dense_product(
            a.isTransposed ? 1 : 0, b.isTransposed ? 1 : 0, Int64(rows), Int64(columns),
            Int64(inner), a.pointer, Int64(a.stride), b.pointer, Int64(b.stride), kept, c.pointer,
            Int64(c.stride))
        precondition(
            status == 0, "oneDNN refused a product \(rows)×\(inner)×\(columns): status \(status)")
    }
}

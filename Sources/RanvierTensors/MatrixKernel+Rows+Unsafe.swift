import COneDNN

/// Products of rows with rows, on the calling thread, added to blocks of a larger matrix: what kernel matrices are
/// made of.
extension MatrixKernel {
    /// `c += a · bᵀ`: `a` is `rows × inner`, `b` `columns × inner`; their rows lie `stride` apart, those of `c`
    /// `strideC`.
    package static func addProductOfRows(
        _ a: UnsafePointer<Float>, rows: Int, _ b: UnsafePointer<Float>, columns: Int, inner: Int,
        stride: Int, to c: UnsafeMutablePointer<Float>, strideC: Int
    ) {
        let status = rnv_dense_product(
            0, 1, Int64(rows), Int64(columns), Int64(inner), a, Int64(stride), b, Int64(stride), 1,
            c, Int64(strideC))
        precondition(
            status == 0, "oneDNN refused a product \(rows)×\(inner)×\(columns): status \(status)")
    }
}

import COneDNN

/// Products of rows with rows, on the calling thread, added to blocks of a larger matrix: what kernel matrices are
/// made of.
extension MatrixKernel {
    /// Whether products of split numbers are faster than plain ones on this processor.
    package static let splitIsFast = rnv_split_product_is_fast() != 0

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

    /// The same for bfloat16 numbers, summed in single precision.
    package static func addProductOfRows(
        _ a: UnsafePointer<UInt16>, rows: Int, _ b: UnsafePointer<UInt16>, columns: Int,
        inner: Int, stride: Int, to c: UnsafeMutablePointer<Float>, strideC: Int
    ) {
        let status = rnv_half_product(
            Int64(rows), Int64(columns), Int64(inner), a, b, Int64(stride), c, Int64(strideC))
        precondition(
            status == 0, "oneDNN refused a product \(rows)×\(inner)×\(columns): status \(status)")
    }
}

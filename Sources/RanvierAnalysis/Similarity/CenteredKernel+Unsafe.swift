import CRanvierKernels
import RanvierLearning
import RanvierTensors

extension CenteredKernel {
    /// Centres a kernel matrix.
    ///
    /// - Throws: ``AnalysisError/impossibleValue(what:expected:found:)`` for fewer than four samples.
    public init(
        _ kernel: KernelMatrix, estimator: HSICEstimator = .unbiased
    ) throws(AnalysisError) {
        let n = kernel.count
        guard n > 3 else {
            throw .impossibleValue(
                what: "samples of a similarity", expected: "at least 4", found: "\(n)")
        }
        let matrix = kernel.upper.denseBuffer
        let half = n * (n - 1) / 2
        let row = FloatBuffer(count: estimator == .biased ? half + n : half)
        var sums = [Double](repeating: 0, count: n)
        sums.withUnsafeMutableBufferPointer {
            rnv_gram_row_sums(matrix.pointer, n, $0.baseAddress)
        }
        let size = Double(n)
        let constant: Double
        switch estimator {
        case .unbiased:
            constant = sums.reduce(0, +) / ((size - 1) * (size - 2))
            for i in 0..<n { sums[i] /= -(size - 2) }
        case .biased:
            for i in 0..<n { sums[i] += Double(matrix.pointer[i * n + i]) }
            constant = sums.reduce(0, +) / (size * size)
            for i in 0..<n { sums[i] /= -size }
            for i in 0..<n {
                let own = Double(matrix.pointer[i * n + i]), value = own + 2 * sums[i] + constant
                row.pointer[half + i] = abs(value) > rnv_gram_rounding(n) * own ? Float(value) : 0
            }
        }
        sums.withUnsafeBufferPointer {
            rnv_gram_center(matrix.pointer, n, $0.baseAddress, constant, row.pointer)
        }
        self.init(samples: n, estimator: estimator, row: row)
    }

    /// Inner products of all pairs of rows, `[rows, rows]`, summed in double precision; symmetric.
    ///
    /// Cut by blocks of rows, never by threads. Complexity: rows² n² / 4 multiply-adds.
    static func innerProducts(_ kernels: [CenteredKernel]) -> [Double] {
        let count = kernels.count, tile = 4
        let blocks = stride(from: 0, to: count, by: tile).map { $0..<min($0 + tile, count) }
        let pairs = blocks.indices.flatMap { i in blocks[i...].map { (blocks[i], $0) } }
        let length = kernels.first?.row.count ?? 0
        var sums = [Double](repeating: 0, count: pairs.count * tile * tile)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let first = sums.baseAddress else { return }
            nonisolated(unsafe) let blocks = first
            Parallel.forEach(parts: pairs.count) { part in
                let (rows, columns) = pairs[part]
                let left = rows.map { UnsafePointer(kernels[$0].row.pointer) as UnsafePointer? }
                let right = columns.map { UnsafePointer(kernels[$0].row.pointer) as UnsafePointer? }
                rnv_gram_inner(
                    left, rows.count, right, columns.count, length,
                    blocks + part * tile * tile, tile)
            }
        }
        var products = [Double](repeating: 0, count: count * count)
        for (part, (rows, columns)) in pairs.enumerated() {
            for (r, i) in rows.enumerated() {
                for (c, j) in columns.enumerated() {
                    let sum = sums[(part * tile + r) * tile + c]
                    products[i * count + j] = sum
                    products[j * count + i] = sum
                }
            }
        }
        return products
    }
}

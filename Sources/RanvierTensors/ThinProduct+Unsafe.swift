import CRanvierKernels

/// `rows · weightsᵀ` with few inner terms, multiplied only where somebody asks for the numbers.
///
/// The gradient that a read-out with a few classes sends back to a wide layer has one number per neuron and
/// step, but only a few per step are new. Neurons work it out block by block in the cache instead of
/// reading it from memory.
package final class ThinProduct: DeferredNumbers {
    /// Most inner terms for which this pays.
    static let mostTerms = 32

    private let rows: Tensor
    private let weights: Tensor
    private let transposed: Tensor
    private let kept = KeptNumbers()

    /// - Parameters:
    ///   - rows: `[rows, terms]`.
    ///   - weights: `[features, terms]`.
    init(rows: Tensor, weights: Tensor) {
        // Kernels read its memory as long as the product lives, also where it was stored in another way.
        self.rows = rows.dense
        self.weights = weights
        transposed = Self.paddedTranspose(of: weights)
    }

    /// Bytes of the factors.
    package var storedBytes: Int { (rows.count + transposed.count) * 4 }

    /// The numbers, `[rows, features]`.
    package var buffer: FloatBuffer {
        kept.value { MatrixKernel.product(rows, weights, transposeSecond: true).denseBuffer }
    }

    /// What kernels need to work out parts; valid as long as the product.
    package var kernelForm: rnv_thin_product_t {
        rnv_thin_product_t(
            rows: rows.denseBuffer.pointer, weights: transposed.denseBuffer.pointer,
            terms: weights.shape[1], stride: transposed.shape[1], features: weights.shape[0])
    }

    /// Kernels read up to 15 numbers behind the last feature. Rows an odd number of cache lines apart do not compete for
    /// the same places in the cache.
    private static func paddedTranspose(of weights: Tensor) -> Tensor {
        let features = weights.shape[0], terms = weights.shape[1]
        let stride = ((features + 30) / 16 | 1) * 16
        let source = weights.denseBuffer
        return Tensor(denseShape: [terms, stride]) { destination in
            destination.update(repeating: 0)
            for feature in 0..<features {
                for term in 0..<terms {
                    destination[term * stride + feature] = source.pointer[feature * terms + term]
                }
            }
        }
    }
}

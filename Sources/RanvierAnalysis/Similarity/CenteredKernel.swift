import RanvierTensors

/// A kernel matrix with its row and column means taken out, as one row of numbers whose inner product with
/// another row is an HSIC.
///
///     biased      A_ij = K_ij − r_i/n − r_j/n + S/n²
///     unbiased    A_ij = K_ij − r_i/(n−2) − r_j/(n−2) + S/((n−1)(n−2)) for i ≠ j,   A_ii = 0
///
/// `r` are row sums (without the diagonal where unbiased), `S` their sum. Only the half above the diagonal is
/// kept, times √2, and the diagonal where it is not zero, so that `Σ_ij A_ij B_ij` is the plain inner product of two
/// rows: n (n − 1) / 2 numbers in Float32, 2 MiB for 1024 samples. A heat map of many layers is then one matrix
/// product of their rows.
public struct CenteredKernel: Sendable {
    /// Number of samples.
    public let samples: Int
    /// How it was centred.
    public let estimator: HSICEstimator
    let row: FloatBuffer

    init(samples: Int, estimator: HSICEstimator, row: FloatBuffer) {
        self.samples = samples
        self.estimator = estimator
        self.row = row
    }

    /// Bytes that the row occupies.
    public var storedBytes: Int { row.count * 4 }

    /// HSIC of two kernels of the same samples, in double precision.
    public func hsic(with other: CenteredKernel) -> Double {
        precondition(
            samples == other.samples && estimator == other.estimator,
            "kernels of different samples or estimators cannot be compared")
        return Self.innerProducts([self, other])[1] / estimator.divisor(samples: samples)
    }

    /// Centred kernel alignment of two layers over the same samples.
    ///
    ///     CKA = HSIC(K, L) / √(HSIC(K, K) HSIC(L, L))
    ///
    /// - Returns: NaN where a self term is not positive: a layer that is nearly dead, or too few samples.
    public func alignment(with other: CenteredKernel) -> Double {
        SimilarityMap.alignment(
            hsic(with: other), hsic(with: self), other.hsic(with: other))
    }
}

import RanvierLearning

/// Centred kernel alignment of all pairs of layers over several batches.
///
///     CKA = Σ_b HSIC(K_b, L_b) / √(Σ_b HSIC(K_b, K_b) · Σ_b HSIC(L_b, L_b))
///
/// HSICs are summed over the batches before anything is divided; the mean of the batches' alignments is another,
/// biased number. All batches have the same number of samples, because it enters the estimate; leave out a last partial
/// batch.
///
///     var sums = SimilarityAccumulator(layers: names)
///     for batch in batches { try sums.add(rows(of: batch)) }       // one centred kernel per layer
///     let map = sums.map(rows: spiking, columns: artificial)
///
/// Layers of several networks are handed in together and then cut into maps. Source: Nguyen, Raghu & Kornblith 2021,
/// equation 5. Complexity of a batch: L² n² / 4 multiply-adds in double precision for L layers.
public struct SimilarityAccumulator: Sendable {
    /// Names of all layers, network by network.
    public let layers: [String]
    /// Sums of HSICs, `[layers, layers]`.
    public private(set) var hsic: [Double]
    /// Batches that were added.
    public private(set) var batches = 0
    private var samples: Int?
    private var estimator: HSICEstimator?

    /// Sums of zero.
    public init(layers: [String]) {
        self.layers = layers
        hsic = Array(repeating: 0, count: layers.count * layers.count)
    }

    /// Adds a batch.
    ///
    /// - Parameter kernels: one per layer, of the same samples.
    /// - Throws: ``AnalysisError`` where their number, that of their samples, or their estimator does not fit.
    public mutating func add(_ kernels: [CenteredKernel]) throws(AnalysisError) {
        guard kernels.count == layers.count else {
            throw .countMismatch(
                what: "kernels of a batch", expected: layers.count, found: kernels.count)
        }
        guard let first = kernels.first else { return }
        let expected = samples ?? first.samples
        for kernel in kernels where kernel.samples != expected {
            throw .countMismatch(
                what: "samples of a batch", expected: expected, found: kernel.samples)
        }
        let usual = estimator ?? first.estimator
        for kernel in kernels { try Self.require(usual, found: kernel.estimator) }
        (samples, estimator) = (expected, usual)
        let divisor = first.estimator.divisor(samples: expected)
        let products = CenteredKernel.innerProducts(kernels)
        for i in hsic.indices { hsic[i] += products[i] / divisor }
        batches += 1
    }

    /// Adds what others summed over the same layers.
    ///
    /// - Throws: ``AnalysisError`` where layers, the samples of a batch or the estimator do not fit.
    public mutating func add(_ other: SimilarityAccumulator) throws(AnalysisError) {
        guard other.layers.count == layers.count else {
            throw .countMismatch(
                what: "layers of a sum", expected: layers.count, found: other.layers.count)
        }
        guard let theirs = other.samples else { return }
        guard theirs == samples ?? theirs else {
            throw .countMismatch(
                what: "samples of a batch", expected: samples ?? theirs, found: theirs)
        }
        if let found = other.estimator {
            try Self.require(estimator ?? found, found: found)
            estimator = found
        }
        samples = theirs
        for i in hsic.indices { hsic[i] += other.hsic[i] }
        batches += other.batches
    }

    /// Sums of two estimators would be neither, and their kernels differ in length.
    private static func require(
        _ estimator: HSICEstimator, found: HSICEstimator
    ) throws(AnalysisError) {
        guard found == estimator else {
            throw .impossibleValue(
                what: "estimator of a kernel", expected: estimator.rawValue, found: found.rawValue)
        }
    }

    /// Alignment of two layers; NaN where a self term is not positive.
    public func alignment(_ i: Int, _ j: Int) -> Double {
        let n = layers.count
        return SimilarityMap.alignment(hsic[i * n + j], hsic[i * n + i], hsic[j * n + j])
    }

    /// Alignments of some layers with some others, by position.
    public func map(rows: Range<Int>, columns: Range<Int>) -> SimilarityMap {
        SimilarityMap(
            rows: Array(layers[rows]), columns: Array(layers[columns]),
            values: rows.map { i in columns.map { alignment(i, $0) } })
    }
}

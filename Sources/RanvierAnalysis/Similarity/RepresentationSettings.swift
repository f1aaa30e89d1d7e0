/// How the answers of layers are compared.
public struct RepresentationSettings: Sendable, Hashable, Codable {
    /// What counts as the features of a sample.
    public var time = TimeMode.concatenate
    /// The kernel.
    public var kernel = SimilarityKernel.linear
    /// How HSIC is estimated.
    public var estimator = HSICEstimator.unbiased
    /// Whether steps of each layer are compared with one another.
    public var comparesSteps = false
    /// How many first samples of a batch are kept as kernel matrices, for probes and Procrustes distances.
    public var keptSamples = 0

    /// Linear, unbiased, all steps of a sample together.
    public init() {}
}

/// A fully connected layer with a distribution for every weight and bias: prior, and site totals that data have left.
public struct PosteriorLayer: Sendable, Hashable {
    /// The family of its weights; biases are Gaussian.
    public var family: WeightFamily
    /// What its neurons hand on; the last layer's is not looked at.
    public var activation: HiddenActivation
    /// c, by which inputs are multiplied; usually 1/√fan-in.
    public var scale: Double
    /// σ², the neurons' own noise.
    public var noise: Double
    /// Prior means m₀ (or θ₀) of weights, `[inputs, outputs]`.
    public var priorMean: PlainMatrix
    /// Prior variance s₀ of Gaussian weights.
    public var priorVariance: Double
    /// Prior means of biases, `[1, outputs]`.
    public var biasPriorMean: PlainMatrix
    /// Prior variance of biases.
    public var biasPriorVariance: Double
    /// τ, by which variances of weights and biases are divided in V, and nowhere else; 1 for the method as derived.
    public var varianceDiscount: Double
    /// Site totals of weights.
    public var totals: MessageMatrix
    /// Site totals of biases.
    public var biasTotals: MessageMatrix

    /// A layer that has seen nothing.
    public init(
        family: WeightFamily, activation: HiddenActivation, scale: Double? = nil, noise: Double,
        priorMean: PlainMatrix, priorVariance: Double = 1, biasPriorMean: PlainMatrix,
        biasPriorVariance: Double = 1, varianceDiscount: Double = 1
    ) {
        precondition(
            biasPriorMean.rows == 1 && biasPriorMean.columns == priorMean.columns,
            "a bias for each output")
        self.family = family
        self.activation = activation
        self.scale = scale ?? 1 / Double(priorMean.rows).squareRoot()
        self.noise = noise
        self.priorMean = priorMean
        self.priorVariance = priorVariance
        self.biasPriorMean = biasPriorMean
        self.biasPriorVariance = biasPriorVariance
        self.varianceDiscount = varianceDiscount
        totals = MessageMatrix(rows: priorMean.rows, columns: priorMean.columns)
        biasTotals = MessageMatrix(rows: 1, columns: priorMean.columns)
    }

    /// Moments of the weights with a share of the totals: 1 for the posterior, less for a cavity.
    public func weightMoments(share: Double = 1) -> MomentMatrix {
        Self.moments(
            family, priorMean, variance: priorVariance, totals.scaled(by: share))
    }

    /// Moments of the biases.
    public func biasMoments(share: Double = 1) -> MomentMatrix {
        Self.moments(
            .gaussian, biasPriorMean, variance: biasPriorVariance, biasTotals.scaled(by: share))
    }

    private static func moments(
        _ family: WeightFamily, _ mean: PlainMatrix, variance: Double, _ sites: MessageMatrix
    ) -> MomentMatrix {
        var result = MomentMatrix(known: mean)
        for row in 0..<mean.rows {
            for column in 0..<mean.columns {
                let prior = WeightFamily.Prior(mean: mean[row, column], variance: variance)
                let moments = family.moments(prior: prior, site: sites[row, column])
                result.mean[row, column] = moments.mean
                result.variance[row, column] = moments.variance
            }
        }
        return result
    }
}

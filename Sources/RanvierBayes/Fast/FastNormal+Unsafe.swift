import CRanvierKernels

/// The tails of the normal distribution as the kernels compute them, to be held against ``NormalDistribution``.
enum FastNormal {
    /// log Φ, hazard and hazard + z of each number.
    static func values(
        at z: [Double]
    ) -> (logCumulative: [Double], hazard: [Double], hazardPlusArgument: [Double]) {
        var logs = z, hazards = z, sums = z
        rnv_expectation_normal(z.count, z, &logs, &hazards, &sums)
        return (logs, hazards, sums)
    }
}

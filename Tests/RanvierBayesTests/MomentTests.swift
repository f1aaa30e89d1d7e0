import Foundation
import Ranvier
import Testing

@testable import RanvierBayes

/// Closed forms against quadrature and sampling.
@Suite("Moments of expectation propagation") struct MomentTests {
    /// Moments of a density on a fine grid of u, ±12 deviations around the mean.
    private func moments(
        mean: Double, variance: Double, _ factor: (Double) -> Double
    ) -> (logZ: Double, mean: Double, variance: Double) {
        let deviation = variance.squareRoot(), count = 40_000
        let step = 24 * deviation / Double(count)
        var sums = (0.0, 0.0, 0.0)
        for index in 0..<count {
            let u = mean - 12 * deviation + (Double(index) + 0.5) * step
            let mass =
                factor(u) * NormalDistribution.density((u - mean) / deviation) / deviation * step
            sums = (sums.0 + mass, sums.1 + mass * u, sums.2 + mass * u * u)
        }
        let first = sums.1 / sums.0
        return (log(sums.0), first, sums.2 / sums.0 - first * first)
    }

    @Test(arguments: [(0.3, 1.0, 2.0), (-1.5, 0.4, 5.0), (2.0, 3.0, -4.0), (0.1, 0.2, 0.0)])
    func spikesWithLogOdds(mean: Double, variance: Double, logOdds: Double) {
        let own = StepFactor.uncertain(mean: mean, variance: variance, logOdds: logOdds).moments
        let exact = moments(mean: mean, variance: variance) { $0 > 0 ? exp(logOdds) : 1 }
        let tilted = own.tilted(mean: mean, variance: variance)
        #expect(abs(own.logNormalizer - exact.logZ) < 1e-3)
        #expect(abs(tilted.mean - exact.mean) < 1e-3)
        #expect(abs(tilted.variance - exact.variance) < 1e-3)
    }

    @Test(arguments: [(0.3, 1.0, 0.7, 1.2), (-1.5, 0.4, 2.0, 3.0), (2.0, 3.0, 0.1, -1.0)])
    func rectifiedNeurons(mean: Double, variance: Double, precision: Double, linear: Double) {
        let own = RectifiedFactor.moments(
            mean: mean, variance: variance,
            message: NaturalGaussian(precision: precision, linear: linear)
        ).moments
        let exact = moments(mean: mean, variance: variance) { u in
            let v = max(u, 0)
            return exp(linear * v - precision * v * v / 2)
        }
        let tilted = own.tilted(mean: mean, variance: variance)
        #expect(abs(own.logNormalizer - exact.logZ) < 1e-5)
        #expect(abs(tilted.mean - exact.mean) < 1e-5)
        #expect(abs(tilted.variance - exact.variance) < 1e-5)
    }

    /// ω and V of a layer by 20 000 draws of weights, inputs and noise.
    @Test func potentialsAgainstSampling() {
        let weights = MomentMatrix(
            mean: PlainMatrix(rows: 3, columns: 1, [0.5, -1, 0.2]),
            variance: PlainMatrix(rows: 3, columns: 1, [0.4, 0.1, 0.9]))
        let inputs = MomentMatrix(
            mean: PlainMatrix(rows: 1, columns: 3, [1, 0.3, -0.7]),
            variance: PlainMatrix(rows: 1, columns: 3, [0.2, 0.5, 0]))
        let messages = LinearMessages(
            inputs: inputs, weights: weights,
            biases: MomentMatrix(
                mean: PlainMatrix(rows: 1, columns: 1, [0.1]),
                variance: PlainMatrix(rows: 1, columns: 1, [0.3])), scale: 0.6, noise: 0.05)
        let count = 20_000
        let draws = RandomStream(seed: 4, name: "draws").normal(count: 8 * count).map(Double.init)
        var first = 0.0, second = 0.0
        for n in 0..<count {
            let own = draws[8 * n..<8 * n + 8], at = own.startIndex
            var u = 0.1 + own[at + 6] * 0.3.squareRoot() + own[at + 7] * 0.05.squareRoot()
            for j in 0..<3 {
                let w = weights.mean[j, 0] + own[at + j] * weights.variance[j, 0].squareRoot()
                let v =
                    inputs.mean[0, j] + own[at + 3 + j] * inputs.variance[0, j].squareRoot()
                u += w * 0.6 * v
            }
            first += u / Double(count)
            second += u * u / Double(count)
        }
        let variance = messages.outputs.variance[0, 0]
        #expect(abs(messages.outputs.mean[0, 0] - first) < 4 * (variance / 2e4).squareRoot())
        #expect(abs(variance / (second - first * first) - 1) < 0.05)
    }

    /// Nothing becomes NaN far out: potentials of 10⁴ deviations, variances of 10⁻⁹.
    @Test func extremesAreNumbers() {
        for z in [-1e4, -40, 0, 40, 1e4] {
            for variance in [1e-9, 1, 1e6] {
                let mean = z * variance.squareRoot()
                for logOdds in [-200.0, -30, 0, 30, 200] {
                    let factor = StepFactor.uncertain(
                        mean: mean, variance: variance, logOdds: logOdds)
                    #expect(factor.moments.logNormalizer.isFinite)
                    #expect(factor.moments.slope.isFinite && factor.moments.curvature.isFinite)
                }
                for output in [OutputFactor.argmax, .pairwise, .oneVersusAll] {
                    let moments = output.moments(
                        means: [mean, 0, 1], variances: [variance, 1, 1e-9], label: 0)
                    #expect(moments.logNormalizer.isFinite)
                    let all = moments.slopes + moments.curvatures
                    #expect(!all.contains { !$0.isFinite })
                }
            }
        }
    }

    @Test func tailsOfTheKernels() {
        let z = stride(from: -60.0, through: 60, by: 0.37).map { $0 } + [-1e4, -1e3, 1e3, 1e4, 0]
        let found = FastNormal.values(at: z)
        for (index, z) in z.enumerated() {
            func close(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
                abs(a - b) <= tolerance * abs(b) + 1e-300
            }
            #expect(
                abs(found.logCumulative[index] - NormalDistribution.logCumulative(z))
                    <= 1e-13 * (1 + abs(NormalDistribution.logCumulative(z))))
            #expect(close(found.hazard[index], NormalDistribution.hazard(z), 1e-12), "\(z)")
            #expect(
                abs(found.hazardPlusArgument[index] - NormalDistribution.hazardPlusArgument(z))
                    < 1e-10, "\(z)")
        }
    }

    /// The largest of any, against all states.
    @Test func poolingByAnyAgainstEnumeration() {
        let means = [0.2, 0.7, 0.05], logOdds = 1.3
        let pooled = PoolingMessages.any(means: means)
        #expect(abs(pooled.mean - (1 - 0.8 * 0.3 * 0.95)) < 1e-12)
        #expect(abs(pooled.variance - pooled.mean * (1 - pooled.mean)) < 1e-12)
        let found = PoolingMessages.fromAny(means: means, logOdds: logOdds)
        for k in means.indices {
            let none = means.enumerated().reduce(1.0) {
                $1.offset == k ? $0 : $0 * (1 - $1.element)
            }
            let exact = logOdds - log(none + (1 - none) * exp(logOdds))
            #expect(abs(found[k] - exact) < 1e-12)
        }
    }
}

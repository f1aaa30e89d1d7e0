import Foundation
import Ranvier
import Testing

@testable import RanvierBayes

/// Whole posteriors where the exact one can be had.
@Suite("Small posteriors") struct SmallPosteriorTests {
    /// One neuron with four weights of ±1 and six samples: all 16 states, the bias integrated by quadrature.
    @Test func binaryWeightsAgainstEnumeration() {
        let x = RandomStream(seed: 12, name: "x").normal(count: 24).map(Double.init)
        let labels = [1.0, -1, 1, 1, -1, 1], scale = 0.5, noise = 4.0
        let rule = GaussHermiteRule.standard
        var total = 0.0, means = [Double](repeating: 0, count: 4)
        for state in 0..<16 {
            let weights = (0..<4).map { state >> $0 & 1 == 1 ? 1.0 : -1 }
            let likelihood = zip(rule.nodes, rule.weights).reduce(0.0) { sum, node in
                sum
                    + node.1
                    * (0..<6).reduce(1.0) { product, n in
                        let u = (0..<4).reduce(node.0) { $0 + scale * weights[$1] * x[4 * n + $1] }
                        return product
                            * NormalDistribution.cumulative(labels[n] * u / noise.squareRoot())
                    }
            }
            total += likelihood
            for j in 0..<4 { means[j] += weights[j] * likelihood }
        }
        means = means.map { $0 / total }

        // A stored site for each sample is EP as it is written in books. Two outputs that are opposite would need two neurons;
        // one-versus-all with one output is a step with a known side.
        var layer = PosteriorLayer(
            family: .binary, activation: .spike, scale: scale, noise: noise,
            priorMean: PlainMatrix(rows: 4, columns: 1),
            biasPriorMean: PlainMatrix(rows: 1, columns: 1))
        var weightSites = StoredSites(batches: 6, rows: 4, columns: 1)
        var biasSites = StoredSites(batches: 6, rows: 1, columns: 1)
        for _ in 0..<50 {
            for n in 0..<6 {
                layer.totals = weightSites.cavity(ofBatch: n, samples: 1)
                layer.biasTotals = biasSites.cavity(ofBatch: n, samples: 1)
                let messages = LinearMessages(
                    inputs: MomentMatrix(
                        known: PlainMatrix(rows: 1, columns: 4, Array(x[4 * n..<4 * n + 4]))),
                    weights: layer.weightMoments(), biases: layer.biasMoments(), scale: scale,
                    noise: noise)
                let factor = StepFactor.known(
                    sign: labels[n], mean: messages.outputs.mean[0, 0],
                    variance: messages.outputs.variance[0, 0])
                let sums = messages.sums([[factor]], isExact: false)
                weightSites.update(batch: n, with: sums.weights)
                biasSites.update(batch: n, with: sums.biases)
            }
        }
        layer.totals = weightSites.totals
        let found = layer.weightMoments().mean.values
        for (mean, exact) in zip(found, means) { #expect(abs(mean - exact) < 0.1) }
        // It has learned something that the test could miss.
        #expect((means.map(abs).max() ?? 0) > 0.15)
    }

    @Test func orderOfABatchDoesNotMatter() {
        let network = PosteriorSamples.posterior(sizes: [5, 6, 3]).plain
        let x = PosteriorSamples.matrix(PosteriorSamples.inputs(4, 5))
        let labels = [0, 2, 1, 1], order = [2, 0, 3, 1], sites = SharedSites(samples: 20, memory: 3)
        var first = network, second = network
        first.update(MomentMatrix(known: x), .labels(labels), sites: sites)
        let shuffled = PlainMatrix(rows: 4, columns: 5, order.flatMap { x.row($0) })
        second.update(
            MomentMatrix(known: shuffled), .labels(order.map { labels[$0] }), sites: sites)
        for (a, b) in zip(first.layers, second.layers) {
            for (p, q) in zip(a.totals.linear.values, b.totals.linear.values) {
                #expect(abs(p - q) < 1e-12)
            }
        }
    }

    /// κ → ∞ forgets nothing and takes nothing out of the cavity; κ = 1 forgets what a pass adds.
    @Test func limitsOfTheMemory() {
        let filtering = SharedSites(samples: 10, memory: .infinity)
        #expect(filtering.cavityShare == 1 && filtering.forgetting(batch: 5) == 0)
        let stochastic = SharedSites(samples: 10)
        #expect(abs(stochastic.forgetting(batch: 10) - 1) < 1e-12)
        #expect(abs(stochastic.cavityShare - 0.9) < 1e-12)
    }

    /// Gaussian weights and values: the posterior is known in closed form for a single weight.
    @Test func oneGaussianWeightIsExact() {
        var layer = PosteriorLayer(
            family: .gaussian, activation: .spike, scale: 1, noise: 0.5,
            priorMean: PlainMatrix(rows: 1, columns: 1, [0.2]), priorVariance: 2,
            biasPriorMean: PlainMatrix(rows: 1, columns: 1), biasPriorVariance: 1e-12)
        let x = [0.7, -1.1, 0.4], y = [1.0, -0.3, 0.8]
        // Assumed-density filtering is exact where all is Gaussian.
        for (x, y) in zip(x, y) {
            var network = PosteriorNetwork(layers: [layer], output: .gaussian, isExact: true)
            network.update(
                MomentMatrix(known: PlainMatrix(rows: 1, columns: 1, [x])),
                .values(PlainMatrix(rows: 1, columns: 1, [y])),
                sites: SharedSites(samples: 3, memory: .infinity))
            layer = network.layers[0]
        }
        let precision = 1 / 2.0 + x.reduce(0) { $0 + $1 * $1 / 0.5 }
        let linear = 0.2 / 2 + zip(x, y).reduce(0) { $0 + $1.0 * $1.1 / 0.5 }
        let moments = layer.weightMoments()
        #expect(abs(moments.variance[0, 0] - 1 / precision) < 1e-9)
        #expect(abs(moments.mean[0, 0] - linear / precision) < 1e-9)
    }
}

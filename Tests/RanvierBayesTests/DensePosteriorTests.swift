import Ranvier
import Testing

@testable import RanvierBayes

/// The fast form against the plain one.
@Suite("Dense posteriors") struct DensePosteriorTests {
    struct Setting: Sendable, CustomTestStringConvertible {
        var weights = WeightFamily.gaussian
        var activation = HiddenActivation.spike
        var output = OutputFactor.argmax
        var isExact = false
        var discount: Float = 1
        var frames: Int?
        var gain = 1.0
        var testDescription: String {
            "\(weights) \(activation) \(output) exact \(isExact) τ \(discount) frames \(frames ?? 0) γ \(gain)"
        }
    }

    static let settings: [Setting] = [
        Setting(), Setting(activation: .signedSpike, output: .pairwise),
        Setting(weights: .binary, activation: .signedSpike),
        Setting(weights: .ternary(logPriorOfZero: 0.4), output: .oneVersusAll, gain: 0.5),
        Setting(weights: .categorical(support: [-1, -0.2, 0.5], logPrior: [0, 1, 0.3])),
        Setting(activation: .rectified, output: .gaussian, isExact: true),
        Setting(output: .gaussian, isExact: true, gain: 0.3),
        Setting(activation: .rectified, output: .gaussian, discount: 3),
        Setting(discount: 3), Setting(frames: 4),
    ]

    private func answers(
        _ output: OutputFactor, count: Int, outputs: Int, seed: UInt64
    ) -> (DenseSweep.Answers, PosteriorNetwork.Answers) {
        if output == .gaussian {
            let y = PosteriorSamples.inputs(count, outputs, seed: seed &+ 50)
            return (.values(y.scalars), .values(PosteriorSamples.matrix(y)))
        }
        let labels = (0..<count).map { ($0 * 7 + Int(seed)) % outputs }
        return (.labels(labels.map { Int32($0) }), .labels(labels))
    }

    /// Three batches, two hidden layers; moments of weights and answers afterwards.
    @Test(arguments: settings) func sameAsThePlainForm(_ setting: Setting) {
        let sizes = [9, 19, 11, 5], count = 6
        let start = PosteriorSamples.posterior(
            sizes: sizes, weights: setting.weights, activation: setting.activation,
            output: setting.output, isExact: setting.isExact, discount: setting.discount)
        let sites = SharedSites(samples: 40, memory: 2, gain: setting.gain)
        let sweep = DenseSweep(start, samples: count, share: Float(sites.cavityShare))
        var plain = start.plain
        let input: BayesianInput =
            setting.frames.map { .rate(frames: $0, draws: .bernoulli) } ?? .values()
        func inputs(_ seed: UInt64) -> Tensor {
            let values = PosteriorSamples.inputs(count, 9, seed: seed)
            return setting.frames == nil
                ? values : Tensor(values.scalars.map { min(abs($0) / 3, 1) }, shape: values.shape)
        }
        for batch in 0..<3 {
            let x = inputs(UInt64(batch)), variance = input.variance(of: x)
            let (fast, slow) = answers(
                setting.output, count: count, outputs: 5, seed: UInt64(batch))
            let keep = Float(1 - sites.forgetting(batch: count))
            let found = sweep.visit(x, variance, fast, keep: keep, gain: Float(setting.gain))
            let moments = MomentMatrix(
                mean: PosteriorSamples.matrix(x),
                variance: variance.map(PosteriorSamples.matrix)
                    ?? PlainMatrix(rows: count, columns: 9))
            let pass = plain.update(moments, slow, sites: sites)
            let expected = pass.logNormalizers.reduce(0, +)
            #expect(abs(found.logNormalizer - expected) < 1e-3 * (1 + abs(expected)))
        }
        let posterior = sweep.posterior
        var worst = 0.0
        for (fast, slow) in zip(posterior.layers.map(\.plain), plain.layers) {
            let (a, b) = (fast.weightMoments(), slow.weightMoments())
            for (p, q) in zip(a.mean.values + a.variance.values, b.mean.values + b.variance.values)
            {
                worst = max(worst, abs(p - q) / (1 + abs(q)))
            }
            let (c, d) = (fast.biasMoments(), slow.biasMoments())
            for (p, q) in zip(c.mean.values + c.variance.values, d.mean.values + d.variance.values)
            {
                worst = max(worst, abs(p - q) / (1 + abs(q)))
            }
        }
        // The stated loss of single precision over three visits.
        #expect(worst < 2e-5, "\(worst)")
        let x = inputs(9),
            outputs = posterior.prediction(of: x, inputVariance: input.variance(of: x))
        let right = plain.prediction(
            of: MomentMatrix(
                mean: PosteriorSamples.matrix(x),
                variance: input.variance(of: x).map(PosteriorSamples.matrix)
                    ?? PlainMatrix(rows: count, columns: 9)))
        for (p, q) in zip(outputs.mean.scalars, right.mean.values) {
            #expect(abs(Double(p) - q) < 1e-3 * (1 + abs(q)))
        }
        for (p, q) in zip(outputs.variance.scalars, right.variance.values) {
            #expect(abs(Double(p) - q) < 1e-3 * (1 + abs(q)))
        }
    }

    @Test func probabilitiesAreThoseOfThePlainForm() {
        let means = PosteriorSamples.inputs(5, 12), spread = PosteriorSamples.inputs(5, 12, seed: 8)
        let variances = Tensor(spread.scalars.map { $0 * $0 + 0.01 }, shape: [5, 12])
        let found = DenseSweep.probabilities(mean: means, variance: variances).scalars
        for row in 0..<5 {
            let expected = OutputFactor.classProbabilities(
                means: PosteriorSamples.matrix(means).row(row),
                variances: PosteriorSamples.matrix(variances).row(row))
            for (k, share) in expected.enumerated() {
                #expect(abs(Double(found[12 * row + k]) - share) < 1e-6)
            }
        }
    }

    /// Large enough that layers are cut into parts.
    @Test func sameBitsOnAnyNumberOfThreads() {
        func totals(_ threads: Int) -> [Float] {
            Parallel.withThreads(threads) {
                let start = PosteriorSamples.posterior(sizes: [300, 210, 10])
                let sweep = DenseSweep(start, samples: 8, share: 0.99)
                for batch in 0..<2 {
                    let labels = (0..<8).map { Int32(($0 + batch) % 10) }
                    _ = sweep.visit(
                        PosteriorSamples.inputs(8, 300, seed: UInt64(batch)), nil, .labels(labels),
                        keep: 0.98, gain: 1)
                }
                return sweep.posterior.layers.flatMap { $0.precision.scalars + $0.linear.scalars }
            }
        }
        let one = totals(1)
        #expect(one == totals(2))
        #expect(one.contains { $0 != 0 })
    }

    /// Potentials of 10⁴ deviations leave numbers.
    @Test(arguments: [OutputFactor.argmax, .pairwise, .oneVersusAll])
    func extremeInputsLeaveNumbers(_ output: OutputFactor) {
        let start = PosteriorSamples.posterior(sizes: [4, 6, 3], output: output)
        let sweep = DenseSweep(start, samples: 2, share: 0.9)
        for scale in [Float(1e4), 1e-4, 0] {
            let x = PosteriorSamples.inputs(2, 4) * scale
            let result = sweep.visit(x, nil, .labels([0, 2]), keep: 0.9, gain: 1)
            #expect(result.logNormalizer.isFinite)
        }
        #expect(sweep.isFinite)
        let precisions = sweep.posterior.layers.flatMap { $0.precision.scalars }
        #expect(!precisions.contains { $0 < 0 })
    }
}

import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

@Suite struct NormalizationTests {
    static let variants: [NormalizationVariant] = [
        .shared, .thresholdDependent(alpha: 0.7, threshold: 0.5), .temporalEffective(steps: 3),
        .perStep(steps: 3),
    ]
    static var training: ForwardContext { ForwardContext(timeStep: 1e-3, isTraining: true) }

    /// Channels on both sides of the widths of the kernels.
    @Test(arguments: [1, 3, 16, 100, 600]) func statisticsMatchTheDefinition(channels: Int) {
        let x = LIFTests.random([3, 2, 5, 4, channels], "x", in: 3..<4)
        for isPerStep in [false, true] {
            let found = NormalizationDynamics(epsilon: 0, isPerStep: isPerStep).statistics(of: x)
            let groups = isPerStep ? (0..<3).map { x.step(at: $0) } : [x]
            for (index, group) in groups.enumerated() {
                let scalars = group.scalars.map { Double($0) }
                for c in [0, channels - 1] {
                    let own = stride(from: c, to: scalars.count, by: channels).map { scalars[$0] }
                    let mean = own.reduce(0, +) / Double(own.count)
                    let variance =
                        own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count)
                    #expect(abs(found.mean[index][c] - mean) < 1e-6)
                    #expect(abs(found.variance[index][c] - variance) < 1e-6)
                }
            }
        }
    }

    @Test(arguments: variants, [true, false])
    func adjointsMatchCentralDifferences(_ variant: NormalizationVariant, isTraining: Bool) {
        let rows = variant.isPerStep ? [3, 4] : [4]
        let x = LIFTests.random([3, 2, 3, 4], "x"), mix = LIFTests.random([3, 2, 3, 4], "mix")
        let scale = LIFTests.random(rows, "scale", in: 0.5..<1.5)
        let shift = LIFTests.random([4], "shift"), steps = LIFTests.random([3], "p", in: 0.5..<1.5)
        let dynamics = NormalizationDynamics(epsilon: 1e-5, isPerStep: variant.isPerStep)
        let given = dynamics.statistics(of: LIFTests.random([3, 2, 3, 4], "other"))
        let error = GradientCheck(stepSize: 5e-3).largestError(at: [x, scale, shift, steps]) { v in
            let statistics = isTraining ? dynamics.statistics(of: v[0]) : given
            return
                (dynamics.run(
                    v[0], scale: v[1], shift: v[2], stepScale: v[3], statistics: statistics,
                    areBatchStatistics: isTraining) * mix).sum()
        }
        #expect(error < 5e-3)
    }

    /// A convolution that takes the statistics on the way, a shortcut that adds what the normalisation gives part by
    /// part, and a gradient that is worked out image by image, beside the same on whole numbers.
    @Test(arguments: variants, [16, 24])
    func fusedPassesMatchPlainOnes(_ variant: NormalizationVariant, channels: Int) {
        let x = LIFTests.random([3, 4, 16, 16, 16], "x").isGreater(than: Tensor(0.6)).packedAsSpikes
        let shortcut = LIFTests.random([3, 4, 16, 16, channels], "shortcut")
        func run(isFused: Bool) -> [Tensor] {
            let convolution = Convolution2D(16, channels, size: 3, padding: 1, hasBias: false)
            convolution.weights.value = LIFTests.random([3, 3, 16, channels], "w")
            convolution.weights.track()
            let normalization = BatchNormalization(channels, variant: variant)
            normalization.scale.value = LIFTests.random(normalization.scale.shape, "scale")
            let v = [x.tracked(), convolution.weights.tensor]
            let y: Tensor
            if isFused {
                y = LayerChain([convolution, normalization])(v[0], in: Self.training) + shortcut
            } else {
                let parts = (0..<4).map {
                    convolution(v[0].slice($0..<$0 + 1, along: 1), in: Self.training)
                }
                let all = Tensor.concatenate(parts, along: 1)
                y = normalization(all, in: Self.training).dense + shortcut
            }
            let mix = LIFTests.random(y.shape, "mix")
            return [y] + (y * mix).sum().gradients(for: v)
        }
        for (fused, plain) in zip(run(isFused: true), run(isFused: false)) {
            #expect(fused.shape == plain.shape)
            let size = plain.scalars.reduce(1) { max($0, abs($1)) }
            #expect(zip(fused.scalars, plain.scalars).allSatisfy { abs($0 - $1) < 1e-5 * size })
        }
    }

    @Test(arguments: variants) func aConstantSequenceCountsAllItsSteps(
        _ variant: NormalizationVariant
    ) {
        let step = LIFTests.random([2, 3, 3, 5], "step"),
            mix = LIFTests.random([3, 2, 3, 3, 5], "m")
        func run(_ x: Tensor, _ variable: Tensor) -> ([Float], [Float], [Float]) {
            let layer = BatchNormalization(5, variant: variant)
            layer.scale.value = LIFTests.random(layer.scale.shape, "scale")
            let y = layer(x, in: Self.training)
            let gradient = (y * mix).sum().gradients(for: [variable])[0]
            return (y.scalars, gradient.scalars, layer.runningVariance.value.scalars)
        }
        let variable = step.tracked()
        let once = run(variable.repeatedInTime(steps: 3), variable)
        let many = Tensor.stack([step, step, step]).tracked()
        let repeated = run(many, many)
        let summed = Tensor(repeated.1, shape: many.shape).sum(axes: [0]).scalars
        #expect(difference(once.0, repeated.0) < 1e-5)
        #expect(difference(once.1, summed) < 1e-4)
        #expect(difference(once.2, repeated.2) < 1e-5)
    }

    @Test func sameBitsOnAnyNumberOfThreads() {
        let x = LIFTests.random([4, 8, 30, 30, 12], "x")
        func run() -> [[Float]] {
            let layer = BatchNormalization(12)
            layer.scale.value = .ones([12])
            let v = x.tracked(), y = layer(v, in: Self.training)
            return [y.scalars, y.squared().sum().gradients(for: [v])[0].scalars]
        }
        let one = Parallel.withThreads(1, run)
        #expect(Parallel.withThreads(3, run) == one)
    }

    @Test(arguments: variants) func foldingKeepsTheOutput(_ variant: NormalizationVariant) throws {
        let network = try Network(
            inputShape: [6, 6, 2],
            layers: [
                Convolution2D(2, 4, size: 3, padding: 1, hasBias: false),
                BatchNormalization(4, variant: variant).named("norm"),
                LIF(membraneTimeConstant: 5e-3),
                Residual(body: [
                    Convolution2D(4, 4, size: 3, padding: 1),
                    BatchNormalization(4, variant: variant),
                ]),
                Flatten(), Linear(144, 10), BatchNormalization(10),
            ])
        let x = LIFTests.random([3, 2, 6, 6, 2], "x")
        for parameter in network.parameters where parameter.name.contains("norm") {
            let isVariance = parameter.name.hasSuffix("variance")
            parameter.value = LIFTests.random(
                parameter.shape, parameter.name, in: isVariance ? 0.5..<2 : 0.2..<1)
        }
        let folded = try network.foldingNormalization()
        #expect(difference(network(x).scalars, folded(x).scalars) < 1e-4)
        let remaining = folded.parameters.count { $0.name.hasSuffix("running-mean") }
        #expect(remaining == (variant.isPerStep ? 2 : 0))
        var state: LayerState?
        let sequence = folded(x)
        for t in 0..<3 {
            let response = folded.step(x.step(at: t), state: state)
            state = response.state
            #expect(difference(response.output.scalars, sequence.step(at: t).scalars) < 1e-5)
        }
    }

    func difference(_ a: [Float], _ b: [Float]) -> Float {
        a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
    }
}

import RanvierConfiguration
import RanvierTestSupport
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// β before training, and statistics that training leaves alone.
@Suite struct FrozenNormalizationTests {
    private static var training: ForwardContext { NormalizationTests.training }

    /// A network whose normalisation has seen some batches.
    private func network(
        _ variant: NormalizationVariant, channels: Int = 16, recomputed: Bool = false
    ) throws -> Network {
        let inside: [any Layer] = [
            BatchNormalization(channels, variant: variant).named("norm"),
            LIF(membraneTimeConstant: 5e-3).named("units"),
        ]
        let network = try Network(
            inputShape: [6, 6, 2], seed: 2,
            layers: [
                Convolution2D(2, channels, size: 3, padding: 1, hasBias: false),
                recomputed ? Recomputed(inside) : Sequential(inside), Flatten(),
                Linear(36 * channels, 3),
            ])
        for index in 0..<3 {
            _ = network(
                LIFTests.random([3, 4, 6, 6, 2], "batch \(index)", in: 0..<2), in: Self.training)
        }
        return network
    }

    private func statistics(_ network: Network) -> [[Float]] {
        network.parameters.filter { $0.name.contains("running") }.map(\.value.scalars)
    }

    /// Training gives what inference gives, and running values stay.
    @Test(arguments: NormalizationTests.variants, [16, 5])
    func trainingIsInference(_ variant: NormalizationVariant, channels: Int) throws {
        let network = try network(variant, channels: channels)
        let x = LIFTests.random([3, 4, 6, 6, 2], "x", in: 0..<2)
        let before = statistics(network), inference = network(x).scalars
        network.freezesNormalization = true
        #expect(network(x, in: Self.training).scalars == inference)
        #expect(network.run(x, in: Self.training).output.scalars == inference)
        var state: LayerState?
        for t in 0..<3 {
            let response = network.step(x.step(at: t), state: state, in: Self.training)
            state = response.state
            #expect(
                largestDifference(response.output.scalars, Array(inference[12 * t..<12 * t + 12]))
                    < 1e-5)
        }
        #expect(statistics(network) == before)
        // A sequence stored once, too.
        let still = Tensor(constantInTime: x.step(at: 0), steps: 3)
        #expect(network(still, in: Self.training).scalars == network(still).scalars)
        #expect(statistics(network) == before)
        network.freezesNormalization = false
        #expect(network(x, in: Self.training).scalars != inference)
        #expect(statistics(network) != before)
    }

    /// The whole layer by central differences: input, γ, β and p.
    @Test(arguments: NormalizationTests.variants)
    func gradientsMatchCentralDifferences(_ variant: NormalizationVariant) throws {
        let layer = BatchNormalization(
            4, variant: variant, initialShift: variant.isPerStep ? 0 : 0.3)
        let network = try Network(inputShape: [3, 4], layers: [layer])
        let x = LIFTests.random([3, 2, 3, 4], "x"), mix = LIFTests.random([3, 2, 3, 4], "mix")
        _ = network(LIFTests.random([3, 2, 3, 4], "other", in: 0..<2), in: Self.training)
        network.freezesNormalization = true
        func loss(_ x: Tensor) -> Tensor { (network(x, in: Self.training) * mix).sum() }
        let check = GradientCheck(stepSize: 5e-3)
        #expect(check.largestError(at: [x]) { loss($0[0]) } < 5e-3)
        let (_, gradients) = network.valueAndGradients { loss(x) }
        #expect(gradients.count == network.trainableParameters.count)
        let h: Float = 1e-2
        for (parameter, gradient) in zip(network.trainableParameters, gradients) {
            let value = parameter.value
            for index in 0..<value.count {
                func moved(_ change: Float) -> Float {
                    var scalars = value.scalars
                    scalars[index] += change
                    parameter.value = Tensor(scalars, shape: value.shape)
                    return loss(x).scalar
                }
                let slope = (moved(h) - moved(-h)) / (2 * h)
                parameter.value = value
                #expect(abs(slope - gradient.scalars[index]) < 5e-3, "\(parameter.name)")
            }
            #expect(gradient.scalars.contains { $0 != 0 })
        }
    }

    @Test func recomputedLayersAreFrozenToo() throws {
        func gradients(_ recomputed: Bool, states: Bool) throws -> [[Float]] {
            let network = try network(.shared, recomputed: recomputed)
            network.freezesNormalization = true
            network.recomputesStates = states
            let before = statistics(network)
            let x = LIFTests.random([3, 4, 6, 6, 2], "x", in: 0..<2)
            let result = network.valueAndGradients {
                network(x, in: Self.training).squared().sum()
            }
            #expect(statistics(network) == before)
            return result.gradients.map(\.scalars)
        }
        let kept = try gradients(false, states: false)
        for (recomputed, states) in [(true, false), (false, true)] {
            for (again, once) in zip(try gradients(recomputed, states: states), kept) {
                let size = once.reduce(1) { max($0, abs($1)) }
                #expect(largestDifference(again, once) < 1e-5 * size)
            }
        }
    }

    /// With statistics given, a batch may be as small as it likes.
    @Test func aSingleSampleWillDo() throws {
        let network = try Network(
            inputShape: [3], layers: [Linear(3, 4), BatchNormalization(4)])
        #expect(network.normalizesByBatches)
        let signal = Signal(isConstant: true)
        #expect(network.smallestBatch(signal: signal, steps: 2).samples == 2)
        network.freezesNormalization = true
        #expect(network.smallestBatch(signal: signal, steps: 2).samples == 1)
        #expect(try !Network(inputShape: [3], layers: [Linear(3, 4)]).normalizesByBatches)
    }

    // MARK: - β before training

    @Test(arguments: NormalizationTests.variants)
    func theShiftStartsWhereItIsTold(_ variant: NormalizationVariant) throws {
        guard !variant.isPerStep else { return }
        let network = try Network(
            inputShape: [6], layers: [BatchNormalization(6, variant: variant, initialShift: 0.2)])
        #expect(network.values["batch-norm1.shift"]?.scalars == [Float](repeating: 0.2, count: 6))
        // Running values are those of a normal input: y = x + β, but for ε and the factor of tdBN.
        let y = network(Tensor.zeros([3, 1, 6])).scalars
        #expect(y.allSatisfy { abs($0 - 0.2) < 1e-6 })
    }

    @Test func aVariantWithoutShiftRefusesOne() {
        let element = Element(
            "batch-norm",
            .section([.init("variant", .string("bntt")), .init("initial-shift", .float(0.2))]))
        let error = #expect(throws: ConfigurationError.self) {
            try element.value(of: LayerRole.self, in: DescriptionTests.registry, at: "test")
        }
        #expect(error?.keyPath == "batch-norm.initial-shift")
    }
}

import RanvierConfiguration
import RanvierTestSupport
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// One step for weights and membranes.
@Suite struct SharedStepTests {
    private static let bits = 4, range: Float = 0.875

    private static func network(
        _ view: any ParameterView, between layers: [any Layer] = []
    ) throws -> Network {
        let neurons = LIF(
            leak: .factor(0.5), threshold: 0.5,
            dynamics: LIFDynamics(
                reset: .hard, surrogate: .triangular,
                membrane: MembraneLevels(sharingStepWithBits: bits)))
        let synapses = Linear(12, 8, hasBias: false, gain: 3)
        let network = try Network(
            inputShape: [12], seed: 3, layers: [synapses] + layers + [neurons])
        synapses.weights.views = [view]
        return network
    }

    private static func spikes() -> Tensor {
        LIFTests.random([7, 5, 12], "shared").isGreater(than: Tensor(0.2))
    }

    /// The recursion of the method in `Int`: sums of codes, a shift, a comparison.
    @Test func runsOnWholeNumbers() throws {
        let view = SharedScaleQuantizer(bits: Self.bits, range: Self.range)
        let network = try Self.network(view), input = Self.spikes()
        let codes = view.codes(of: network.layerParameters[0].value)
        let threshold = view.integerThreshold(for: 0.5)
        let found = network(input)
        var membranes = [Int](repeating: 0, count: 5 * 8)
        for t in 0..<7 {
            let x = input.step(at: t).scalars
            for index in membranes.indices {
                let (sample, neuron) = (index / 8, index % 8)
                let half = (Double(membranes[index]) / 2).rounded(.toNearestOrEven)
                let kept = min(max(Int(half), -7), 7)
                let sum = (0..<12).reduce(0) {
                    $0 + (x[sample * 12 + $1] != 0 ? codes[$1 * 8 + neuron] : 0)
                }
                let u = kept + sum, fires = u >= threshold
                #expect((found.step(at: t).scalars[index] != 0) == fires)
                membranes[index] = fires ? 0 : u
            }
        }
        #expect(found.spikeCount > 40)
    }

    /// Gradients of weights and range, against plain operations.
    @Test func bothTeachTheRange() throws {
        let view = SharedScaleQuantizer(bits: Self.bits, range: Self.range)
        let network = try Self.network(view), input = Self.spikes()
        let mix = LIFTests.random([7, 5, 8], "mix")
        let weights = network.layerParameters[0]
        let fused = network.valueAndGradients { (network(input) * mix).sum() }.gradients
        let plain = network.valueAndGradients {
            let step = view.range.tensor.reshaped(to: []) * (1 / Float(view.largestCode))
            let current = input.matrixProduct(weights.tensor)
            var v = Tensor.zeros([5, 8]), loss = Tensor(0)
            for t in 0..<7 {
                let u = Self.kept(v * 0.5, step, limit: 7) + current.step(at: t)
                let s = spike(u - 0.5, surrogate: .triangular)
                v = u * (1 - s.detached)
                loss = loss + (s * mix.step(at: t)).sum()
            }
            return loss
        }.gradients
        #expect(fused.count == 2)
        for (a, b) in zip(fused, plain) {
            #expect(a.scalars.contains { $0 != 0 })
            #expect(largestDifference(a.reshaped(to: [a.count]), b.reshaped(to: [b.count])) < 1e-4)
        }
        // What the weights alone teach it is something else.
        let alone = try Self.network(view.copy)
        let own = alone.layerParameters[0].views[0]
        let constant = alone.valueAndGradients {
            let current = input.matrixProduct(alone.layerParameters[0].tensor)
            let levels = MembraneLevels(step: Double(view.step), bits: Self.bits)
            return
                (LIFDynamics(reset: .hard, surrogate: .triangular, membrane: levels).run(
                    current, leak: Tensor(0.5), threshold: Tensor(0.5)
                ).spikes * mix).sum()
        }.gradients
        #expect(own.bits == Self.bits)
        #expect(abs(constant[1].scalars[0] - fused[1].scalars[0]) > 1e-3)
    }

    private static func kept(_ x: Tensor, _ step: Tensor, limit: Float) -> Tensor {
        let quotients = x.scalars.map { $0 / step.scalar }
        let codes = quotients.map { min(max($0, -limit), limit).rounded(.toNearestOrEven) }
        let code = Tensor(codes, shape: x.shape)
        let inside = Tensor(quotients.map { abs($0) <= limit ? 1 : 0 }, shape: x.shape)
        let quotient = Tensor(quotients, shape: x.shape)
        return Tape.record(code * step.detached, inputs: [x, step]) { gradient in
            [gradient * inside, (gradient * (code - quotient * inside)).sum()]
        }
    }

    @Test func stepsEqualTheSequence() throws {
        for view in [
            SharedScaleQuantizer(bits: 4, range: 0.7), LearnedStepQuantizer(bits: 3, step: 0.2),
            SymmetricQuantizer(bits: 4),
        ] as [any ParameterView] {
            let network = try Self.network(view, between: [Flatten()])
            try network.requireSharedSteps()
            let input = Self.spikes(), sequence = network(input)
            #expect(sequence.spikeCount > 10)
            var state: LayerState?
            for t in 0..<7 {
                let next = network.step(input.step(at: t), state: state)
                #expect(next.output.scalars == sequence.step(at: t).scalars)
                state = next.state
            }
            let context = ForwardContext(timeStep: 1e-3, isTraining: true)
            let gradients = [false, true].map { recomputes in
                network.recomputesStates = recomputes
                return network.valueAndGradients { network(input, in: context).sum() }.gradients
            }
            #expect(gradients[0].map(\.scalars) == gradients[1].map(\.scalars))
            #expect(network.description.contains("lif"))
        }
    }

    @Test func isStoredWithItsNetwork() throws {
        let network = try Self.network(SharedScaleQuantizer(bits: 4, range: 0.7))
        let again = try Network(
            network.clockedDescription, tensors: network.storedTensors,
            in: DescriptionTests.registry)
        #expect(again(Self.spikes()).scalars == network(Self.spikes()).scalars)
        #expect(try again.clockedDescription == network.clockedDescription)
    }

    /// Without one step for all weights there is none to share.
    @Test func whatHasNoStepIsNamed() throws {
        let plain = try Self.network(Mask(.ones([12, 8])))
        #expect(throws: NetworkError.sharedStep(name: "lif2", kind: "lif")) {
            try plain.requireSharedSteps()
        }
        let many = try Self.network(SymmetricQuantizer(bits: 4, isPerOutput: true))
        #expect(throws: NetworkError.self) { try many.requireSharedSteps() }
        let normalized = try Self.network(
            SharedScaleQuantizer(bits: 4, range: 0.7), between: [BatchNormalization(8)])
        let error = #expect(throws: NetworkError.self) { try normalized.requireSharedSteps() }
        #expect(error?.description.contains("normalisation") == true)
        #expect(throws: ConfigurationError.self) {
            try Element(
                "lif",
                .section([
                    .init(
                        "membrane",
                        .section([
                            .init("bits", .integer(4)), .init("range", .float(2)),
                            .init("shared-step", .boolean(true)),
                        ]))
                ])
            ).value(of: LayerRole.self, in: DescriptionTests.registry, at: "test")
        }
    }
}

extension SharedScaleQuantizer {
    /// One that belongs to no parameter yet.
    fileprivate var copy: SharedScaleQuantizer {
        SharedScaleQuantizer(bits: width, range: range.value.scalars[0])
    }
}

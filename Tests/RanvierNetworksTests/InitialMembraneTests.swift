import RanvierConfiguration
import RanvierTestSupport
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// Neurons that do not start from 0.
@Suite struct InitialMembraneTests {
    static let resets: [Reset] = [.soft, .softDelayed, .hard, .hard(to: -0.25)]

    private func network(_ neurons: any Layer) throws -> Network {
        try Network(
            inputShape: [8], seed: 4, layers: [Linear(8, 70, gain: 4), neurons, Linear(70, 3)])
    }

    private func neurons(_ reset: Reset, refractory: Int = 0) -> [any Layer] {
        [
            IntegrateAndFire(
                threshold: 0.7, initialMembrane: 0.35,
                dynamics: PopulationDynamics(
                    reset: reset, detachesReset: false, refractorySteps: refractory)),
            LIF(
                leak: .factor(0.8), threshold: 0.7,
                dynamics: LIFDynamics(reset: reset, detachesReset: false),
                initialMembrane: 0.35),
        ]
    }

    /// From θ/2 a constant current makes the number of spikes nearest to its sum, from 0 that below it.
    @Test func halfTheThresholdRoundsTheSumOfTheInput() throws {
        let currents = (0..<96).map { Float($0) * 0.01 + 0.0051 }, steps = 4
        for (start, rule) in [
            (Float(0), FloatingPointRoundingRule.down), (0.5, .toNearestOrAwayFromZero),
        ] {
            let network = try Network(
                inputShape: [96], layers: [IntegrateAndFire(initialMembrane: start)])
            let x = Tensor(constantInTime: Tensor(currents, shape: [1, 96]), steps: steps)
            let counts = network(x).dense.sum(axes: [0, 1]).scalars
            #expect(counts == currents.map { ($0 * Float(steps)).rounded(rule) })
        }
    }

    /// One step, parts, and the sequence agree; so does a state that says the same.
    @Test(arguments: resets.indices, [0, 1])
    func stepsAndPartsEqualTheSequence(reset: Int, refractory: Int) throws {
        for layer in neurons(Self.resets[reset], refractory: refractory) {
            let network = try network(layer)
            let input = LIFTests.random([9, 2, 8], "input")
            let sequence = network(input)
            var state: LayerState?, part: LayerState?
            var steps: [Tensor] = [], parts: [Tensor] = []
            for t in 0..<9 {
                let response = network.step(input.step(at: t), state: state)
                state = response.state
                steps.append(response.output)
            }
            for range in [0..<1, 1..<4, 4..<9] {
                let response = network.run(input.slice(range), state: part)
                part = response.state
                parts.append(response.output)
            }
            #expect(Tensor.stack(steps).scalars == sequence.scalars)
            #expect(Tensor.concatenate(parts).scalars == sequence.scalars)
            let name = network.stages[1].name
            let expected: Set<String> =
                layer is LIF
                ? ["membrane"]
                : refractory > 0 ? ["membrane", "spikes", "waiting"] : ["membrane", "spikes"]
            #expect(Set(state?.parts[name]?.tensors.keys.map { $0 } ?? []) == expected)
        }
    }

    /// Without a refractory period the layer takes the run of leaky neurons; spikes and gradients are those of the population.
    @Test(arguments: resets.indices, [true, false])
    func theFasterRunIsThatOfThePopulation(reset: Int, detaches: Bool) throws {
        for scale in InputScale.allCases {
            for tie in TieRule.allCases {
                let dynamics = PopulationDynamics(
                    reset: Self.resets[reset], detachesReset: detaches, inputScale: scale, tie: tie,
                    surrogate: .triangular)
                let layer = IntegrateAndFire(
                    threshold: 0.7, initialMembrane: 0.2, dynamics: dynamics)
                _ = try Network(inputShape: [70], layers: [layer])
                let x = LIFTests.random([6, 3, 70], "x", in: -0.4..<1.2)
                let mix = LIFTests.random(x.shape, "mix")
                func gradients(_ run: (Tensor) -> Tensor) -> [[Float]] {
                    let v = x.tracked(), spikes = run(v)
                    return [spikes.scalars, (spikes * mix).sum().gradients(for: [v])[0].scalars]
                }
                let context = ForwardContext(timeStep: 1e-3)
                let fast = gradients { layer($0, in: context) }
                let whole = gradients { layer.run($0, state: nil, in: context).output }
                #expect(fast[0] == whole[0])
                #expect(largestDifference(fast[1], whole[1]) < 1e-5)
                #expect(scale == .oneMinusLeak || fast[0].contains(1))
            }
        }
    }

    /// v[−1] is a constant: a learned threshold does not move it, and its gradient is that of plain operations.
    @Test(arguments: [Reset.soft, .hard]) func aLearnedThresholdLeavesItWhereItIs(reset: Reset)
        throws
    {
        let layer = LIF(
            leak: .factor(0.8), threshold: 0.7,
            dynamics: LIFDynamics(reset: reset, detachesReset: false, surrogate: .triangular),
            learnsThreshold: true, initialMembrane: 0.35)
        let network = try Network(inputShape: [5], layers: [layer])
        let x = LIFTests.random([4, 2, 5], "x", in: -0.2..<1.2)
        let mix = LIFTests.random(x.shape, "mix")
        let (_, gradients) = network.valueAndGradients { (network(x) * mix).sum() }
        let threshold = Tensor(0.7).tracked()
        var v = Tensor(repeating: 0.35, shape: [2, 5]), loss = Tensor(0)
        for t in 0..<4 {
            let u = 0.8 * v + x.step(at: t), s = spike(u - threshold, surrogate: .triangular)
            v = reset == .soft ? u - threshold * s : u * (1 - s)
            loss = loss + (s * mix.step(at: t)).sum()
        }
        let expected = loss.gradients(for: [threshold])[0].scalar
        #expect(gradients.count == 1 && abs(gradients[0].scalar - expected) < 1e-4)
        #expect(expected != 0)
    }

    @Test func itChangesTheFirstSpikesAndIsRecomputed() throws {
        let input = LIFTests.random([5, 2, 8], "input", in: 0..<1)
        for index in 0..<2 {
            let started = try network(neurons(.soft)[index])
            let plain = try network(
                index == 0
                    ? IntegrateAndFire(threshold: 0.7)
                    : LIF(leak: .factor(0.8), threshold: 0.7, dynamics: LIFDynamics()))
            #expect(started(input).scalars != plain(input).scalars)
            let context = ForwardContext(timeStep: 1e-3, isTraining: true)
            func gradients() -> [[Float]] {
                started.valueAndGradients { started(input, in: context).squared().sum() }
                    .gradients.map(\.scalars)
            }
            let kept = gradients()
            started.recomputesStates = true
            for (again, once) in zip(gradients(), kept) {
                #expect(largestDifference(again, once) < 1e-5)
            }
        }
    }

    @Test(arguments: [
        ("if", "initial-membrane", 1.0, "soft"), ("lif", "initial-membrane", 2.0, "soft"),
    ])
    func mustBeBelowTheThreshold(kind: String, key: String, value: Double, reset: String) throws {
        let element = Element(kind, .section([.init(key, .float(value))]))
        let error = #expect(throws: ConfigurationError.self) {
            try element.value(of: LayerRole.self, in: DescriptionTests.registry, at: "test")
        }
        #expect(error?.keyPath == "\(kind).\(key)")
    }

    @Test func aDelayedResetWithALearnedThresholdIsRefused() {
        let element = Element(
            "lif",
            .section([
                .init("initial-membrane", .float(0.5)), .init("learns-threshold", .boolean(true)),
                .init("reset", .string("soft-delayed")),
            ]))
        #expect(throws: ConfigurationError.self) {
            try element.value(of: LayerRole.self, in: DescriptionTests.registry, at: "test")
        }
    }
}

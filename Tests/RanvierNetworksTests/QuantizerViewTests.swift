import RanvierConfiguration
import RanvierTestSupport
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// Quantisers as views: options, gradients, numbers of their own that learn.
@Suite struct QuantizerViewTests {
    static let registry: Registry = {
        var registry = Registry()
        registry.addStandardNetworks()
        return registry
    }()

    /// One of each kind, fitted to weights.
    static func views(for weights: Tensor) -> [any ParameterView] {
        [
            SymmetricQuantizer(bits: 4), SymmetricQuantizer(bits: 4, isPerOutput: true),
            SymmetricQuantizer(bits: 3, scale: .percentile(90)),
            SymmetricQuantizer(bits: 3, scale: .percentile(80), isPerOutput: true),
            SymmetricQuantizer(bits: 4, scale: .fixed([0.1])),
            SymmetricQuantizer(bits: 4, scale: .rootMeanSquare(0.386)),
            SymmetricQuantizer(bits: 3, scale: .rootMeanSquare(0.5), isPerOutput: true),
            SymmetricQuantizer(bits: 4, hasPowerOfTwoScale: true),
            SymmetricQuantizer(bits: 3, rounding: .halfAwayFromZero),
            LearnedStepQuantizer(bits: 3, fittedTo: weights),
            LearnedStepQuantizer(bits: 2, step: 0.25, rounding: .halfAwayFromZero),
            SharedScaleQuantizer(bits: 3, fittedTo: weights), BinaryQuantizer(),
            BinaryQuantizer(isStandardized: true), TernaryQuantizer(),
        ]
    }

    private static func sum(_ view: any ParameterView, _ w: Tensor, _ mix: Tensor) -> Double {
        zip(view.seen(w).scalars, mix.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    // MARK: - What is seen

    @Test func eachOptionChangesWhatIsSeen() {
        let weights = LIFTests.random([40, 6], "w") * LIFTests.random([6], "gain", in: 0.2..<2)
        let seen = Self.views(for: weights).map { $0.seen(weights).scalars }
        #expect(Set(seen.map(\.hashValue)).count == seen.count)
        for (view, numbers) in zip(Self.views(for: weights), seen) {
            guard let bits = view.bits else { continue }
            #expect(view.bits == 1 || Set(numbers).count <= 6 * (1 << bits))
        }
    }

    @Test func scalesArePowersOfTwo() {
        let weights = LIFTests.random([50, 3], "w")
        let view = SymmetricQuantizer(bits: 4, isPerOutput: true, hasPowerOfTwoScale: true)
        let plain = SymmetricQuantizer(bits: 4, isPerOutput: true).scales(of: weights)
        for (scale, own) in zip(view.scales(of: weights), plain) {
            #expect(scale.significand == 1)
            #expect(scale / own <= 1.4143 && own / scale <= 1.4143)
        }
    }

    @Test func percentilesClipTheRest() {
        let weights = Tensor((1...101).map { Float($0) * ($0 % 2 == 0 ? 1 : -1) }, shape: [101])
        let view = SymmetricQuantizer(bits: 8, scale: .percentile(50))
        #expect(abs(view.scale(of: weights) - 51.0 / 127) < 1e-6)
        #expect(view.seen(weights).scalars.allSatisfy { abs($0) <= 51.0001 })
        // What a mask takes away does not count.
        let alive = Tensor((1...101).map { $0 > 50 ? 1 : 0 }, shape: [101])
        #expect(abs(view.scales(of: weights, alive: alive)[0] - 76.0 / 127) < 1e-6)
    }

    @Test func outputsWithoutWeightsStayZero() {
        let weights = Tensor([1, 0, -0.4, 0], shape: [2, 2])
        let view = SymmetricQuantizer(bits: 4, isPerOutput: true)
        #expect(view.scales(of: weights)[1] == 0)
        #expect(view.seen(weights).scalars[1] == 0 && view.seen(weights).scalars[0] == 1)
        #expect(view.codes(of: weights) == [7, 0, -3, 0])
    }

    @Test func standardisedSignsBalance() {
        // All weights positive: plain signs are all +1.
        let weights = LIFTests.random([60, 4], "w", in: 0.1..<1)
        let plain = BinaryQuantizer().seen(weights).scalars
        #expect(plain.allSatisfy { $0 > 0 })
        let seen = BinaryQuantizer(isStandardized: true).seen(weights).scalars
        let positive = seen.count { $0 > 0 }
        #expect(positive > 80 && positive < 160)
    }

    // MARK: - Gradients

    /// The rounding is a staircase whose secant over whole steps is the line that straight-through gradients stand for.
    @Test func gradientsFollowTheSecant() {
        let step: Float = 0.25, mix = LIFTests.random([12], "mix")
        let weights = Tensor((0..<12).map { Float($0) * 0.15 - 0.83 }, shape: [12])
        let quantizer = SymmetricQuantizer(bits: 4, scale: .fixed([step]))
        let w = weights.tracked()
        let gradient = (quantizer.seen(w) * mix).sum().gradients(for: [w])[0].scalars
        for index in 0..<12 {
            var up = weights.scalars, down = weights.scalars
            up[index] += step
            down[index] -= step
            let difference =
                Self.sum(quantizer, Tensor(up, shape: [12]), mix)
                - Self.sum(quantizer, Tensor(down, shape: [12]), mix)
            #expect(abs(difference / Double(2 * step) - Double(gradient[index])) < 1e-4)
        }
        // Beyond the largest code nothing moves.
        let far = Tensor([3, -3], shape: [2]).tracked()
        #expect(quantizer.seen(far).sum().gradients(for: [far])[0].scalars == [0, 0])
    }

    /// With codes held, `ŵ = s q` of clipped weights is linear in the step: the part of the gradient that is not straight-through.
    @Test func theStepLearnsByCentralDifferences() {
        // All weights are clipped, so that h = ±Q is the whole derivative.
        let weights = Tensor([5, -4, 6, -7], shape: [4]), mix = LIFTests.random([4], "mix")
        for bits in [2, 3, 4] {
            let view = LearnedStepQuantizer(bits: bits, step: 0.2)
            view.step.track()
            let gradient = (view.seen(weights) * mix).sum().gradients(for: [view.step.variable])[0]
            view.step.release()
            let h: Float = 1e-2
            func value(_ step: Float) -> Double {
                Self.sum(LearnedStepQuantizer(bits: bits, step: step), weights, mix)
            }
            let difference = (value(0.2 + h) - value(0.2 - h)) / Double(2 * h)
            let factor = Double(view.gradientFactor(count: 4))
            #expect(abs(difference * factor - Double(gradient.scalars[0])) < 1e-4)
            // α of the shared scale moves what is clipped by its sign.
            let shared = SharedScaleQuantizer(bits: bits, range: 0.3)
            shared.range.track()
            let own = (shared.seen(weights) * mix).sum().gradients(for: [shared.range.variable])[0]
            shared.range.release()
            func range(_ alpha: Float) -> Double {
                Self.sum(SharedScaleQuantizer(bits: bits, range: alpha), weights, mix)
            }
            let slope = (range(0.3 + h) - range(0.3 - h)) / Double(2 * h)
            #expect(abs(slope - Double(own.scalars[0])) < 1e-4)
        }
    }

    /// `∂L/∂w = ∂L/∂ŵ (1 − tanh² w)` where nothing is clipped: the derivative of the smooth part.
    @Test func theSquashIsInTheGradient() {
        let weights = LIFTests.random([20], "w"), mix = LIFTests.random([20], "mix")
        let view = SharedScaleQuantizer(bits: 8, range: 2)
        let w = weights.tracked()
        let found = (view.seen(w) * mix).sum().gradients(for: [w])[0]
        let v = weights.tracked()
        let smooth = (v.tanh() * mix).sum().gradients(for: [v])[0]
        #expect(largestDifference(found, smooth) < 1e-6)
        let check = GradientCheck(stepSize: 1e-2)
        #expect(check.largestError(at: [weights]) { ($0[0].tanh() * mix).sum() } < 1e-2)
    }

    // MARK: - With a mask

    /// What is not there stays zero through every quantiser, gets no gradient, and is in no mean.
    @Test func masksHoldUnderEveryQuantizer() throws {
        let alive = ViewTests.mask([12, 5], "mask", share: 0.6)
        let first = LIFTests.random([12, 5], "w")
        for view in Self.views(for: first) {
            let network = try Network(
                inputShape: [12], layers: [Linear(weights: first)])
            let parameter = network.layerParameters[0]
            parameter.views = [view, alive]
            let x = LIFTests.random([1, 4, 12], "x")
            let (_, gradients) = network.valueAndGradients { network(x).squared().sum() }
            let seen = parameter.seen.scalars, moved = gradients[0].scalars
            for (index, lives) in alive.alive.scalars.enumerated() where lives == 0 {
                #expect(seen[index] == 0 && moved[index] == 0, "\(type(of: view).kind)")
            }
            #expect(seen.contains { $0 != 0 } && moved.contains { $0 != 0 })
        }
        // α = mean |w| of what is there, as if the rest did not exist.
        let binary = BinaryQuantizer(), weights = Tensor([3, 0, 1, -2, 0, -4], shape: [3, 2])
        let mask = Tensor([1, 0, 1, 1, 0, 1], shape: [3, 2])
        #expect(binary.seen(weights, alive: mask).scalars == [2, 0, 2, -3, 0, -3])
    }

    // MARK: - In layers

    @Test(arguments: ViewTests.weights) func layersLookThroughQuantizers(name: String) throws {
        let input = LIFTests.random([4, 2, 6, 6, 2], "input", in: 0..<2)
        let plain = try ViewTests.network()
        let first = try ViewTests.parameter(name, of: plain).value
        for view in Self.views(for: first) {
            let network = try ViewTests.network()
            let parameter = try ViewTests.parameter(name, of: network)
            parameter.views = [view]
            // The same as a layer whose weights are what is seen.
            let copy = try ViewTests.network()
            try ViewTests.parameter(name, of: copy).value = parameter.seen
            #expect(network(input).scalars == copy(input).scalars, "\(type(of: view).kind)")
            let (loss, gradients) = network.valueAndGradients { network(input).squared().sum() }
            #expect(loss.isFinite && gradients.allSatisfy(\.isFinite))
            #expect(gradients.count == network.trainableParameters.count)
            for ((_, own), gradient) in zip(
                view.parameters,
                zip(network.trainableParameters, gradients).filter {
                    $0.0.name.hasPrefix(name + ".")
                }.map(\.1))
            {
                #expect(own.name.hasPrefix("\(name).\(type(of: view).kind)."))
                #expect(gradient.scalars.contains { $0 != 0 })
            }
        }
    }

    @Test func recomputationFindsTheNumbersOfViews() throws {
        let input = LIFTests.random([4, 2, 8], "input", in: 0..<2)
        func gradients(_ recomputes: Bool) throws -> [[Float]] {
            let inside: [any Layer] = [Linear(8, 10, gain: 4), LIF(membraneTimeConstant: 5e-3)]
            let network = try Network(
                inputShape: [8], seed: 1,
                layers: [
                    recomputes
                        ? Recomputed(inside).named("units") : Sequential(inside).named("units"),
                    Linear(10, 2),
                ])
            let parameter = try ViewTests.parameter("units.linear1.weights", of: network)
            parameter.views = [LearnedStepQuantizer(bits: 3, fittedTo: parameter.value)]
            let result = network.valueAndGradients { network(input).squared().sum() }
            return [result.loss.scalars] + result.gradients.map(\.scalars)
        }
        let kept = try gradients(false)
        #expect(try gradients(true) == kept)
        #expect(kept[2].count == 1 && kept[2][0] != 0)
    }

    // MARK: - Numbers of the views' own

    @Test func networksListTheNumbersOfViews() throws {
        let network = try ViewTests.network()
        let before = network.parameters.map(\.name)
        let parameter = try ViewTests.parameter("head.recurrent-lif2.weights", of: network)
        let view = LearnedStepQuantizer(bits: 4, fittedTo: parameter.value)
        parameter.views = [view]
        let name = "head.recurrent-lif2.weights.learned-step.step"
        #expect(view.step.name == name)
        #expect(network.parameters.map(\.name).filter { $0 != name } == before)
        #expect(network.trainableParameters.contains { $0.name == name })
        #expect(!view.step.decays && !view.step.isPrunable)
        #expect(network.storedTensors[name]?.scalars == view.step.value.scalars)
        // Gone with the view.
        parameter.views = []
        #expect(network.parameters.map(\.name) == before && view.step.name.isEmpty)
    }

    /// Weights under a view that freezes them have no gradient and are not seen by optimisers.
    @Test func frozenWeightsAreNotTrained() throws {
        struct Frozen: ParameterView {
            static let kind = "frozen"
            static let rank = 10
            let factor = Parameter(value: Tensor([2], shape: [1]))
            var parameters: [(name: String, parameter: Parameter)] { [("factor", factor)] }
            var trainsStored: Bool { false }
            func seen(_ stored: Tensor) -> Tensor { stored * factor.tensor }
        }
        let network = try Network(inputShape: [3], seed: 1) { Linear(3, 2) }
        let weights = network.layerParameters[0], view = Frozen()
        weights.views = [view, SymmetricQuantizer(bits: 8)]
        #expect(!weights.isTrainable && view.factor.isTrainable)
        #expect(
            network.trainableParameters.map(\.name) == [
                "linear1.weights.frozen.factor", "linear1.bias",
            ])
        let x = LIFTests.random([1, 4, 3], "x")
        let (_, gradients) = network.valueAndGradients { network(x).squared().sum() }
        #expect(gradients.map(\.shape) == [[1], [2]] && gradients[0].scalars[0] != 0)
        weights.views = []
        #expect(weights.isTrainable)
    }

    @Test func quantizersComeBackFromTheirDescription() throws {
        let first = try ViewTests.network()
        for view in Self.views(for: try ViewTests.parameter(ViewTests.weights[3], of: first).value)
        {
            let network = try ViewTests.network()
            let parameter = try ViewTests.parameter(ViewTests.weights[3], of: network)
            parameter.views = [ViewTests.mask(parameter.shape, "a"), view]
            for (_, own) in view.parameters { own.value = own.value * 1.5 }
            let description = try network.clockedDescription
            let again = try Network(
                description, tensors: network.storedTensors, in: Self.registry)
            #expect(try again.clockedDescription == description)
            let found = try ViewTests.parameter(ViewTests.weights[3], of: again)
            #expect(found.seen.scalars == parameter.seen.scalars, "\(type(of: view).kind)")
            #expect(
                again.storedTensors.mapValues(\.scalars)
                    == network.storedTensors.mapValues(\.scalars))
            #expect(found.views.map(\.options) == parameter.views.map(\.options))
        }
    }

    @Test func storedOptionsThatCannotBeAreRefused() throws {
        let network = try Network(inputShape: [3], seed: 1) { Linear(3, 2) }
        for options: [ConfigurationValue.Entry] in [
            [.init("bits", .integer(1))], [.init("bits", .integer(4)), .init("bit", .integer(4))],
            [.init("bits", .integer(4)), .init("percentile", .float(101))],
            [.init("bits", .integer(4)), .init("scales", .list([.float(-1)]))],
            [
                .init("bits", .integer(4)), .init("scales", .list([.float(1)])),
                .init("per-output", .boolean(true)),
            ],
            [.init("bits", .integer(4)), .init("rounding", .string("down"))],
            [.init("bits", .integer(4)), .init("root-mean-square", .float(0))],
            [
                .init("bits", .integer(4)), .init("root-mean-square", .float(0.4)),
                .init("percentile", .float(90)),
            ],
            [
                .init("bits", .integer(4)), .init("root-mean-square", .float(0.4)),
                .init("gradient-reach", .float(-1)),
            ],
            // Where the largest weight is the largest code nothing lies beyond.
            [.init("bits", .integer(4)), .init("gradient-reach", .float(0.5))],
        ] {
            var description = try network.clockedDescription
            description.views = [
                "linear1.weights": [Element("symmetric-quantizer", .section(options))]
            ]
            #expect(throws: ConfigurationError.self) {
                try Network(description, tensors: network.storedTensors, in: Self.registry)
            }
        }
        // Its step is missing.
        var description = try network.clockedDescription
        description.views = [
            "linear1.weights": [Element("learned-step", .section([.init("bits", .integer(4))]))]
        ]
        #expect(throws: NetworkError.self) {
            try Network(description, tensors: network.storedTensors, in: Self.registry)
        }
    }
}

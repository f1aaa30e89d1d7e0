import RanvierConfiguration
import RanvierFormats
import RanvierTestSupport
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// Parameters that are seen through masks and quantisers.
@Suite struct ViewTests {
    static let registry: Registry = {
        var registry = Registry()
        registry.addStandardNetworks()
        registry.add(ViewKind(view: Shift.kind) { _, _, _ in Shift() })
        return registry
    }()

    /// Ones and zeros, about `share` of them ones.
    static func mask(_ shape: [Int], _ name: String, share: Float = 0.5) -> Mask {
        Mask(LIFTests.random(shape, name, in: 0..<1).isGreater(than: Tensor(1 - share)))
    }

    static func network() throws -> Network {
        try Network(inputShape: [6, 6, 2], seed: 4) {
            Convolution2D(2, 4, size: 3, padding: 1, initialization: .uniform(gain: 3))
            LIF(membraneTimeConstant: 5e-3)
            Sequential {
                DelayedLinear(144, 12, maximumDelay: 2e-3, timeStep: 1e-3, gain: 4)
                RecurrentLIF(12, leak: .factor(0.8), gain: 2)
            }.named("head")
            Linear(12, 3)
        }
    }

    /// Names of the weights of ``network()``, one layer of synapses each.
    static let weights = [
        "conv2d1.weights", "head.delayed-linear1.weights", "head.recurrent-lif2.weights",
        "linear4.weights",
    ]

    static func parameter(_ name: String, of network: Network) throws -> Parameter {
        try #require(network.parameters.first { $0.name == name })
    }

    // MARK: - Masks

    @Test(arguments: weights) func maskedWeightsAreZeroAndStayZero(name: String) throws {
        let network = try Self.network()
        let parameter = try Self.parameter(name, of: network)
        let mask = Self.mask(parameter.shape, "mask")
        let dead = mask.alive.scalars.indices.filter { mask.alive.scalars[$0] == 0 }
        let before = parameter.value.scalars
        #expect(dead.count > 2 && dead.count < before.count - 2)
        #expect(dead.contains { before[$0] != 0 })
        parameter.views = [mask]
        func check() {
            for tensor in [parameter.value, parameter.tensor, parameter.seen] {
                let scalars = tensor.scalars
                #expect(dead.allSatisfy { scalars[$0] == 0 })
            }
        }
        check()
        let kept = parameter.value.scalars
        #expect(kept.indices.allSatisfy { dead.contains($0) || kept[$0] == before[$0] })
        // Whatever changes the numbers: all at once, or in place.
        parameter.value = Tensor(repeating: 0.5, shape: parameter.shape)
        check()
        #expect(parameter.value.scalars.reduce(0, +) == Float(mask.count) * 0.5)
        parameter.mutateScalars { for index in 0..<$0.count { $0.pointer[index] += 1 } }
        check()
        #expect(parameter.value.scalars.reduce(0, +) == Float(mask.count) * 1.5)
    }

    @Test func aMaskIsTheNetworkWithoutTheseConnections() throws {
        let masked = try Self.network(), cut = try Self.network()
        let input = LIFTests.random([5, 2, 6, 6, 2], "input", in: 0..<2)
        let whole = masked(input).scalars
        for name in Self.weights {
            let parameter = try Self.parameter(name, of: masked)
            let mask = Self.mask(parameter.shape, name, share: 0.7)
            parameter.views = [mask]
            let other = try Self.parameter(name, of: cut)
            other.value = other.value * mask.alive
        }
        #expect(masked(input).scalars == cut(input).scalars)
        #expect(masked(input).scalars != whole)
        // What training sees has the same values, and no gradient for what is not there.
        let (loss, gradients) = masked.valueAndGradients { masked(input).squared().sum() }
        #expect(loss.scalar == cut(input).squared().sum().scalar)
        for (parameter, gradient) in zip(masked.trainableParameters, gradients) {
            let alive = (parameter.views.first as? Mask)?.alive.scalars
            let found = gradient.scalars
            if let alive {
                #expect(alive.indices.allSatisfy { alive[$0] != 0 || found[$0] == 0 })
            }
            #expect(found.contains { $0 != 0 } || parameter.name.contains("delays"))
        }
    }

    @Test func theLargestWeightsAreKept() {
        let weights = Tensor([0.1, -3, 2, -2, 0, 0.5], shape: [2, 3])
        #expect(Mask(keeping: 3, largestOf: weights).alive.scalars == [0, 1, 1, 1, 0, 0])
        // Of equal ones the first.
        let mask = Mask(keeping: 2, largestOf: weights)
        #expect(mask.alive.scalars == [0, 1, 1, 0, 0, 0] && mask.count == 2)
    }

    // MARK: - Quantisers

    /// `s = max|w| / (2^(k−1) − 1)`; codes round half to even.
    @Test func quantisedWeightsAreMultiplesOfTheScale() {
        let weights = Tensor([0, 0.25, -0.75, 1.25, 3, -3], shape: [6])
        let quantizer = SymmetricQuantizer(bits: 3)
        #expect(quantizer.largestCode == 3 && quantizer.bits == 3)
        #expect(quantizer.scale(of: weights) == 1)
        #expect(quantizer.codes(of: weights) == [0, 0, -1, 1, 3, -3])
        #expect(quantizer.codes(of: Tensor([0.5, 1.5, 2.5, 3], shape: [4])) == [0, 2, 2, 3])
        #expect(quantizer.seen(weights).scalars == [0, 0, -1, 1, 3, -3])
        #expect(quantizer.seen(.zeros([3])).scalars == [0, 0, 0])
        for bits in [2, 4, 8, 16] {
            let own = SymmetricQuantizer(bits: bits), w = LIFTests.random([50], "w")
            let seen = own.seen(w), scale = own.scale(of: w)
            #expect(zip(seen.scalars, w.scalars).allSatisfy { abs($0 - $1) <= scale * 0.5001 })
            #expect(Set(seen.scalars).count <= 2 * own.largestCode + 1)
            // Seen twice is seen once.
            #expect(largestDifference(own.seen(seen), seen) < 1e-6)
        }
    }

    @Test func roundingHandsGradientsOn() {
        let weights = LIFTests.random([30], "w").tracked(), mix = LIFTests.random([30], "mix")
        let seen = SymmetricQuantizer(bits: 2).seen(weights)
        #expect((seen * mix).sum().gradients(for: [weights])[0].scalars == mix.scalars)
    }

    // MARK: - Several views

    /// `(w + 1)`, between masks and quantisers.
    private struct Shift: ParameterView {
        static let kind = "shift"
        static let rank = 10
        func seen(_ stored: Tensor) -> Tensor { stored + 1 }
    }

    @Test func viewsComposeByTheirRanks() throws {
        let parameter = Parameter(value: Tensor([8, -4, 2.4, 1], shape: [4]))
        let mask = Mask(Tensor([0, 1, 1, 1], shape: [4]))
        let quantizer = SymmetricQuantizer(bits: 3)
        // The largest weight is not there and decides no scale: s = 4 / 3.
        for views in [[quantizer, mask], [mask, quantizer]] as [[any ParameterView]] {
            parameter.views = views
            #expect(parameter.views.map { type(of: $0).kind } == ["mask", "symmetric-quantizer"])
            #expect(largestDifference(parameter.seen.scalars, [0, -4, 8.0 / 3, 4.0 / 3]) < 1e-6)
        }
        // Stored are the numbers before rounding.
        #expect(parameter.value.scalars == [0, -4, 2.4, 1])
        parameter.views = [quantizer, Shift(), mask]
        let kinds = parameter.views.map { type(of: $0).kind }
        #expect(kinds == ["mask", "shift", "symmetric-quantizer"])
        // [1, -3, 3.4, 2] in steps of 3.4 / 3.
        let step: Float = 3.4 / 3
        #expect(
            largestDifference(parameter.seen.scalars, [step, -3 * step, 3 * step, 2 * step]) < 1e-6)
        #expect(parameter.tensor.scalars == parameter.seen.scalars)
        parameter.views = []
        #expect(parameter.seen.scalars == [0, -4, 2.4, 1])
    }

    @Test func gradientsPassThroughAllViews() throws {
        let network = try Network(inputShape: [5], seed: 2) { Linear(5, 3, hasBias: false) }
        let parameter = network.parameters[0]
        let mask = Self.mask([5, 3], "mask")
        parameter.views = [mask, SymmetricQuantizer(bits: 4)]
        let mix = LIFTests.random([1, 2, 3], "mix"), x = LIFTests.random([1, 2, 5], "x")
        let (loss, gradients) = network.valueAndGradients { (network(x) * mix).sum() }
        let exact = x.step(at: 0).transposed().matrixProduct(mix.step(at: 0)) * mask.alive
        #expect(largestDifference(gradients[0], exact) < 1e-6)
        #expect(largestDifference(loss, (x.matrixProduct(parameter.seen) * mix).sum()) < 1e-6)
        #expect(!parameter.tensor.isTracked)
    }

    /// A backward pass that runs layers again sees the same weights.
    @Test func recomputationLooksThroughViews() throws {
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
            let parameter = try Self.parameter("units.linear1.weights", of: network)
            parameter.views = [Self.mask([8, 10], "mask"), SymmetricQuantizer(bits: 4)]
            let result = network.valueAndGradients { network(input).squared().sum() }
            return [result.loss.scalars] + result.gradients.map(\.scalars)
        }
        let kept = try gradients(false)
        #expect(try gradients(true) == kept)
        #expect(kept[1].contains { $0 != 0 })
    }

    @Test func foldedNormalisationSeesWhatLayersSee() throws {
        let network = try Network(inputShape: [6, 6, 2], seed: 3) {
            Convolution2D(2, 4, size: 3, padding: 1)
            BatchNormalization(4).named("norm")
            Flatten()
            Linear(144, 5)
            BatchNormalization(5)
        }
        let mask = Self.mask([3, 3, 2, 4], "mask")
        try Self.parameter("conv2d1.weights", of: network).views = [mask]
        try Self.parameter("linear4.weights", of: network).views = [SymmetricQuantizer(bits: 4)]
        for parameter in network.parameters where !parameter.name.hasSuffix("weights") {
            parameter.value = LIFTests.random(parameter.shape, parameter.name, in: 0.3..<1.5)
        }
        let x = LIFTests.random([2, 3, 6, 6, 2], "x"), output = network(x)
        let folded = try network.foldingNormalization()
        #expect(largestDifference(folded(x), output) < 1e-4)
        let weights = try Self.parameter("conv2d1.weights", of: folded).value.scalars
        for (weight, alive) in zip(weights, mask.alive.scalars) where alive == 0 {
            #expect(weight == 0)
        }
    }

    // MARK: - Operations

    @Test func operationsCountWhatAMaskLetsThrough() throws {
        let cases: [(any Layer, Parameter, [Int])] = {
            let linear = Linear(6, 5), convolution = Convolution2D(2, 3, size: 3, padding: 1)
            let flat = Convolution1D(2, 3, size: 3, padding: 1)
            let delayed = DelayedLinear(6, 5, maximumDelay: 2e-3, timeStep: 1e-3)
            return [
                (linear, linear.weights, [6]), (convolution, convolution.weights, [4, 4, 2]),
                (flat, flat.weights, [7, 2]), (delayed, delayed.weights, [6]),
            ]
        }()
        for (layer, weights, shape) in cases {
            _ = try Network(inputShape: shape, seed: 1, layers: [layer])
            func operations(_ input: Tensor) -> OperationCount {
                var found = OperationCount()
                let context = ForwardContext(timeStep: 1e-3) { _, observation in
                    if case .operations(let count) = observation { found = count }
                }
                _ = layer(input, in: context)
                return found
            }
            let numbers = Tensor.ones([2, 1] + shape), spikes = numbers.packedAsSpikes
            let (products, additions) = (operations(numbers), operations(spikes))
            weights.views = [Self.mask(weights.shape, "mask")]
            let stored = weights.value
            // The same as zeros that are stored.
            let (fewer, less) = (operations(numbers), operations(spikes))
            #expect(fewer.multiplyAccumulate < products.multiplyAccumulate)
            #expect(less.synaptic < additions.synaptic && less.synaptic > 0)
            #expect(less.synaptic == fewer.multiplyAccumulate)
            weights.views = []
            weights.value = stored
            #expect(operations(numbers) == fewer && operations(spikes) == less)
            // Weights that round to zero are no connections either.
            weights.value = LIFTests.random(weights.shape, "w")
            weights.views = [SymmetricQuantizer(bits: 2)]
            let alive = weights.seen.scalars.count { $0 != 0 }
            #expect(alive < weights.shape.elementCount)
            if layer is Linear { #expect(operations(numbers).multiplyAccumulate == 2 * alive) }
        }
    }

    @Test func recurrentOperationsLookThroughAMask() throws {
        let layer = RecurrentLIF(4, leak: .factor(0.5))
        _ = try Network(inputShape: [4], layers: [layer])
        let spikes = Tensor(spikes: [1, 0, 1, 1], shape: [1, 1, 4])
        #expect(layer.recurrentOperations(for: spikes)?.synaptic == 12)
        let alive: [Float] = [1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 1]
        layer.weights.views = [Mask(Tensor(alive, shape: [4, 4]))]
        #expect(layer.recurrentOperations(for: spikes)?.synaptic == 4)
    }

    // MARK: - Stored views

    private func viewed() throws -> Network {
        let network = try Self.network()
        let convolution = try Self.parameter(Self.weights[0], of: network)
        convolution.views = [SymmetricQuantizer(bits: 5), Self.mask(convolution.shape, "a")]
        let delayed = try Self.parameter(Self.weights[1], of: network)
        delayed.views = [Self.mask(delayed.shape, "b")]
        let linear = try Self.parameter(Self.weights[3], of: network)
        linear.views = [SymmetricQuantizer(bits: 3), Shift()]
        return network
    }

    private func expectSame(_ again: Network, as network: Network) throws {
        #expect(try again.clockedDescription == network.clockedDescription)
        let stored = network.storedTensors, found = again.storedTensors
        #expect(found.mapValues(\.scalars) == stored.mapValues(\.scalars))
        for (a, b) in zip(again.parameters, network.parameters) {
            #expect(a.name == b.name && a.views.map(\.bits) == b.views.map(\.bits))
            #expect(a.seen.scalars == b.seen.scalars, "\(a.name)")
        }
        let input = LIFTests.random([4, 2, 6, 6, 2], "input", in: 0..<2)
        #expect(again(input).scalars == network(input).scalars)
    }

    @Test func viewsAreStoredWithTheNetwork() throws {
        let network = try viewed(), tensors = network.storedTensors
        let masks = ["conv2d1.weights/mask/alive", "head.delayed-linear1.weights/mask/alive"]
        #expect(Set(tensors.keys) == Set(network.values.keys).union(masks))
        let description = try network.clockedDescription
        #expect(
            description.views == [
                Self.weights[0]: [
                    Element("mask"),
                    Element("symmetric-quantizer", .section([.init("bits", .integer(5))])),
                ],
                Self.weights[1]: [Element("mask")],
                Self.weights[3]: [
                    Element("shift"),
                    Element("symmetric-quantizer", .section([.init("bits", .integer(3))])),
                ],
            ])
        try expectSame(
            Network(description, tensors: tensors, in: Self.registry), as: network)
    }

    @Test func viewsComeBackFromJSON() throws {
        let network = try viewed()
        let stored = try StoredJSON.data(network.clockedDescription.network)
        let read = try StoredJSON.value(NetworkDescription.self, from: stored)
        let description = try ClockedDescription(read, in: Self.registry, at: "network.json")
        #expect(try description == network.clockedDescription)
        try expectSame(
            Network(description, tensors: network.storedTensors, in: Self.registry), as: network)
    }

    @Test func storedViewsThatDoNotFitAreRefused() throws {
        let network = try viewed(), tensors = network.storedTensors
        let description = try network.clockedDescription
        let key = "conv2d1.weights/mask/alive"
        func refuses(
            _ change: (inout ClockedDescription, inout [String: Tensor]) -> Void,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            var (description, tensors) = (description, tensors)
            change(&description, &tensors)
            #expect(throws: NetworkError.self, sourceLocation: sourceLocation) {
                try Network(description, tensors: tensors, in: Self.registry)
            }
        }
        refuses { $1[key] = nil }
        refuses { $1[key] = .ones([3]) }
        refuses { $1[key] = Tensor(repeating: 0.5, shape: [3, 3, 2, 4]) }
        refuses { description, _ in description.views["conv2d1.nothing"] = [Element("mask")] }
        // Tensors of views that nothing describes.
        refuses { description, _ in description.views[Self.weights[1]] = nil }
        refuses { $1["linear4.weights/mask/alive"] = .ones([12, 3]) }
        var unknown = description
        unknown.views[Self.weights[3]] = [Element("maks")]
        let error = #expect(throws: UnknownNameError.self) {
            try Network(unknown, tensors: tensors, in: Self.registry)
        }
        #expect(error?.known == ViewKind.standard.map(\.name) + ["shift"])
        #expect(error?.description.contains("did you mean 'mask'?") == true)
    }
}

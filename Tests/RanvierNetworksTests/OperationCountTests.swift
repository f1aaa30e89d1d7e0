import RanvierConfiguration
import RanvierTensors
import RanvierTestSupport
import Testing

@testable import RanvierNetworks

/// Reported operations against a count that knows no layer: an impulse on one input of a layer with all weights 1 adds up to
/// the connections that leave it.
@Suite struct OperationCountTests {
    static let registry: Registry = {
        var registry = Registry()
        registry.addStandardNetworks()
        return registry
    }()

    /// Samples of the same set, in batches of these sizes.
    static let batches = [1, 3, 7]
    static let samples = 7
    static let steps = 4

    /// What the numbers of a sequence are.
    enum Input: CaseIterable {
        case spikes, signed, graded, values, constant

        var signal: Signal {
            switch self {
            case .spikes, .signed, .graded: Signal(.spikes)
            case .values: Signal(.values)
            case .constant: Signal(.values, isConstant: true)
            }
        }

        /// `[T, n, …]`; of values some are 0 and some 1, as in data.
        func sequence(_ shape: [Int]) -> Tensor {
            let whole = [OperationCountTests.steps, OperationCountTests.samples] + shape
            let draws = Tensor(
                uniformIn: 0..<1, shape: whole, from: RandomStream(seed: 5, name: "input")
            ).scalars
            func made(_ number: (Float) -> Float) -> Tensor {
                Tensor(draws.map(number), shape: whole)
            }
            switch self {
            case .spikes: return made { $0 < 0.3 ? 1 : 0 }.packedAsSpikes
            case .signed: return made { $0 < 0.2 ? 1 : $0 < 0.4 ? -1 : 0 }
            case .graded: return made { $0 < 0.2 ? 1 : $0 < 0.4 ? -2.5 * $0 : 0 }
            case .values: return made { $0 < 0.2 ? 1 : $0 < 0.4 ? 0 : $0 }
            case .constant:
                return made { $0 < 0.3 ? 0 : $0 }.step(at: 0)
                    .repeatedInTime(steps: OperationCountTests.steps)
            }
        }
    }

    private static func counted(
        _ network: Network, _ sequence: Tensor, _ signal: Signal?, batch: Int
    ) -> OperationCount {
        var total = OperationCount()
        var context = ForwardContext(timeStep: 1e-3) { _, observation in
            if case .operations(let count) = observation { total = total + count }
        }
        context.signal = signal
        for start in stride(from: 0, to: samples, by: batch) {
            let part: Tensor
            if sequence.storageKind == .constantInTime {
                part = sequence.step(at: 0).slice(start..<min(start + batch, samples))
                    .repeatedInTime(steps: steps)
            } else {
                let rows = sequence.slice(start..<min(start + batch, samples), along: 1)
                part = sequence.storageKind == .spikes ? rows.packedAsSpikes : rows
            }
            _ = network(part, in: context)
        }
        return total
    }

    /// Connections that leave each input, by impulses.
    private static func fanOut(_ network: Network) -> [Int] {
        let inputs = network.inputShape.reduce(1, *)
        return (0..<inputs).map { i in
            var scalars = [Float](repeating: 0, count: 8 * inputs)
            scalars[i] = 1
            let answer = network(Tensor(scalars, shape: [8, 1] + network.inputShape))
            return Int(answer.scalars.reduce(0, +).rounded())
        }
    }

    static let synapses: [(yaml: Element, shape: [Int])] = {
        func element(_ kind: String, _ options: KeyValuePairs<String, ConfigurationValue>)
            -> Element
        {
            Element(kind, .section(options.map { .init($0.key, $0.value) }))
        }
        return [
            (element("linear", ["outputs": .integer(5)]), [12]),
            (element("linear", ["outputs": .integer(5)]), [3, 2, 2]),
            (
                element("delayed-linear", ["outputs": .integer(5), "maximum-delay": .float(0)]),
                [12]
            ),
            (
                element("delayed-linear", ["outputs": .integer(5), "maximum-delay": .float(3e-3)]),
                [12]
            ),
            (element("conv2d", ["channels": .integer(6), "padding": .integer(1)]), [5, 4, 2]),
            (
                element(
                    "conv2d",
                    [
                        "channels": .integer(6), "size": .list([.integer(3), .integer(2)]),
                        "stride": .list([.integer(2), .integer(1)]), "padding": .integer(1),
                        "groups": .integer(2),
                    ]), [6, 5, 4]
            ),
            // Depthwise.
            (
                element(
                    "conv2d",
                    ["channels": .integer(4), "groups": .integer(4), "stride": .integer(3)]),
                [7, 8, 4]
            ),
            (
                element(
                    "conv1d",
                    ["channels": .integer(3), "padding": .integer(2), "stride": .integer(2)]),
                [9, 2]
            ),
        ]
    }()

    @Test(arguments: synapses.indices)
    func synapsesAgainstImpulses(index: Int) throws {
        let (element, shape) = Self.synapses[index]
        let site = LayerSite(shape: shape, steps: Self.steps, registry: Self.registry)
        let network = try NetworkPlan([LayerDescription(element)]).network(at: site, seed: 1)
        for parameter in network.parameters where parameter.name.hasSuffix("weights") {
            // One connection is gone.
            var ones = [Float](repeating: 1, count: parameter.shape.elementCount)
            ones[0] = 0
            parameter.value = Tensor(ones, shape: parameter.shape)
        }
        for parameter in network.parameters where parameter.name.hasSuffix("bias") {
            parameter.value = .zeros(parameter.shape)
        }
        let fan = Self.fanOut(network)
        #expect(fan.contains { $0 > 0 })
        for input in Input.allCases {
            let sequence = input.sequence(shape)
            var expected = OperationCount()
            switch input {
            case .values:
                expected.multiplyAccumulate = Self.steps * Self.samples * fan.reduce(0, +)
            case .constant:
                expected.multiplyAccumulate = Self.samples * fan.reduce(0, +)
            case .spikes, .signed, .graded:
                for (place, value) in sequence.dense.scalars.enumerated() where value != 0 {
                    let reached = fan[place % fan.count]
                    if abs(value) == 1 {
                        expected.synaptic += reached
                    } else {
                        expected.multiplyAccumulate += reached
                        expected.payload += reached
                    }
                }
            }
            for batch in Self.batches {
                let found = Self.counted(network, sequence, input.signal, batch: batch)
                #expect(found == expected, "\(element.kind), \(input), batches of \(batch)")
            }
        }
    }

    /// Every kind of layer of the registry, with synapses behind it: counts do not depend on which samples share a batch.
    ///
    /// All but `vgg`, whose channels are many and whose layers are those of the others.
    @Test(arguments: registry.names(LayerRole.self).filter { $0 != "vgg" })
    func noKindDependsOnTheBatch(name: String) throws {
        let kind = try Self.registry.kind(name, of: LayerRole.self)
        var random: any RandomNumberGenerator = SeededNumbers(seed: 3)
        let inner = LayerDescription(
            Element("ternary-lif", .section([.init("threshold", .float(0.2))])))
        let layers = ConfigurationValue.list([inner.configurationValue])
        var tried = 0, counted = OperationCount()
        // Whole networks are dear, and their layers are those of the others.
        let isWhole = kind.payload.isArchitecture
        for _ in 0..<(isWhole ? 1 : 2) {
            var description = kind.sample(&random)
            switch name {
            case "residual", "pre-activation-block":
                description = LayerDescription(Element(name, .section([.init("body", layers)])))
            case "sequential", "recomputed", "first-step":
                description = LayerDescription(Element(name, .section([.init("layers", layers)])))
            // For the steps of the sequence.
            case "step-scale": description = LayerDescription(Element(name))
            default: break
            }
            for shape in [[8, 8, 2], [12], [9, 2]] {
                let site = LayerSite(
                    shape: shape, steps: Self.steps, outputs: 3, registry: Self.registry)
                let linear = Element("linear", .section([.init("outputs", .integer(3))]))
                let plan = NetworkPlan(
                    isWhole
                        ? [description] : [description, LayerDescription(linear)])
                guard let network = try? plan.network(at: site, seed: 2),
                    (try? network.requireSteps(Self.steps)) != nil
                else { continue }
                tried += 1
                for input in isWhole ? [Input.constant] : [.spikes, .graded, .constant] {
                    let sequence = input.sequence(shape)
                    let whole = Self.counted(network, sequence, input.signal, batch: Self.samples)
                    counted = counted + whole
                    for batch in isWhole ? [3] : [1, 3] {
                        #expect(
                            Self.counted(network, sequence, input.signal, batch: batch) == whole,
                            "\(name) \(shape), \(input), batches of \(batch)")
                    }
                }
                break
            }
        }
        #expect(counted != OperationCount() || name == "if", "'\(name)' did nothing")
        #expect(tried > 0, "no network with '\(name)' was counted")
    }

    /// Neurons with signs or payloads drive the synapses behind them as what they are, whatever a batch happens to hold.
    @Test func neuronsBehindNeurons() throws {
        for (neuron, hasPayload) in [
            (TernaryLIF(leak: .factor(0.5)) as any Layer, false),
            (GradedLIF(leak: .factor(0.5)), true),
            (LIF(leak: .factor(0.5), dynamics: LIFDynamics()), false),
        ] {
            let network = try Network(
                inputShape: [6], layers: [Linear(6, 8, gain: 3), neuron, Linear(8, 5)])
            let sequence = Input.values.sequence([6])
            var events = (ones: 0, others: 0)
            let context = ForwardContext(timeStep: 1e-3) { layer, observation in
                guard case .spikes(let spikes) = observation else { return }
                events.ones += spikes.scalars.count { abs($0) == 1 }
                events.others += spikes.scalars.count { $0 != 0 && abs($0) != 1 }
            }
            _ = network(sequence, in: context)
            #expect((events.others > 0) == hasPayload && events.ones + events.others > 0)
            let first = Self.steps * Self.samples * 6 * 8
            let expected = OperationCount(
                synaptic: 5 * events.ones, multiplyAccumulate: first + 5 * events.others,
                payload: 5 * events.others)
            for batch in Self.batches {
                let found = Self.counted(network, sequence, Signal(.values), batch: batch)
                #expect(found == expected)
                #expect(found.analog == first)
            }
        }
    }

    @Test func poolingAndSums() throws {
        let spikes = Input.spikes.sequence([4, 4, 2])
        func count(_ layers: [any Layer]) throws -> (OperationCount, Network) {
            let network = try Network(inputShape: [4, 4, 2], layers: layers)
            return (Self.counted(network, spikes, Signal(.spikes), batch: 7), network)
        }
        // A maximum of spikes is a spike; a mean of four is a payload, unless all four spiked.
        let pooled = try count([MaxPool2D(2), Linear(8, 5)]).0
        #expect(pooled.synaptic == 5 * spikes.maxPool(ImageWindow(2, stride: 2)).spikeCount)
        #expect(pooled.multiplyAccumulate == 0)
        let means = spikes.dense.averagePool(ImageWindow(2, stride: 2)).scalars
        let mean = try count([AveragePool2D(2), Linear(8, 5)]).0
        #expect(mean.synaptic == 5 * means.count { $0 == 1 })
        #expect(mean.payload == 5 * means.count { $0 != 0 && $0 != 1 })
        #expect(mean.analog == 0 && mean.payload > 0)
        // Branches of spikes: x + x is a payload of 2, x · x and (1 − 0) · x are spikes.
        for (combination, ones, twos) in [
            (Residual.Combination.add, 0, spikes.spikeCount), (.and, spikes.spikeCount, 0),
            (.iand, 0, 0),
        ] {
            let sum = try count([
                Residual(combination: combination, body: [Dropout(0.5)]), Linear(32, 5),
            ]).0
            #expect(sum.synaptic == 5 * ones && sum.payload == 5 * twos && sum.analog == 0)
        }
    }

    /// Recurrent spikes count at the step after, but for those of the last step, which nobody hears.
    @Test func recurrentSpikesCount() throws {
        let layer = RecurrentLIF(5, leak: .factor(0.9))
        let network = try Network(inputShape: [6], layers: [Linear(6, 5, gain: 4), layer])
        let sequence = Input.values.sequence([6])
        var heard = 0
        let context = ForwardContext(timeStep: 1e-3) { _, observation in
            guard case .spikes(let spikes) = observation else { return }
            heard = spikes.slice(0..<Self.steps - 1).spikeCount
        }
        _ = network(sequence, in: context)
        #expect(heard > 0)
        for batch in Self.batches {
            let found = Self.counted(network, sequence, Signal(.values), batch: batch)
            #expect(found.synaptic == 5 * heard)
        }
    }

    /// A constant answer that stands for all steps drives the synapses behind it once.
    @Test func constantSpikesCountOnce() throws {
        let network = try Network(
            inputShape: [6],
            layers: [
                FirstStep(
                    Sequential([
                        Linear(6, 8, gain: 4), LIF(leak: .factor(0.5), dynamics: LIFDynamics()),
                    ])),
                Linear(8, 5),
            ])
        let sequence = Input.values.sequence([6])
        var first = 0
        let context = ForwardContext(timeStep: 1e-3) { _, observation in
            if case .spikes(let spikes) = observation { first = spikes.spikeCount }
        }
        _ = network(sequence, in: context)
        let found = Self.counted(network, sequence, Signal(.values), batch: 3)
        #expect(first > 0 && found.synaptic == 5 * first)
        #expect(found.analog == Self.samples * 48)
    }
}

import RanvierConfiguration
import RanvierTestSupport
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// Thresholds per channel and membranes on levels, as options of layers.
@Suite struct MembraneLevelTests {
    /// Built, so that thresholds have their numbers.
    private func network(_ layer: any Layer, _ shape: [Int] = [3]) throws -> Network {
        try Network(inputShape: shape, layers: [layer])
    }

    private static let layers: [any Layer] = [
        LIF(leak: .factor(0.8), thresholds: [0.5, 1, 1.5], dynamics: LIFDynamics()),
        LIF(
            leak: .factor(0.8), thresholds: [0.5, 1, 1.5],
            dynamics: LIFDynamics(reset: .hard(to: -0.1), leakTarget: .reset), output: .membrane),
        LIF(leak: .factor(0.8), thresholds: [0.5, 1, 1.5], dynamics: .init(reset: .softDelayed)),
        LIF(
            leak: .factor(0.75),
            dynamics: LIFDynamics(membrane: MembraneLevels(bits: 4, range: 2))),
        LIF(
            leak: .factor(0.75), dynamics: LIFDynamics(reset: .softDelayed, membrane: .init())),
        LIF(
            leak: .factor(0.75),
            dynamics: LIFDynamics(
                membrane: MembraneLevels(bits: 3, range: 2, placement: .nearThreshold))),
        IntegrateAndFire(thresholds: [0.5, 1, 1.5]),
        IntegrateAndFire(
            thresholds: [0.5, 1, 1.5],
            dynamics: PopulationDynamics(membrane: MembraneLevels(step: 0.1, bits: 8))),
        RecurrentLIF(
            3, leak: .factor(0.8),
            dynamics: PopulationDynamics(membrane: MembraneLevels(bits: 4, range: 2))),
    ]

    private func current() -> Tensor {
        LIFTests.random([9, 4, 3], "levels", in: -0.4..<1.4)
    }

    @Test(arguments: 0..<layers.count) func stepsEqualTheSequence(index: Int) throws {
        let network = try network(Self.layers[index]), input = current()
        let sequence = network(input)
        #expect(sequence.scalars.contains { $0 != 0 })
        var state: LayerState?
        for t in 0..<input.shape[0] {
            let next = network.step(input.step(at: t), state: state)
            #expect(next.output.scalars == sequence.step(at: t).scalars)
            state = next.state
        }
    }

    /// A layer with a threshold per channel is as many layers with one each.
    @Test(arguments: [LIF.Output.spikes, .membrane])
    func channelsAreLayersOfTheirOwn(output: LIF.Output) throws {
        let input = current(), thresholds: [Float] = [0.5, 1, 1.5]
        for reset in [Reset.soft, .hard(to: -0.1), .softDelayed] {
            let dynamics = LIFDynamics(reset: reset, leakTarget: reset.isHard ? .reset : .zero)
            let all = LIF(
                leak: .factor(0.8), thresholds: thresholds, dynamics: dynamics, output: output)
            let together = try network(all)(input)
            for (channel, threshold) in thresholds.enumerated() {
                let own = LIF(
                    leak: .factor(0.8), threshold: threshold, dynamics: dynamics, output: output)
                let part = try network(own, [1])(input.slice(channel..<channel + 1, along: 2))
                let found = together.slice(channel..<channel + 1, along: 2)
                #expect(largestDifference(part, found) < 1e-6)
                #expect(part.scalars.contains { $0 != 0 })
            }
        }
    }

    @Test func thresholdsOfChannelsLearn() throws {
        let options = LIF.Options().with {
            ($0.hasThresholdPerChannel, $0.learnsThreshold) = (true, true)
        }
        let site = LayerSite(shape: [3], timeStep: 1e-3, registry: DescriptionTests.registry)
        let network = try Network(inputShape: [3], layers: [LIF(options, at: site)])
        let input = current()
        let (_, gradients) = network.valueAndGradients { network(input).sum() }
        #expect(gradients.count == 1 && gradients[0].shape == [3])
        #expect(gradients[0].scalars.allSatisfy { $0 < 0 })
    }

    @Test func anotherNumberOfChannelsIsRefused() {
        let error = #expect(throws: NetworkError.self) {
            try Network(inputShape: [4], layers: [IntegrateAndFire(thresholds: [1, 2, 3])])
        }
        #expect(error?.description.contains("3 channels") == true)
    }

    @Test func thresholdsAndLevelsAreStored() throws {
        for layer in Self.layers {
            let network = try network(layer)
            let again = try Network(
                network.clockedDescription, tensors: network.storedTensors,
                in: DescriptionTests.registry)
            #expect(try again.clockedDescription == network.clockedDescription)
            let input = current()
            #expect(again(input).scalars == network(input).scalars)
        }
    }

    @Test func eachOptionChangesTheResult() throws {
        let input = current()
        let levels: [MembraneLevels?] = [
            nil, MembraneLevels(bits: 3, range: 1), MembraneLevels(bits: 4, range: 1),
            MembraneLevels(bits: 3, range: 1, placement: .nearThreshold),
            MembraneLevels(step: 0.3), MembraneLevels(step: 0.3, rounding: .up),
            MembraneLevels(step: 0.3, bits: 2),
        ]
        let outputs = try levels.map { levels in
            let dynamics = LIFDynamics(membrane: levels)
            return try network(LIF(leak: .factor(0.8), dynamics: dynamics, output: .membrane))(
                input
            ).scalars
        }
        #expect(Set(outputs.map(\.hashValue)).count == outputs.count)
    }

    @Test(arguments: [2, 3, 4]) func levelsCrowdNearTheThreshold(bits: Int) throws {
        let levels = MembraneLevels(bits: bits, range: 2, placement: .nearThreshold)
            .levels(near: 0.8)
        #expect(levels.count == 1 << bits && levels == levels.sorted())
        #expect(Set(levels).count == levels.count && levels.contains(0))
        #expect(levels.first == -2 && levels.last == 2)
        let gaps = zip(levels, levels.dropFirst()).map { (middle: ($0 + $1) / 2, gap: $1 - $0) }
        let nearest = try #require(gaps.min { abs($0.middle - 0.8) < abs($1.middle - 0.8) })
        #expect(bits == 2 || gaps.allSatisfy { $0.gap >= nearest.gap })
    }

    /// Rounding up to whole numbers is the shift of whole-number engines, for either sign.
    @Test(arguments: [1, 2, 4]) func aLeakOfWholeNumbersIsAShift(places: Int) throws {
        let leak = 1 - 1 / Double(1 << places)
        let neurons = LIF(
            leak: .factor(leak), threshold: 40, dynamics: LIFDynamics(membrane: .wholeNumbers),
            output: .membrane)
        let input = (LIFTests.random([30, 1, 70], "whole", in: -30..<30)).scalars
            .map { $0.rounded() }
        let membranes = try network(neurons, [70])(Tensor(input, shape: [30, 1, 70])).scalars
        for neuron in 0..<70 {
            var v = 0
            for t in 0..<30 {
                let u = v - (v >> places) + Int(input[t * 70 + neuron])
                #expect(membranes[t * 70 + neuron] == Float(u))
                v = u >= 40 ? u - 40 : u
            }
        }
    }

    @Test func whatCannotBeIsRefused() throws {
        func read(_ options: ConfigurationValue) throws -> LayerDescription {
            try Element("lif", options).value(
                of: LayerRole.self, in: DescriptionTests.registry, at: "test")
        }
        func membrane(_ entries: ConfigurationValue.Entry...) -> ConfigurationValue {
            .section([.init("membrane", .section(entries))])
        }
        _ = try read(membrane(.init("bits", .integer(4)), .init("range", .float(2))))
        _ = try read(membrane(.init("step", .float(1)), .init("rounding", .string("up"))))
        for options in [
            membrane(
                .init("bits", .integer(4)), .init("range", .float(2)), .init("step", .float(1))),
            membrane(.init("bits", .integer(1)), .init("range", .float(2))),
            membrane(.init("range", .float(-2))),
            membrane(.init("bits", .integer(8)), .init("levels", .string("near-threshold"))),
            .section([.init("channels", .integer(3))]),
        ] {
            #expect(throws: ConfigurationError.self) { try read(options) }
        }
    }
}

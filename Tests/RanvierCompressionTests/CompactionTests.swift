import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Networks without the channels that have no effect.
@Suite struct CompactionTests {
    private static func random(
        _ shape: [Int], _ name: String, in range: Range<Float> = -1..<1
    ) -> Tensor {
        Tensor(uniformIn: range, shape: shape, from: RandomStream(seed: 8, name: name))
    }

    /// A mask of weights without some outputs and some inputs.
    private static func mask(
        _ parameter: Parameter, outputs: Set<Int> = [], inputs: Set<Int> = []
    ) -> Mask {
        let layout = WeightLayout(parameter.shape)
        var alive = [Float](repeating: 1, count: layout.count)
        for output in 0..<layout.outputs {
            for input in 0..<layout.inputs where outputs.contains(output) || inputs.contains(input)
            {
                for place in 0..<layout.places {
                    alive[layout.index(output: output, input: input, place: place)] = 0
                }
            }
        }
        return Mask(Tensor(alive, shape: parameter.shape))
    }

    private static func train(_ layer: BatchNormalization, shift: [Float]) {
        let n = layer.channels
        layer.scale.value = random([n], "scale", in: 0.5..<1.5)
        layer.shift?.value = Tensor(shift, shape: [n])
        layer.runningMean.value = .zeros([n])
        layer.runningVariance.value = random([n], "variance", in: 0.02..<0.1)
    }

    private static func convolutional() throws -> Network {
        let first = BatchNormalization(6), second = BatchNormalization(4)
        let network = try Network(inputShape: [8, 8, 2], seed: 2) {
            Convolution2D(2, 6, size: 3, padding: 1, hasBias: false)
            first
            LIF(
                leak: .factor(0.7), thresholds: [0.8, 0.9, 1, 1.1, 1.2, 1.3],
                dynamics: LIFDynamics())
            MaxPool2D(2)
            Convolution2D(6, 4, size: 3, padding: 1)
            second
            IntegrateAndFire()
            Flatten()
            Linear(64, 10, gain: 4)
            ParametricLIF()
            Linear(10, 3, gain: 2)
        }
        // Without inputs channel 1 is silent, 3 fires by its bias.
        train(first, shift: [0.1, -0.5, 0.2, 1.4, 0.1, 0.3])
        train(second, shift: [0.3, 0.2, 0.1, 0.2])
        let weights = network.prunableParameters
        weights[0].mask = mask(weights[0], outputs: [1, 3])
        // Nobody listens to channel 4 of the first layer, and channel 2 of the second hears nothing but channel 1.
        weights[1].mask = mask(weights[1], inputs: [4])
        // Nobody listens to the first channel of the second convolution at any place, nor to neuron 7.
        weights[2].mask = mask(weights[2], inputs: Set(stride(from: 0, to: 64, by: 4)))
        weights[3].mask = mask(weights[3], inputs: [7])
        return network
    }

    @Test func answersStayTheSame() throws {
        let network = try Self.convolutional()
        let small = try network.compacted()
        #expect(small.layers.map(\.outputs) == [6, 4, 10, 3])
        #expect(small.layers.map(\.remaining) == [4, 3, 9, 3])
        #expect(small.kept.map(\.name) == ["conv2d1"])
        #expect(small.kept[0].reason.hasPrefix("1 channels without inputs"))
        let input = Self.random([5, 7, 8, 8, 2], "images")
        let wanted = network(input), found = small.network(input)
        #expect(largestDifference(wanted, found) < 1e-5)
        #expect(Set(wanted.scalars).count > 20)
        func numbers(_ network: Network) -> Int {
            network.layerParameters.reduce(0) { $0 + $1.value.count }
        }
        #expect(numbers(small.network) < numbers(network) * 3 / 4)
        #expect(small.network.stateCount < network.stateCount)
        // What is left has names and shapes of its own, and can be stored.
        let again = try Network(
            small.network.clockedDescription, tensors: small.network.storedTensors, in: .standard)
        #expect(again(input).scalars == found.scalars)
    }

    /// One that goes takes others along, in both directions.
    @Test func channelsTakeOthersAlong() throws {
        let network = try Network(inputShape: [5], seed: 2) {
            Linear(5, 6, hasBias: false)
            IntegrateAndFire()
            Linear(6, 7, hasBias: false)
            IntegrateAndFire()
            Linear(7, 3)
        }
        let weights = network.prunableParameters
        var second = Self.mask(weights[1]).alive.scalars
        // Neuron 2 of the second layer hears neuron 4 alone, which hears nothing.
        for input in 0..<6 where input != 4 { second[input * 7 + 2] = 0 }
        // Neuron 0 of the first layer is heard by neuron 5 alone, whom nobody hears.
        for output in 0..<7 where output != 5 { second[output] = 0 }
        weights[0].mask = Self.mask(weights[0], outputs: [4])
        weights[1].mask = Mask(Tensor(second, shape: [6, 7]))
        weights[2].mask = Self.mask(weights[2], inputs: [5])
        let small = try network.compacted()
        #expect(small.layers.map(\.remaining) == [4, 5, 3])
        #expect(small.kept.isEmpty)
        let input = Self.random([8, 9, 5], "values") * 2
        #expect(largestDifference(network(input), small.network(input)) < 1e-5)
        #expect(small.network.prunableParameters.allSatisfy { $0.mask == nil })
    }

    /// A neuron with a bias that makes it fire stays; one whose bias is too weak to ever do so goes.
    @Test func biasesThatFireStay() throws {
        func remaining(_ bias: Float, _ neurons: any Layer) throws -> Int {
            let network = try Network(inputShape: [3], seed: 1) {
                Linear(
                    weights: Self.random([3, 2], "w"), bias: Tensor([0.1, bias], shape: [2]))
                neurons
                Linear(2, 2)
            }
            let weights = network.prunableParameters
            weights[0].mask = Self.mask(weights[0], outputs: [1])
            let small = try network.compacted()
            let input = Self.random([30, 4, 3], "values")
            #expect(largestDifference(network(input), small.network(input)) < 1e-5)
            return small.layers[0].remaining
        }
        let leaky = LIF(leak: .factor(0.5), dynamics: LIFDynamics())
        #expect(try remaining(0.4, leaky) == 1)
        #expect(try remaining(0.6, leaky) == 2)
        #expect(try remaining(-0.6, leaky) == 1)
        #expect(try remaining(0.05, IntegrateAndFire()) == 2)
        #expect(try remaining(0, IntegrateAndFire()) == 1)
        #expect(try remaining(-1, ReLU()) == 1)
        #expect(try remaining(1, ReLU()) == 2)
        #expect(
            try remaining(
                0,
                AdaptiveLIF(
                    membraneTimeConstant: 5e-3, adaptationTimeConstant: 0.1, strength: 0.2)) == 1)
    }

    @Test func layersThatHearEachOtherKeepTheirChannels() throws {
        let network = try Network(inputShape: [5], seed: 2) {
            Linear(5, 6)
            RecurrentLIF(6, leak: .factor(0.5))
            Linear(6, 4)
        }
        let weights = network.prunableParameters
        weights[0].mask = Self.mask(weights[0], outputs: [4])
        weights[2].mask = Self.mask(weights[2], inputs: [1])
        let small = try network.compacted()
        #expect(small.layers.map(\.remaining) == [6, 4])
        #expect(small.kept.map(\.name) == ["recurrent-lif2"])
        #expect(small.network.prunableParameters[0].mask != nil)
    }

    /// Quantised weights are seen as before.
    @Test func quantisersGoOnToHold() throws {
        let alive: Set = [1, 2]
        let make: [(Parameter) -> any ParameterView] = [
            { _ in SymmetricQuantizer(bits: 4) },
            { _ in SymmetricQuantizer(bits: 4, isPerOutput: true) },
            {
                SymmetricQuantizer(
                    bits: 3, scale: .fixed((0..<$0.shape[1]).map { 0.1 + 0.02 * Float($0) }),
                    isPerOutput: true)
            },
            { LearnedStepQuantizer(bits: 4, fittedTo: $0.value) },
            { SharedScaleQuantizer(bits: 4, fittedTo: $0.value) }, { _ in BinaryQuantizer() },
        ]
        for view in make {
            let network = try Network(inputShape: [5], seed: 2) {
                Linear(5, 6, hasBias: false)
                IntegrateAndFire(threshold: 0.3)
                Linear(6, 4)
            }
            let weights = network.prunableParameters
            // The largest weight goes.
            var values = weights[0].value.scalars
            values[1] = 3
            weights[0].value = Tensor(values, shape: weights[0].shape)
            weights[1].mask = Self.mask(weights[1], inputs: alive)
            weights[0].views += [view(weights[0])]
            weights[1].views += [view(weights[1])]
            let small = try network.compacted()
            #expect(small.layers[0].remaining == 4)
            let input = Self.random([6, 9, 5], "values")
            #expect(largestDifference(network(input), small.network(input)) < 1e-5)
            #expect(small.network.prunableParameters.allSatisfy { !$0.views.isEmpty })
        }
    }
}

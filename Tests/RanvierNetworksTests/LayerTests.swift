import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

@Suite struct LayerTests {
    static func convolutional() throws -> Network {
        try Network(inputShape: [8, 8, 2], seed: 3) {
            Convolution2D(2, 6, size: 3, padding: 1, initialization: .uniform(gain: 3))
            LIF(membraneTimeConstant: 4e-3)
            MaxPool2D(2)
            Residual(
                body: [
                    Convolution2D(
                        6, 6, size: 3, padding: 1, groups: 2, initialization: .uniform(gain: 3)),
                    BatchNormalization(6), LIF(membraneTimeConstant: 4e-3),
                ])
            AveragePool2D(2)
            Flatten().named("flat")
            Sequential {
                Linear(24, 12, gain: 4)
                LIF(membraneTimeConstant: 4e-3)
            }.named("head")
            Linear(12, 3)
        }
    }

    @Test func stepByStepEqualsTheSequence() throws {
        let network = try Self.convolutional()
        let input = LIFTests.random([6, 2, 8, 8, 2], "input")
        let sequence = network(input)
        #expect(sequence.shape == [6, 2, 3])
        var state: LayerState?
        for t in 0..<6 {
            let (output, next) = network.step(input.step(at: t), state: state)
            state = next
            #expect(difference(output.scalars, sequence.step(at: t).scalars) < 1e-6)
        }
    }

    @Test func namesAndShapesOfNestedLayers() throws {
        let network = try Self.convolutional()
        #expect(network.outputShape == [3])
        let names = network.parameters.map(\.name)
        #expect(names.first == "conv2d1.weights")
        #expect(names.contains("residual4.body.batch-norm2.running-variance"))
        #expect(names.contains("head.linear1.weights"))
        #expect(Set(names).count == names.count)
        let trainable = network.trainableParameters.map(\.name)
        #expect(!trainable.contains { $0.contains("running") })
    }

    @Test func gradientsReachEveryTrainableParameter() throws {
        let network = try Self.convolutional()
        let input = LIFTests.random([6, 2, 8, 8, 2], "input", in: 0..<1)
        let context = ForwardContext(timeStep: 1e-3, isTraining: true)
        let (_, gradients) = network.valueAndGradients {
            network(input, in: context).mean(axes: [0]).crossEntropy(labels: [0, 1])
        }
        for (parameter, gradient) in zip(network.trainableParameters, gradients) {
            #expect(gradient.shape == parameter.shape)
            #expect(gradient.scalars.contains { $0 != 0 }, "\(parameter.name)")
        }
    }

    @Test func layersThatDoNotFitAreNamed() throws {
        let error = #expect(throws: NetworkError.self) {
            try Network(inputShape: [8, 8, 2]) {
                Convolution2D(2, 4, size: 3)
                Residual(body: [Convolution2D(4, 5, size: 1)])
            }
        }
        #expect(error?.description.contains("residual2") == true)
        let nested = #expect(throws: NetworkError.self) {
            try Network(inputShape: [8, 8, 2]) {
                Sequential {
                    Convolution2D(2, 4, size: 3)
                    Convolution2D(3, 4, size: 3)
                }
            }
        }
        #expect(nested?.description.contains("conv2d2") == true)
        #expect(nested?.description.contains("[6, 6, 4]") == true)
        #expect(throws: NetworkError.self) {
            try Network(inputShape: [8, 8, 2]) { Convolution2D(2, 4, size: 9) }
        }
    }

    /// A spike in the middle reaches all taps, one in a corner only four of nine.
    @Test func fanOutOfSpikesEndsAtTheBorder() throws {
        let layer = Convolution2D(1, 5, size: 3, padding: 1)
        _ = try Network(inputShape: [4, 4, 1], layers: [layer])
        func operations(_ positions: [Int]) -> OperationCount {
            var scalars = [Float](repeating: 0, count: 16)
            for position in positions { scalars[position] = 1 }
            var found = OperationCount()
            let context = ForwardContext(timeStep: 1e-3) { _, observation in
                if case .operations(let count) = observation { found = count }
            }
            _ = layer(Tensor(spikes: scalars, shape: [1, 1, 4, 4, 1]), in: context)
            return found
        }
        #expect(operations([5]) == OperationCount(synaptic: 9 * 5))
        #expect(operations([0]) == OperationCount(synaptic: 4 * 5))
        #expect(operations([1, 15]) == OperationCount(synaptic: (6 + 4) * 5))
        var weights = layer.weights.value.scalars
        weights[0] = 0  // the tap above left of the first output
        layer.weights.value = Tensor(weights, shape: layer.weights.shape)
        #expect(operations([5]) == OperationCount(synaptic: 9 * 5 - 1))
        #expect(operations([15]) == OperationCount(synaptic: 4 * 5))
    }

    /// Spikes everywhere do as many operations as there are multiply-accumulates without them.
    @Test func countsOfSpikesAndNumbersAgree() throws {
        let layers: [(any Layer, [Int])] = [
            (Convolution2D(4, 6, size: 3, stride: 2, padding: 1, groups: 2), [7, 6, 4]),
            (Convolution2D(2, 3, size: 5), [9, 9, 2]),
            (Convolution1D(3, 4, size: 4, stride: 3, padding: 2), [11, 3]),
        ]
        for (layer, shape) in layers {
            _ = try Network(inputShape: shape, layers: [layer])
            var found: [OperationCount] = []
            let context = ForwardContext(timeStep: 1e-3) { _, observation in
                if case .operations(let count) = observation { found.append(count) }
            }
            let ones = Tensor.ones([2, 3] + shape)
            _ = layer(ones, in: context)
            _ = layer(ones.packedAsSpikes, in: context)
            _ = layer(Tensor(constantInTime: .ones([3] + shape), steps: 2), in: context)
            #expect(found[0].multiplyAccumulate == found[1].synaptic && found[1].synaptic > 0)
            #expect(found[2].multiplyAccumulate * 2 == found[0].multiplyAccumulate)
        }
    }

    @Test func dropoutKeepsOneMaskForAllSteps() throws {
        let layer = Dropout(0.4)
        let x = Tensor.ones([5, 4, 500])
        let training = ForwardContext(
            timeStep: 1e-3, isTraining: true, random: RandomStream(seed: 2, name: "pass"))
        let y = layer(x, in: training)
        let first = y.step(at: 0).scalars
        #expect(Set(first) == [0, 1 / (1 - 0.4)])
        let kept = Float(first.count { $0 != 0 }) / 2000
        #expect(abs(kept - 0.6) < 0.04)
        for t in 1..<5 { #expect(y.step(at: t).scalars == first) }
        #expect(layer.step(x.step(at: 0), state: nil, in: training).output.scalars == first)
        var other = training
        other.random = RandomStream(seed: 3, name: "pass")
        #expect(layer(x, in: other).step(at: 0).scalars != first)
        #expect(Tape.naming("b") { layer(x, in: training) }.step(at: 0).scalars != first)
        #expect(layer(x, in: ForwardContext(timeStep: 1e-3)).scalars == x.scalars)
    }

    @Test func branchesJoinAsTheirNamesSay() {
        let a = Tensor(spikes: [0, 0, 1, 1], shape: [1, 1, 4])
        let b = Tensor(spikes: [0, 1, 0, 1], shape: [1, 1, 4])
        let context = ForwardContext(timeStep: 1e-3)
        let results: [Residual.Combination: [Float]] = [
            .add: [0, 1, 1, 2], .and: [0, 0, 0, 1], .iand: [0, 1, 0, 0],
        ]
        struct Given: Layer {
            static let kind = "given"
            let tensor: Tensor
            func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
            func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor { tensor }
        }
        for (combination, expected) in results {
            let layer = Residual(
                combination: combination, body: [Given(tensor: a)], shortcut: [Given(tensor: b)])
            #expect(layer(a, in: context).scalars == expected)
        }
    }

    func difference(_ a: [Float], _ b: [Float]) -> Float {
        a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
    }
}

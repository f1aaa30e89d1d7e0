import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

@Suite struct DelayTests {
    static var context: ForwardContext { ForwardContext(timeStep: 1e-3) }

    /// One spike at step 0 arrives at each output when its delay says, half and half between two steps.
    @Test func spikesArriveAfterTheirDelay() {
        let layer = DelayedLinear(
            weights: Tensor([1, 2, 4], shape: [1, 3]),
            delays: Tensor([0, 2e-3, 1.25e-3], shape: [1, 3]), timeStep: 1e-3)
        var pulse = [Float](repeating: 0, count: 5)
        pulse[0] = 1
        for x in [Tensor(pulse, shape: [5, 1, 1]), Tensor(spikes: pulse, shape: [5, 1, 1])] {
            let y = layer(x, in: Self.context)
            #expect(y.step(at: 0).scalars == [1, 0, 0])
            #expect(y.step(at: 1).scalars == [0, 0, 3])
            #expect(y.step(at: 2).scalars == [0, 2, 1])
            #expect(y.step(at: 3).scalars == [0, 0, 0])
        }
    }

    @Test func stepsEqualTheSequence() throws {
        let network = try Network(inputShape: [6], seed: 2) {
            DelayedLinear(6, 4, maximumDelay: 3e-3, timeStep: 1e-3, learnsDelays: true)
        }
        let x = LIFTests.random([7, 2, 6], "x")
        let sequence = network(x)
        var state: LayerState?
        for t in 0..<7 {
            let response = network.step(x.step(at: t), state: state)
            state = response.state
            #expect(response.output.scalars == sequence.step(at: t).scalars)
        }
        #expect(network.trainableParameters.map(\.name).contains("delayed-linear1.delays"))
    }

    @Test func adjointsMatchCentralDifferences() {
        let w = LIFTests.random([5, 3], "w"), mix = LIFTests.random([5, 15], "mix")
        // Away from whole steps, where the derivative jumps.
        let d = LIFTests.random([5, 3], "d", in: 0.1..<0.9) + Tensor([0, 1, 3], shape: [3])
        let error = GradientCheck(stepSize: 1e-2).largestError(at: [w, d]) { v in
            (DelayedLinear.tapWeights(v[0], v[1], taps: 5) * mix).sum()
        }
        #expect(error < 1e-3)
    }

    /// Gradient descent finds the delay between two spike trains.
    @Test func aDelayIsLearned() throws {
        let layer = DelayedLinear(
            1, 1, maximumDelay: 6e-3, timeStep: 1e-3, learnsDelays: true, hasBias: false)
        let network = try Network(inputShape: [1], layers: [layer])
        layer.weights.value = Tensor([1], shape: [1, 1])
        layer.delays.value = Tensor([1.5], shape: [1, 1])
        // A smooth bump, so that neighbouring delays overlap.
        let bump = (0..<24).map { t -> Float in
            let z = Float(t - 8) / 4
            return max(0, 1 - z * z)
        }
        let x = Tensor(bump, shape: [24, 1, 1])
        let target = Tensor([0, 0, 0, 0] + bump.dropLast(4), shape: [24, 1, 1])
        for _ in 0..<200 {
            let (_, gradients) = network.valueAndGradients {
                (network(x) - target).squared().sum()
            }
            guard let index = network.trainableParameters.firstIndex(where: { $0 === layer.delays })
            else { break }
            layer.delays.value = layer.delays.value - 0.1 * gradients[index]
        }
        #expect(abs(layer.delays.value.scalar - 4) < 0.05)
    }

    @Test func operationsCountEachSynapseOnce() {
        let layer = DelayedLinear(
            weights: Tensor([1, 0, 4, 1, 1, 1], shape: [2, 3]), delays: .zeros([2, 3]),
            timeStep: 1e-3)
        var found = OperationCount()
        let context = ForwardContext(timeStep: 1e-3) { _, observation in
            if case .operations(let count) = observation { found = count }
        }
        _ = layer(Tensor(spikes: [1, 0, 1, 1], shape: [2, 1, 2]), in: context)
        #expect(found == OperationCount(synaptic: 2 + 2 + 3))
    }
}

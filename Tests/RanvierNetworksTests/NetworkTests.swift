import RanvierTestSupport
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

@Suite struct NetworkTests {
    static func network(seed: UInt64 = 0) throws -> Network {
        try Network(inputShape: [12], timeStep: 1e-3, seed: seed) {
            Linear(12, 40, gain: 3)
            LIF(membraneTimeConstant: 20e-3)
            Linear(40, 30, gain: 30)
            LIF(
                leak: .factor(0.9), threshold: 0.8,
                dynamics: LIFDynamics(reset: .softDelayed, inputScale: .oneMinusLeak),
                learnsLeak: true)
            Linear(30, 5)
            LeakyIntegrator(membraneTimeConstant: 10e-3)
        }
    }

    @Test func stepByStepEqualsTheSequence() throws {
        let network = try Self.network()
        let input = LIFTests.random([9, 3, 12], "input")
        let sequence = network(input)
        var state: LayerState?
        for t in 0..<9 {
            let (output, next) = network.step(input.step(at: t), state: state)
            state = next
            #expect(largestDifference(output, sequence.step(at: t)) < 1e-6)
            // The bits are the same where dense and spike products add in the same order.
            if Processor.level >= .v4 { #expect(output.scalars == sequence.step(at: t).scalars) }
        }
    }

    @Test func neuronsFromPlainOperationsRunBothWays() throws {
        struct QuadraticIntegrateAndFire: MembraneNeuron {
            func step(_ current: Tensor, _ v: Tensor) -> (spikes: Tensor, state: Tensor) {
                let u = v + 0.1 * (v * v - v) + current
                let s = spike(u - 1, surrogate: .triangular)
                return (s, u * (1 - s.detached))
            }
        }
        let network = try Network(inputShape: [4]) {
            Linear(4, 6, gain: 3)
            Neurons(QuadraticIntegrateAndFire())
            Linear(6, 2)
        }
        let input = LIFTests.random([5, 2, 4], "input")
        let sequence = network(input)
        var state: LayerState?
        for t in 0..<5 {
            let (output, next) = network.step(input.step(at: t), state: state)
            state = next
            #expect(output.scalars == sequence.step(at: t).scalars)
        }
        let (_, gradients) = network.valueAndGradients { network(input).squared().sum() }
        #expect(gradients.count == 4)
        #expect(gradients[0].scalars.contains { $0 != 0 })
    }

    @Test func parametersHaveStableNamesAndReproducibleValues() throws {
        let network = try Self.network()
        #expect(
            network.parameters.map(\.name) == [
                "linear1.weights", "linear1.bias", "lif2.threshold", "linear3.weights",
                "linear3.bias", "lif4.threshold", "lif4.leak-logit", "linear5.weights",
                "linear5.bias",
            ])
        #expect(!network.trainableParameters.contains { $0.name.hasSuffix("threshold") })
        let again = try Self.network(), other = try Self.network(seed: 1)
        #expect(network.parameters[0].value.scalars == again.parameters[0].value.scalars)
        #expect(network.parameters[0].value.scalars != other.parameters[0].value.scalars)
    }

    @Test func aLayerThatDoesNotFitIsNamed() {
        let error = #expect(throws: NetworkError.self) {
            try Network(inputShape: [8, 8]) {
                Linear(64, 32)
                LIF(membraneTimeConstant: 20e-3)
                Linear(30, 10)
            }
        }
        let text = error?.description ?? ""
        #expect(text.contains("linear3") && text.contains("30 inputs") && text.contains("[32]"))
        #expect(throws: NetworkError.empty) { try Network(inputShape: [1]) {} }
    }

    @Test func gradientsReachEveryTrainableParameter() throws {
        let network = try Self.network()
        let input = LIFTests.random([9, 3, 12], "input")
        let (loss, gradients) = network.valueAndGradients {
            network(input).mean(axes: [0]).crossEntropy(labels: [0, 1, 2])
        }
        #expect(loss.scalar.isFinite)
        for (parameter, gradient) in zip(network.trainableParameters, gradients) {
            #expect(gradient.shape == parameter.shape)
            #expect(gradient.scalars.contains { $0 != 0 }, "\(parameter.name)")
        }
        #expect(!network.parameters[0].tensor.isTracked)
    }

    @Test func observersSeeSpikesAndExactOperationCounts() throws {
        let network = try Self.network()
        let input = Tensor(constantInTime: LIFTests.random([3, 12], "input"), steps: 9)
        var spikes: [String: Int] = [:], operations: [String: OperationCount] = [:]
        let context = ForwardContext(timeStep: 1e-3) { layer, observation in
            switch observation {
            case .spikes(let tensor): spikes[layer] = tensor.spikeCount
            case .operations(let count): operations[layer] = count
            case .values, .spikeCounts, .tally: break
            }
        }
        _ = network(input, in: context)
        #expect(operations["linear1"]?.multiplyAccumulate == 3 * 12 * 40)
        #expect(operations["linear3"]?.synaptic == (spikes["lif2"] ?? 0) * 30)
        #expect((spikes["lif2"] ?? 0) > 0)
    }
}

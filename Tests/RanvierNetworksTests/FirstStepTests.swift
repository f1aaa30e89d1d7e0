import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// Layers that run at the first step alone.
@Suite struct FirstStepTests {
    private static let steps = 5

    private static func layers(isStatic: Bool) -> [any Layer] {
        let stage = Sequential {
            Linear(6, 8, gain: 4)
            LIF(membraneTimeConstant: 4e-3)
        }
        return [
            isStatic ? FirstStep(stage).named("stage") : stage.named("stage"),
            Linear(8, 5, gain: 4), LIF(membraneTimeConstant: 4e-3),
        ]
    }

    private static func network(isStatic: Bool) throws -> Network {
        try Network(inputShape: [6], seed: 3, layers: layers(isStatic: isStatic))
    }

    private func difference(_ a: [Float], _ b: [Float]) -> Float {
        a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
    }

    private let input = LIFTests.random([steps, 3, 6], "input")

    @Test func theFirstAnswerStandsForAll() throws {
        let usual = try Self.network(isStatic: false), network = try Self.network(isStatic: true)
        #expect(network.parameters.map(\.name) == usual.parameters.map(\.name))
        try network.restore(usual.values)
        let first = input.step(at: 0).repeatedInTime(steps: Self.steps)
        let output = network(input)
        // Later steps are not seen.
        #expect(output.scalars == network(first).scalars)
        #expect(output.scalars != usual(input).scalars)
        let stage = usual.stages[0].layer, rest = usual.stages[1...].map(\.layer)
        let context = ForwardContext(timeStep: usual.timeStep)
        let answer = stage(input.slice(0..<1), in: context).step(at: 0)
        let expected = rest.reduce(answer.repeatedInTime(steps: Self.steps)) { $1($0, in: context) }
        #expect(output.scalars == expected.scalars)
        #expect(output.scalars.contains(1))
    }

    @Test func stepsAndPartsEqualTheSequence() throws {
        let network = try Self.network(isStatic: true)
        let sequence = network(input)
        var state: LayerState?
        for t in 0..<Self.steps {
            let response = network.step(input.step(at: t), state: state)
            state = response.state
            #expect(difference(response.output.scalars, sequence.step(at: t).scalars) < 1e-6)
        }
        let first = network.run(input.slice(0..<2))
        let second = network.run(input.slice(2..<Self.steps), state: first.state)
        let joined = Tensor.concatenate([first.output.dense, second.output.dense])
        #expect(difference(joined.scalars, sequence.scalars) < 1e-6)
        #expect(network.stages[0].layer.stateCount(for: [6]) == 8)
    }

    @Test func gradientsOfAllStepsAddUp() {
        let layer = FirstStep(Linear(2, 2))
        let error = GradientCheck().largestError(at: [LIFTests.random([4, 3, 2], "values")]) {
            inputs in
            let output = layer(inputs[0], in: ForwardContext(timeStep: 1e-3))
            return (output.dense * LIFTests.random([4, 3, 2], "weights")).sum()
        }
        #expect(error < 1e-2)
    }

    @Test func stagesOfAResidualNetworkRunOnce() throws {
        func network(_ stages: Int) throws -> Network {
            var architecture = PreActivationResNet(
                blocks: 1, channels: 4, inputShape: [8, 8, 1], classes: 3)
            architecture.staticStages = stages
            return try architecture.network(seed: 2)
        }
        let image = LIFTests.random([2, 8, 8, 1], "image").repeatedInTime(steps: 4)
        let names = try network(0).parameters.map(\.name)
        var outputs: [[Float]] = [], spikingSteps: [[Int]] = []
        for stages in 0...3 {
            let network = try network(stages)
            #expect(network.parameters.map(\.name) == names)
            var steps: [Int] = []
            // Statistics of the batch, so that late layers have something to spike about.
            let context = ForwardContext(timeStep: 1e-3, isTraining: true) { _, observation in
                if case .spikes(let spikes) = observation { steps.append(spikes.shape[0]) }
            }
            outputs.append(network(image, in: context).scalars)
            spikingSteps.append(steps)
        }
        // Two layers of neurons in each of three stages, and one behind them.
        #expect(
            spikingSteps == [
                [4, 4, 4, 4, 4, 4, 4], [1, 1, 4, 4, 4, 4, 4], [1, 1, 1, 1, 4, 4, 4],
                [1, 1, 1, 1, 1, 1, 4],
            ])
        #expect(Set(outputs).count == 4)
    }
}

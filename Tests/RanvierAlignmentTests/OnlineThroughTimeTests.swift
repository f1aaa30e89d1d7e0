import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

@testable import RanvierAlignment

/// Errors that stay at their step, and traces in place of the past.
@Suite struct OnlineThroughTimeTests {
    private typealias Support = EligibilityPropagationTests

    private func deep(steps: Int) throws -> ClockedModel {
        try Support.model(steps: steps) {
            Linear(12, 10, gain: 3)
            LIF(leak: .factor(0.9), dynamics: LIFDynamics(surrogate: .arctangent))
            Linear(10, 8, gain: 3)
            LIF(leak: .factor(0.7), dynamics: LIFDynamics(reset: .hard, surrogate: .sigmoid))
            Linear(8, 5)
            LeakyIntegrator(leak: .factor(0.8))
        }
    }

    private func convolutional(steps: Int) throws -> ClockedModel {
        ClockedModel(
            network: try Network(inputShape: [6, 6, 2], seed: 4) {
                Convolution2D(2, 4, size: 3, padding: 1, initialization: .uniform(gain: 4))
                LIF(leak: .factor(0.8), dynamics: LIFDynamics())
                AveragePool2D(2)
                Residual(body: [
                    Convolution2D(4, 4, size: 3, padding: 1, initialization: .uniform(gain: 4)),
                    LIF(leak: .factor(0.8), dynamics: LIFDynamics()),
                ])
                Flatten()
                Linear(36, 5)
                LeakyIntegrator(leak: .factor(0.8))
            }, encoder: .direct(steps: steps, timeStep: 1e-3), loss: .crossEntropyOfEachStep)
    }

    private func images(steps: Int, batch: Int) -> Tensor {
        Tensor(
            uniformIn: 0..<1, shape: [steps, batch, 6, 6, 2],
            from: RandomStream(seed: 7, name: "x")
        ).isGreaterOrEqual(to: Tensor(0.6)).packedAsSpikes
    }

    // MARK: - Against the tape

    /// Step by step with states cut off: what a loss of a step says of the currents of that step, times traces that are added up
    /// by hand.
    @Test(arguments: [1, 4, 50]) func deepNetworksFollowTheirDefinition(chunk: Int) throws {
        let model = try deep(steps: 13), sequence = Support.spikes(steps: 13, batch: 4)
        let found = try Support.gradients(
            model, sequence, by: OnlineThroughTime(chunk: chunk))
        let leaks = ["linear1": Float(0.9), "linear3": 0.7, "linear5": 0.8]
        var sums: [String: Tensor] = [:], traces: [String: Tensor] = [:], counts = leaks
        for name in counts.keys { counts[name] = 0 }
        var state = LayerState()
        for t in 0..<13 {
            var x = sequence.step(at: t).dense, errors: [(String, Tensor, Tensor)] = []
            for stage in model.network.stages {
                let parts = stage.layer.step(
                    x, state: state.parts[stage.name]?.detached,
                    in: ForwardContext(timeStep: 1e-3, isTraining: true))
                state.parts[stage.name] = parts.state
                guard stage.layer is Linear else {
                    x = parts.output
                    continue
                }
                // A variable for the current, on which the layers above depend.
                let before = x.detached
                let below = parts.output.detached.tracked()
                errors.append((stage.name, below, before))
                x = Tape.record(below.detached, inputs: [below, x]) { gradient in
                    let weights =
                        model.network.values["\(stage.name).weights"] ?? Tensor(0)
                    return [gradient, gradient.matrixProduct(weights.transposed())]
                }
            }
            let output = x.reshaped(to: [1] + x.shape)
            let loss = model.loss.value(of: output, targets: Support.batch(sequence).targets)
            let gradients = loss.gradients(for: errors.map(\.1))
            for ((name, _, input), error) in zip(errors, gradients) {
                let leak = leaks[name] ?? 0
                traces[name] = (traces[name].map { $0 * leak } ?? .zeros(input.shape)) + input
                counts[name] = leak * (counts[name] ?? 0) + 1
                let weights = (traces[name] ?? input).transposed().matrixProduct(error)
                let bias = error.sum(axes: [0]) * (counts[name] ?? 0)
                sums["\(name).weights"] = sums["\(name).weights"].map { $0 + weights } ?? weights
                sums["\(name).bias"] = sums["\(name).bias"].map { $0 + bias } ?? bias
            }
        }
        Support.expectEqual(found, sums)
    }

    /// Two ways to the same sums: by the tape, and by what recurrent networks take.
    @Test func bothWaysAgree() throws {
        let model = try deep(steps: 17), sequence = Support.spikes(steps: 17, batch: 4)
        let byTape = try Support.gradients(model, sequence, by: OnlineThroughTime(chunk: 6))
        let byTraces = try Support.gradients(
            model, sequence,
            by: EligibilityPropagation(feedback: .symmetric, readoutFilter: 0, chunk: 5))
        Support.expectEqual(byTape, byTraces)
    }

    @Test func chunksOfConvolutionsChangeNothing() throws {
        let model = try convolutional(steps: 9), sequence = images(steps: 9, batch: 3)
        let whole = try Support.gradients(model, sequence, by: OnlineThroughTime(chunk: 20))
        for chunk in [1, 4] {
            Support.expectEqual(
                try Support.gradients(model, sequence, by: OnlineThroughTime(chunk: chunk)), whole)
        }
    }

    /// A single step has no past: the gradient, also with residual branches and pools.
    @Test func oneStepIsTheGradient() throws {
        let model = try convolutional(steps: 1), sequence = images(steps: 1, batch: 3)
        Support.expectEqual(
            try Support.gradients(model, sequence, by: OnlineThroughTime()),
            try Support.gradients(model, sequence, by: nil))
    }

    /// Images shown at every step are the same numbers stored once or as often as there are steps.
    @Test func constantImagesAreSequences() throws {
        let model = try convolutional(steps: 7)
        let image = Tensor(
            uniformIn: 0..<1, shape: [3, 6, 6, 2], from: RandomStream(seed: 7, name: "x"))
        let constant = Tensor(constantInTime: image, steps: 7)
        Support.expectEqual(
            try Support.gradients(model, constant, by: OnlineThroughTime(chunk: 3)),
            try Support.gradients(model, constant.dense, by: OnlineThroughTime(chunk: 3)))
    }

    @Test func memoryIsConstantInTime() throws {
        let model = try deep(steps: 40)
        func peak(_ steps: Int) throws -> Int {
            let sequence = Support.spikes(steps: steps, batch: 32)
            return try MemoryMeter.measuring {
                _ = try Support.gradients(model, sequence, by: OnlineThroughTime(chunk: 10))
            }.peakBytes
        }
        let short = try peak(40), long = try peak(160)
        let outputs = 120 * 32 * 5 * 4
        #expect(long <= short + 3 * outputs, "\(short) and \(long) bytes")
    }

    // MARK: - Neurons

    private static let neurons: [(String, any Layer)] = [
        ("lif", LIF(leak: .factor(0.8), dynamics: LIFDynamics(reset: .hard, detachesReset: false))),
        (
            "lif, delayed reset",
            LIF(
                leak: .factor(0.8), dynamics: LIFDynamics(reset: .softDelayed, detachesReset: false)
            )
        ),
        (
            "lif, own threshold",
            LIF(leak: .factor(0.8), thresholds: [1, 0.8, 1.2], dynamics: .init())
        ),
        ("synaptic", SynapticLIF(membraneLeak: .factor(0.8), synapticLeak: .factor(0.5))),
        (
            "adaptive",
            AdaptiveLIF(leak: .factor(0.8), adaptationLeak: .factor(0.9), strength: 0.3)
        ),
        ("recurrent", RecurrentLIF(3, leak: .factor(0.8), gain: 2)),
        ("coupled", RecurrentLIF(3, connection: .oneToOne, leak: .factor(0.8), gain: 2)),
        ("graded", GradedLIF(leak: .factor(0.8))),
        ("integrator", LeakyIntegrator(leak: .factor(0.8), inputScale: .oneMinusLeak)),
    ]

    /// A change of the current of a step is felt at that step alone, and there as without a past.
    @Test(arguments: neurons.indices) func neuronsKeepErrorsAtTheirStep(index: Int) throws {
        let (name, layer) = Self.neurons[index]
        for (parameter, stream) in layer.parameters.map({ ($0.parameter, "w/\($0.name)") })
        where parameter.isPrunable || parameter.shape == [3] && parameter.decays {
            parameter.value = Tensor(
                uniformIn: -1..<1, shape: parameter.shape,
                from: RandomStream(seed: 1, name: stream))
        }
        var context = ForwardContext(timeStep: 1e-3, isTraining: true)
        context.credit = CreditAssignment(isLocalInTime: true)
        let current = Tensor(
            uniformIn: 0..<1.5, shape: [6, 2, 3], from: RandomStream(seed: 2, name: "x")
        ).tracked()
        let upstream = Tensor(
            uniformIn: -1..<1, shape: [6, 2, 3], from: RandomStream(seed: 3, name: "g"))
        #expect(layer.canBeLocalInTime)
        let whole = layer.run(current, state: nil, in: context).output
        let found = whole.pullback(upstream, to: [current])[0]
        // One step at a time, with states that are numbers, by the plain gradient.
        var state: LayerState?
        for t in 0..<6 {
            let step = current.detached.step(at: t).tracked()
            let answer = layer.step(
                step, state: state?.detached, in: ForwardContext(timeStep: 1e-3, isTraining: true))
            state = answer.state
            #expect(answer.output.dense.scalars == whole.step(at: t).dense.scalars, "\(name)")
            let expected = answer.output.pullback(upstream.step(at: t), to: [step])[0]
            for (a, b) in zip(found.step(at: t).scalars, expected.scalars) {
                #expect(abs(a - b) < 1e-6, "\(name), step \(t): \(a), not \(b)")
            }
        }
        // And the plain gradient is another one.
        let plain = layer.run(
            current, state: nil, in: ForwardContext(timeStep: 1e-3, isTraining: true)
        ).output.pullback(upstream, to: [current])[0]
        #expect(plain.scalars != found.scalars, "\(name)")
    }

    // MARK: - Refusals

    private func refusal(@LayerBuilder _ layers: () -> [any Layer]) throws -> String {
        let model = try Support.model(steps: 4, layers: layers)
        do {
            _ = try OnlineThroughTime().learner(for: model, seed: 0)
        } catch let error as AlignmentError {
            return "\(error)"
        }
        return "none"
    }

    @Test func layersThatCannotBeTaughtAreRefusedByName() throws {
        let normalized = try refusal {
            Linear(12, 8)
            BatchNormalization(8)
            LIF(leak: .factor(0.9), dynamics: LIFDynamics())
            Linear(8, 5)
        }
        #expect(normalized.contains("'batch-norm2'"), "\(normalized)")
        let delayed = try refusal {
            DelayedLinear(12, 8, maximumDelay: 3e-3, timeStep: 1e-3)
            LIF(leak: .factor(0.9), dynamics: LIFDynamics())
            Linear(8, 5)
        }
        #expect(delayed.contains("'delayed-linear1'"), "\(delayed)")
        let adaptive = try refusal {
            Linear(12, 8)
            AdaptiveLIF(leak: .factor(0.85), adaptationLeak: .factor(0.95), strength: 0.3)
            Linear(8, 5)
        }
        #expect(adaptive.contains("'adaptive-lif2'") && adaptive.contains("e-prop"))
        let learning = try refusal {
            Linear(12, 8)
            LIF(leak: .factor(0.9), dynamics: LIFDynamics(), learnsLeak: true)
            Linear(8, 5)
        }
        #expect(learning.contains("'lif2'"), "\(learning)")
    }
}

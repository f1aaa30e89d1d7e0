import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

@testable import RanvierAlignment

/// Rules over traces on networks of all-to-all synapses, held against gradients and against single synapses.
@Suite struct EligibilityPropagationTests {
    // MARK: - What is taught

    static func model(
        steps: Int, seed: UInt64 = 4, loss: any Loss = .crossEntropyOfEachStep,
        @LayerBuilder layers: () -> [any Layer]
    ) throws -> ClockedModel {
        ClockedModel(
            network: try Network(inputShape: [12], seed: seed, layers: layers()),
            encoder: .direct(steps: steps, timeStep: 1e-3), loss: loss)
    }

    static func oneHidden(
        steps: Int, loss: any Loss = .crossEntropyOfEachStep
    ) throws -> ClockedModel {
        try model(steps: steps, loss: loss) {
            Linear(12, 10, gain: 3)
            LIF(leak: .factor(0.9), dynamics: LIFDynamics(surrogate: .arctangent))
            Linear(10, 5)
            LeakyIntegrator(leak: .factor(0.8))
        }
    }

    static func spikes(steps: Int, batch: Int, density: Float = 0.3) -> Tensor {
        Tensor(
            uniformIn: 0..<1, shape: [steps, batch, 12], from: RandomStream(seed: 7, name: "x")
        ).isGreaterOrEqual(to: Tensor(1 - density)).packedAsSpikes
    }

    static func batch(_ sequence: Tensor) -> TrainingBatch {
        TrainingBatch(
            sequence,
            targets: .classes(
                (0..<sequence.shape[1]).map { $0 % 5 }, names: ["a", "b", "c", "d", "e"]))
    }

    /// What a learner, or backpropagation through time without one, gives for a batch.
    static func gradients(
        _ model: ClockedModel, _ sequence: Tensor, by rule: (any LocalRule)?
    ) throws -> [String: Tensor] {
        var training = ClockedTraining(model, seed: 3)
        let copy = training
        var learner = try rule?.learner(for: model, seed: 5)
        var found: [Tensor] = []
        _ = try training.takeStep(batch(sequence)) { pass in
            found = try learner?.gradients(pass, of: copy) ?? copy.gradientsThroughTime(pass)
            return found.map { $0 * Tensor(0) }
        }
        let names = model.network.trainableParameters.map(\.name)
        return Dictionary(uniqueKeysWithValues: zip(names, found))
    }

    static func expectEqual(
        _ a: [String: Tensor], _ b: [String: Tensor], within tolerance: Float = 2e-5
    ) {
        #expect(a.keys.sorted() == b.keys.sorted())
        for (name, x) in a {
            guard let y = b[name] else { continue }
            #expect(x.shape == y.shape)
            let size = y.scalars.map(abs).max() ?? 0
            #expect(size > 0, "\(name) is not taught")
            for (p, q) in zip(x.scalars, y.scalars) {
                #expect(abs(p - q) <= tolerance * max(size, 1), "\(name): \(p), not \(q)")
                if abs(p - q) > tolerance * max(size, 1) { return }
            }
        }
    }

    // MARK: - Against the gradient

    /// One hidden layer with a detached reset: the sums over time are those of backpropagation, wherever they are cut.
    @Test(arguments: [1, 4, 7, 23, 100]) func oneHiddenLayerIsTheGradient(chunk: Int) throws {
        let model = try Self.oneHidden(steps: 23)
        let sequence = Self.spikes(steps: 23, batch: 6)
        Self.expectEqual(
            try Self.gradients(
                model, sequence, by: EligibilityPropagation(feedback: .symmetric, chunk: chunk)),
            try Self.gradients(model, sequence, by: nil))
    }

    /// The threshold's own memory is a second part of the eligibility.
    @Test(arguments: [5, 40]) func adaptiveNeuronsAreTheGradient(chunk: Int) throws {
        let model = try Self.model(steps: 18) {
            Linear(12, 9, gain: 3)
            AdaptiveLIF(leak: .factor(0.85), adaptationLeak: .factor(0.95), strength: 0.3)
            Linear(9, 5)
            LeakyIntegrator(leak: .factor(0.7), inputScale: .oneMinusLeak)
        }
        let sequence = Self.spikes(steps: 18, batch: 4)
        Self.expectEqual(
            try Self.gradients(
                model, sequence, by: EligibilityPropagation(feedback: .symmetric, chunk: chunk)),
            try Self.gradients(model, sequence, by: nil))
    }

    /// Inputs that are the same at every step, numbers, the input's weight of 1 − β.
    @Test(arguments: [false, true]) func otherInputsAreTheGradient(isConstant: Bool) throws {
        let model = try Self.model(steps: 11) {
            Linear(12, 9, gain: 4)
            LIF(
                leak: .factor(0.6),
                dynamics: LIFDynamics(inputScale: .oneMinusLeak, surrogate: .sigmoid))
            Linear(9, 5)
        }
        let numbers = Tensor(
            uniformIn: 0..<2, shape: isConstant ? [4, 12] : [11, 4, 12],
            from: RandomStream(seed: 1, name: "x"))
        let sequence = isConstant ? Tensor(constantInTime: numbers, steps: 11) : numbers
        Self.expectEqual(
            try Self.gradients(
                model, sequence, by: EligibilityPropagation(feedback: .symmetric, chunk: 3)),
            try Self.gradients(model, sequence, by: nil))
    }

    /// A threshold for each neuron, and membranes that begin above 0.
    @Test func ownThresholdsAreTheGradient() throws {
        let model = try Self.model(steps: 14) {
            Linear(12, 4, gain: 3)
            LIF(
                leak: .factor(0.85), thresholds: [1, 0.6, 1.4, 0.9], initialShare: 0.5,
                dynamics: LIFDynamics(surrogate: .arctangent))
            Linear(4, 5)
            LeakyIntegrator(leak: .factor(0.7))
        }
        let sequence = Self.spikes(steps: 14, batch: 4)
        Self.expectEqual(
            try Self.gradients(
                model, sequence, by: EligibilityPropagation(feedback: .symmetric, chunk: 5)),
            try Self.gradients(model, sequence, by: nil))
    }

    /// Where the surrogate is a closure.
    @Test func ownSurrogatesAreSeen() throws {
        let triangle = Surrogate.custom("mine") { x in
            (1 - x.absoluteValue()).relu()
        }
        func model(_ surrogate: Surrogate) throws -> ClockedModel {
            try Self.model(steps: 9) {
                Linear(12, 9, gain: 3)
                LIF(leak: .factor(0.9), dynamics: LIFDynamics(surrogate: surrogate))
                Linear(9, 5)
                LeakyIntegrator(leak: .factor(0.8))
            }
        }
        let sequence = Self.spikes(steps: 9, batch: 3)
        Self.expectEqual(
            try Self.gradients(
                model(triangle), sequence, by: EligibilityPropagation(feedback: .symmetric)),
            try Self.gradients(
                model(.triangular), sequence, by: EligibilityPropagation(feedback: .symmetric)))
    }

    /// Losses of a score are taken at each step: the mean over the steps.
    @Test func lossesOfScoresAreTakenAtEachStep() throws {
        let sequence = Self.spikes(steps: 10, batch: 4)
        let each = try Self.gradients(
            try Self.oneHidden(steps: 10), sequence, by: EligibilityPropagation())
        let mean = try Self.gradients(
            try Self.oneHidden(steps: 10, loss: .crossEntropy(of: .meanMembrane)), sequence,
            by: EligibilityPropagation(feedback: .symmetric, chunk: 3))
        Self.expectEqual(mean.mapValues { $0 * 10 }, each)
    }

    // MARK: - Against single synapses

    static func recurrent(steps: Int, adapts: Bool) throws -> ClockedModel {
        try model(steps: steps) {
            Linear(12, 8, gain: 3)
            RecurrentLIF(
                8, leak: .factor(0.9),
                adaptation: adapts ? .init(leak: .factor(0.97), strength: 0.2) : nil, gain: 2)
            Linear(8, 5)
            LeakyIntegrator(leak: .factor(0.8))
        }
    }

    /// A recurrent layer, synapse by synapse and step by step, each by `EligibilityRule`.
    @Test(arguments: [3, 50]) func recurrentLayersFollowSingleSynapses(chunk: Int) throws {
        let model = try Self.recurrent(steps: 14, adapts: false)
        let sequence = Self.spikes(steps: 14, batch: 3)
        let found = try Self.gradients(
            model, sequence, by: EligibilityPropagation(feedback: .symmetric, chunk: chunk))
        var membranes = Tensor(0), spikes = Tensor(0)
        var context = ForwardContext(timeStep: 1e-3)
        context.inspector = { layer, inspection in
            guard case .membranes(let record) = inspection, layer.hasPrefix("recurrent") else {
                return
            }
            (membranes, spikes) = (record.potentials, record.spikes)
        }
        let output = model.network(sequence, in: context).tracked()
        let errors = model.loss.value(
            of: output, targets: Self.batch(sequence).targets
        ).gradients(for: [output])[0]
        let slopes = Surrogate.arctangent.derivative(at: membranes - 1)
        let signals = errors.matrixProduct(
            (model.network.values["linear3.weights"] ?? Tensor(0)).transposed())
        let rule = EligibilityRule(leak: 0.9, filter: 0.8)
        for (name, source, isDelayed) in [
            ("linear1.weights", sequence, false), ("recurrent-lif2.weights", spikes, true),
        ] {
            let gradient = try #require(found[name])
            for i in 0..<gradient.shape[0] {
                for j in 0..<gradient.shape[1] {
                    var sum = 0.0
                    for b in 0..<3 {
                        var synapse = PlasticSynapse(rule)
                        for t in 0..<14 {
                            let x: Float =
                                isDelayed
                                ? (t > 0 ? source[at: t - 1, b, i] : 0) : source[at: t, b, i]
                            sum -= synapse.advance(
                                presynaptic: Double(x), postsynaptic: Double(slopes[at: t, b, j]),
                                third: Double(signals[at: t, b, j]))
                        }
                    }
                    #expect(
                        abs(Double(gradient[at: i, j]) - sum) < 1e-4 * max(1, abs(sum)), "\(name)")
                }
            }
        }
    }

    // MARK: - Cuts, seeds, feedback

    @Test(arguments: [false, true]) func chunksChangeNothing(adapts: Bool) throws {
        let model = try Self.recurrent(steps: 21, adapts: adapts)
        let sequence = Self.spikes(steps: 21, batch: 5)
        for feedback in [EligibilityPropagation.Feedback.symmetric, .random] {
            let whole = try Self.gradients(
                model, sequence, by: EligibilityPropagation(feedback: feedback, chunk: 100))
            for chunk in [1, 4, 20] {
                Self.expectEqual(
                    try Self.gradients(
                        model, sequence,
                        by: EligibilityPropagation(feedback: feedback, chunk: chunk)),
                    whole)
            }
        }
    }

    @Test func threadsChangeNoBit() throws {
        let model = try Self.recurrent(steps: 21, adapts: true)
        let sequence = Self.spikes(steps: 21, batch: 5)
        let rule = EligibilityPropagation(feedback: .random, chunk: 4)
        let one = try Parallel.withThreads(1) { try Self.gradients(model, sequence, by: rule) }
        let two = try Parallel.withThreads(3) { try Self.gradients(model, sequence, by: rule) }
        for (name, tensor) in one { #expect(tensor.scalars == two[name]?.scalars) }
    }

    /// Random feedback turns hidden gradients, and leaves those of the read-out.
    @Test func randomFeedbackReachesHiddenLayersAlone() throws {
        let model = try Self.oneHidden(steps: 12), sequence = Self.spikes(steps: 12, batch: 5)
        let symmetric = try Self.gradients(model, sequence, by: EligibilityPropagation())
        let random = try Self.gradients(
            model, sequence, by: EligibilityPropagation(feedback: .random))
        #expect(symmetric["linear3.weights"]?.scalars == random["linear3.weights"]?.scalars)
        #expect(symmetric["linear1.weights"]?.scalars != random["linear1.weights"]?.scalars)
        // Without the read-out's memory eligibilities are others.
        let instant = try Self.gradients(
            model, sequence, by: EligibilityPropagation(feedback: .symmetric, readoutFilter: 0))
        #expect(instant["linear1.weights"]?.scalars != symmetric["linear1.weights"]?.scalars)
        #expect(instant["linear3.weights"]?.scalars == symmetric["linear3.weights"]?.scalars)
    }

    /// What is kept between chunks does not grow with the sequence.
    @Test func memoryIsConstantInTime() throws {
        let model = try Self.recurrent(steps: 40, adapts: false)
        func peak(_ steps: Int) throws -> Int {
            let sequence = Self.spikes(steps: steps, batch: 32)
            return try MemoryMeter.measuring {
                _ = try Self.gradients(
                    model, sequence, by: EligibilityPropagation(feedback: .symmetric, chunk: 10))
            }.peakBytes
        }
        let short = try peak(40), long = try peak(160)
        // The outputs of the read-out are kept for the scores: 5 numbers per step and sample.
        let outputs = 120 * 32 * 5 * 4
        #expect(long <= short + 3 * outputs, "\(short) and \(long) bytes")
    }

    // MARK: - Refusals

    @Test func layersThatCannotBeFollowedAreRefusedByName() throws {
        func refusal(@LayerBuilder _ layers: () -> [any Layer]) throws -> String {
            let model = try Self.model(steps: 4, layers: layers)
            do {
                _ = try EligibilityPropagation().learner(for: model, seed: 0)
            } catch let error as AlignmentError {
                return "\(error)"
            }
            return "none"
        }
        let twice = try refusal {
            Linear(12, 8)
            Linear(8, 5)
        }
        #expect(twice.contains("'linear2'") && twice.contains("'linear1'"))
        let learns = try refusal {
            Linear(12, 8)
            LIF(leak: .factor(0.9), dynamics: LIFDynamics(), learnsLeak: true)
            Linear(8, 5)
        }
        #expect(learns.contains("'lif2'") && learns.contains("learns-leak: false"))
        let synaptic = try refusal {
            Linear(12, 8)
            RecurrentLIF(8, leak: .factor(0.9), synapticLeak: .factor(0.5))
            Linear(8, 5)
        }
        #expect(synaptic.contains("'recurrent-lif2'") && synaptic.contains("synaptic-leak"))
        let dropped = try refusal {
            Linear(12, 8)
            LIF(membraneTimeConstant: 0.01)
            Dropout(0.5)
            Linear(8, 5)
        }
        #expect(dropped.contains("'dropout3'"))
    }

    @Test func truncationIsRefused() throws {
        let model = try Self.oneHidden(steps: 12)
        var training = ClockedTraining(model)
        training.truncation = 4
        var learner = try EligibilityPropagation().learner(for: model, seed: 0)
        let copy = training
        #expect(throws: AlignmentError.self) {
            _ = try training.takeStep(Self.batch(Self.spikes(steps: 12, batch: 3))) {
                try learner.gradients($0, of: copy)
            }
        }
    }
}

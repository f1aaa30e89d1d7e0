import Ranvier
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

@testable import RanvierAlignment

@Suite struct FeedbackRuleTests {
    static let names = (0..<10).map(String.init)

    /// Read once for all tests.
    private static let allDigits = Result { try Digits().train }

    static func digits(_ count: Int) throws -> Dataset { try allDigits.get().prefix(count) }

    /// A spiking network of three layers of synapses.
    static func spiking(seed: UInt64 = 2) throws -> ClockedModel {
        try ClockedModel(encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [64], seed: seed) {
            Linear(64, 24, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
            Linear(24, 16, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
            Linear(16, 10)
            LeakyIntegrator(membraneTimeConstant: 20e-3)
        }
    }

    /// An artificial network with convolutions.
    static func convolutional(seed: UInt64 = 2) throws -> ClockedModel {
        let network = try Network(inputShape: [8, 8, 1], timeStep: 1e-3, seed: seed) {
            Convolution2D(1, 4, size: 3, padding: 1)
            ReLU()
            Convolution2D(4, 6, size: 3, stride: 2, padding: 1)
            ReLU()
            Flatten()
            Linear(96, 20)
            ReLU()
            Linear(20, 10)
        }
        return ClockedModel(
            network: network, encoder: DirectEncoder(steps: 1, timeStep: 1e-3),
            loss: CrossEntropy(of: .summedMembrane), family: .artificial)
    }

    static func batch(_ shape: [Int], seed: UInt64 = 1) -> TrainingBatch {
        TrainingBatch(
            Tensor(uniformIn: 0..<1, shape: shape, from: RandomStream(seed: seed, name: "x")),
            targets: .classes((0..<shape[1]).map { $0 % 10 }, names: names))
    }

    /// Changes by a rule on one batch; weights stay.
    static func changes(
        _ learner: inout any LocalLearner, _ model: ClockedModel, _ batch: TrainingBatch
    ) throws -> [Tensor] {
        var training = ClockedTraining(model, optimizer: SGD(learningRate: 0), seed: 3)
        let still = training
        var found: [Tensor] = []
        _ = try training.takeStep(batch) {
            found = try learner.gradients($0, of: still)
            return found
        }
        return found
    }

    static func changes(
        by rule: any LocalRule, _ model: ClockedModel, _ batch: TrainingBatch
    ) throws -> [Tensor] {
        var learner = try rule.learner(for: model, seed: 5)
        return try changes(&learner, model, batch)
    }

    static func off(_ a: Tensor, _ b: Tensor) -> Float {
        zip(a.scalars, b.scalars).map { abs($0 - $1) }.max() ?? 0
    }

    // MARK: - Directions

    /// By direct feedback the error of the output reaches a hidden layer through its projection alone, at every step.
    @Test func directFeedbackSkipsLayers() throws {
        let model = try Self.spiking()
        let batch = Self.batch([4, 6, 64])
        var learner: any LocalLearner = try DirectFeedbackLearner(
            for: model, seed: 1, rule: "dfa", gain: 1)
        let first = try Self.changes(&learner, model, batch)
        let plain = try Self.changes(by: Backpropagation(), model, batch)
        // The last layer needs no feedback.
        #expect(Self.off(first[4], plain[4]) < 1e-7)
        #expect(Self.off(first[0], plain[0]) > 1e-5)
        // A projection of 0 silences its layer and no other one.
        var state = learner.state
        let lowest = try #require(state.keys.sorted().first)
        state[lowest] = .zeros(state[lowest]?.shape ?? [])
        try learner.restore(state)
        let second = try Self.changes(&learner, model, batch)
        #expect(second[0].scalars.allSatisfy { $0 == 0 } && first[0].scalars.contains { $0 != 0 })
        #expect(Self.off(first[2], second[2]) == 0)
        // With transposes of the last weights the layer below the output has its gradient.
        let names = model.network.layerParameters.filter(\.isPrunable).map(\.name)
        state[names[2]] = model.network.values[names[2]]
        try learner.restore(state)
        // The read-out hands errors to the steps before it, which a projection of the output's error leaves out.
        let third = try Self.changes(&learner, model, batch)
        #expect(FeedbackLayer.angle(third[2], plain[2]) < 30)
        #expect(FeedbackLayer.angle(first[2], plain[2]) > 45)
    }

    /// Cut sequences and images go through, too.
    @Test func directFeedbackOnImagesAndCutSequences() throws {
        let images = try Self.convolutional()
        let found = try Self.changes(
            by: DirectFeedbackAlignment(), images, Self.batch([1, 10, 8, 8, 1]))
        #expect(found.allSatisfy { $0.scalars.contains { $0 != 0 } })
        let model = try Self.spiking()
        var training = ClockedTraining(model, optimizer: SGD(learningRate: 0), seed: 3)
        training.truncation = 2
        let cut = training
        var learner = try DirectFeedbackAlignment().learner(for: model, seed: 5)
        var parts: [Tensor] = []
        _ = try training.takeStep(Self.batch([4, 6, 64])) {
            parts = try learner.gradients($0, of: cut)
            return parts
        }
        #expect(parts[0].scalars.contains { $0 != 0 })
        model.network.recomputesStates = true
        #expect(throws: AlignmentError.self) {
            try Self.changes(by: DirectFeedbackAlignment(), model, Self.batch([4, 6, 64]))
        }
    }

    /// Random feedback in convolutions leaves what lies above as the gradient has it.
    @Test func convolutionsMayHaveRandomFeedback() throws {
        let model = try Self.convolutional()
        let batch = Self.batch([1, 10, 8, 8, 1])
        let plain = try Self.changes(by: Backpropagation(), model, batch)
        var rule = Backpropagation()
        rule.convolutions = .random
        let mixed = try Self.changes(by: rule, model, batch)
        // Parameters: two convolutions and two dense layers, each with a bias.
        #expect(Self.off(plain[0], mixed[0]) > 1e-6)
        for index in 2..<8 { #expect(Self.off(plain[index], mixed[index]) < 1e-6, "\(index)") }
        #expect(throws: AlignmentError.self) {
            try rule.learner(for: Self.spiking(), seed: 0)
        }
    }

    /// Signs go down through dense layers, and through convolutions where that is asked for.
    @Test func signsAreReadOfTheWeights() throws {
        let model = try Self.convolutional()
        for (convolutions, count) in [(ConvolutionFeedback.random, 2), (.ruled, 3)] {
            var rule = SignConcordance()
            rule.convolutions = convolutions
            let learner = try rule.learner(for: model, seed: 1)
            let used = learner.feedback(in: model)
            #expect(used.count == 3)
            var agreeing = 0
            for (name, own) in used {
                let weights = try #require(model.network.values[name])
                let same = zip(own.scalars, weights.scalars).allSatisfy { $0 * $1 >= 0 }
                agreeing += same ? 1 : 0
                // Magnitudes are those that were drawn.
                let drawn = try #require(learner.feedback[name])
                #expect(zip(own.scalars, drawn.scalars).allSatisfy { abs($0) == abs($1) })
            }
            #expect(agreeing == count)
        }
        var scaled = SignSymmetry()
        scaled.scale = .fanIn
        let own = try scaled.learner(for: model, seed: 1).feedback(in: model)
        let last = try #require(model.network.layerParameters.last { $0.isPrunable })
        let size = 1 / Float(20).squareRoot()
        #expect(own[last.name]?.scalars.allSatisfy { abs(abs($0) - size) < 1e-6 } == true)
    }

    @Test func recurrentSynapsesAreRefusedByName() throws {
        let model = try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [64]
        ) {
            Linear(64, 12)
            RecurrentLIF(12, leak: .timeConstant(10e-3))
            Linear(12, 10)
        }
        for rule in [FeedbackAlignment(), DirectFeedbackAlignment(), KolenPollack()]
            as [any LocalRule]
        {
            let error = #expect(throws: AlignmentError.self) {
                try rule.learner(for: model, seed: 0)
            }
            #expect(error?.description.contains("'recurrent-lif2'") == true)
        }
        // The gradient goes through whatever there is.
        _ = try Backpropagation().learner(for: model, seed: 0)
    }

    /// Layers made of layers hand errors down through feedback, too; rules that need whole layers refuse them.
    @Test func composedLayersAreLookedInto() throws {
        func model(_ inside: [any Layer]) throws -> ClockedModel {
            ClockedModel(
                network: try Network(inputShape: [64], seed: 3, layers: inside),
                encoder: DirectEncoder(steps: 1, timeStep: 1e-3),
                loss: CrossEntropy(of: .summedMembrane), family: .artificial)
        }
        func layers() -> [any Layer] {
            [Linear(64, 12), ReLU(), Linear(12, 12), ReLU(), Linear(12, 10)]
        }
        let flat = try model(layers()), parts = layers()
        let composed = try model([
            parts[0], parts[1], Sequential([parts[2], parts[3]]), parts[4],
        ])
        for (one, other) in zip(flat.network.parameters, composed.network.parameters) {
            other.value = one.value
        }
        let batch = Self.batch([1, 6, 64])
        var first = try FeedbackAlignment().learner(for: flat, seed: 1)
        var second = try FeedbackAlignment().learner(for: composed, seed: 1)
        #expect(second.feedback.count == 2)
        let plain = try Self.changes(&first, flat, batch)
        let inside = try Self.changes(&second, composed, batch)
        for (one, other) in zip(plain, inside) { #expect(Self.off(one, other) == 0) }
        #expect(throws: AlignmentError.self) {
            try DirectFeedbackAlignment().learner(for: composed, seed: 1)
        }
    }

    // MARK: - Following

    /// Forward and feedback weights meet by the factor 1 − ηλ in each step, whatever the optimiser makes of gradients.
    @Test(arguments: [0, 1, 2]) func kolenPollackContracts(optimizer: Int) throws {
        let model = try Self.convolutional()
        var rule = KolenPollack()
        rule.decay = 0.5
        rule.convolutions = .ruled
        let rate: Float = 0.1
        let optimizers: [any Optimizer] = [
            SGD(learningRate: rate), SGD(learningRate: rate, momentum: 0.9),
            Adam(learningRate: rate),
        ]
        var method = try LocalLearning(
            ClockedTraining(
                model, optimizer: optimizers[optimizer], clipping: .norm(1), batchSizes: 10,
                seed: 4), rule: rule)
        func distances() -> [String: [Float]] {
            var found: [String: [Float]] = [:]
            for (name, own) in method.learner.feedback {
                found[name] = model.network.values[name].map { ($0 - own).scalars }
            }
            return found
        }
        let before = distances(), data = try Self.digits(30).asImages()
        let weights = model.network.values
        try method.prepare(for: data)
        _ = try method.epoch(0, in: 0..<1, on: data, hooks: Hooks())
        let factor = Float(0.95 * 0.95 * 0.95)
        for (name, after) in distances() {
            let first = try #require(before[name])
            #expect(zip(first, after).allSatisfy { abs($0 * factor - $1) < 2e-6 }, "\(name)")
            // It learns, too: decay alone would leave this.
            let decayed = try #require(weights[name]).scalars.map { $0 * factor }
            let now = try #require(model.network.values[name]).scalars
            #expect(zip(decayed, now).contains { abs($0 - $1) > 1e-4 }, "\(name)")
        }
        #expect(before.count == 3)
    }

    /// Copies come before an epoch, every few steps, or when weights have moved.
    @Test func copiesAreTakenWhenTheyAreDue() throws {
        let data = try Self.digits(60)
        func copies(_ change: (inout WeightCopy) -> Void) throws -> (Int, Double) {
            var rule = WeightCopy()
            change(&rule)
            var method = try LocalLearning(
                ClockedTraining(
                    try Self.spiking(), optimizer: SGD(learningRate: 0.1), batchSizes: 10),
                rule: rule)
            try method.prepare(for: data)
            let report = try method.epoch(0, in: 0..<1, on: data, hooks: Hooks())
            guard case .integer(let count)? = report.records["feedbackCopies"] else {
                return (0, 0)
            }
            return (count, report.feedbackAngles.values.max() ?? 90)
        }
        // Two matrices, six steps.
        #expect(try copies { _ in }.0 == 2)
        let often = try copies { $0.every = 2 }
        #expect(often.0 == 2 + 2 * 3 && often.1 < 1e-3)
        let near = try copies { $0.refreshDistance = 0.01 }
        let far = try copies { $0.refreshDistance = 0.1 }
        #expect(near.0 > far.0 && far.0 >= 2 && near.1 < 1.0)
    }
}

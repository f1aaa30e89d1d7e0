import Ranvier
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors
import Testing

@testable import RanvierAlignment

@Suite struct AdaptationTests {
    private func adapted(
        _ toy: ToyDrift, _ data: AdaptationData, by rule: (any LocalRule)? = nil,
        _ change: (inout Adaptation) -> Void = { _ in }
    ) throws -> AdaptationOutcome {
        var options = Adaptation()
        options.checkInterval = 30
        change(&options)
        return try options.adapt(
            toy.model, by: rule, to: data, seed: 5, registry: .standard)
    }

    @Test func followedInputsBringAccuracyBackWithoutLabels() throws {
        let toy = try ToyDrift()
        let stored = toy.model.parameters
        let outcome = try adapted(toy, toy.data(SensorDrift(gain: 0.4, offset: 3)))
        let new = try #require(outcome.new), old = try #require(outcome.old)
        #expect(old.before.accuracy > 0.9)
        #expect(new.before.accuracy < old.before.accuracy - 0.2)
        #expect(new.after.accuracy > old.before.accuracy - 0.05, "\(new.after.accuracy)")
        // Weights are as they were, and the model that is handed back has the correction in its scaling.
        #expect(old.after.accuracy == old.before.accuracy)
        #expect(outcome.model.parameters.mapValues(\.scalars) == stored.mapValues(\.scalars))
        #expect(outcome.model.signature.scaling != toy.model.signature.scaling)
        #expect(outcome.unfollowed.signature.scaling == toy.model.signature.scaling)
        let drifted = try toy.data(SensorDrift(gain: 0.4, offset: 3))
        let again = try outcome.model.evaluate(on: #require(drifted.held))
        #expect(again.accuracy > old.before.accuracy - 0.05)
        #expect(outcome.checks.map(\.samples) == [0, 30, 60, 90] && outcome.lessons == 0)
        #expect(outcome.measure == "accuracy" && outcome.missingChannels.isEmpty)
    }

    @Test func theDeltaRuleTeachesTheLastLayerAlone() throws {
        let toy = try ToyDrift()
        let before = toy.model.parameters.mapValues(\.scalars)
        let data = try toy.data(SensorDrift(gain: 0.5, offset: 1.5, missing: [2]))
        let outcome = try adapted(toy, data, by: DeltaRule()) {
            ($0.followsInputs, $0.rate, $0.passes, $0.tolerance) = (false, 0.2, 2, 1)
        }
        let after = outcome.model.parameters.mapValues(\.scalars)
        for (name, values) in before {
            #expect((values != after[name]) == name.hasPrefix("linear3"), "\(name)")
        }
        // The model that was stored is another one.
        #expect(toy.model.parameters.mapValues(\.scalars) == before)
        #expect(outcome.lessons == 180)
        let new = try #require(outcome.new)
        #expect(new.after.accuracy > new.before.accuracy + 0.1)
    }

    /// The changes of the last layer are those of its gradient.
    @Test func theDeltaRuleIsTheGradientOfTheLastLayer() throws {
        let toy = try ToyDrift(epochs: 0)
        var training = ClockedTraining(toy.model, optimizer: SGD(learningRate: 0))
        let batch = TrainingBatch(
            Tensor(
                uniformIn: -1..<1, shape: [5, 1, ToyDrift.channels],
                from: RandomStream(seed: 4, name: "x")),
            targets: .classes([2], names: ["a", "b", "c", "d"]))
        var learner = try LastLayerLearner(for: toy.model)
        var found: [[Tensor]] = []
        for isDelta in [true, false] {
            let copy = training
            _ = try training.takeStep(batch) { pass in
                found.append(
                    isDelta
                        ? try learner.gradients(pass, of: copy) : copy.gradientsThroughTime(pass))
                return found[found.count - 1]
            }
        }
        let names = toy.model.network.trainableParameters.map(\.name)
        for (index, name) in names.enumerated() {
            let isLast = name.hasPrefix("linear3")
            #expect((found[0][index].scalars == found[1][index].scalars) == isLast, "\(name)")
            #expect(found[0][index].scalars.contains { $0 != 0 } == isLast)
        }
    }

    @Test(arguments: [0, 1])
    func rulesThroughAllLayersGoOn(_ place: Int) throws {
        let rules: [any LocalRule] = [FeedbackAlignment(), SpikeTimingAlignment()]
        let toy = try ToyDrift()
        let data = try toy.data(SensorDrift(missing: [1, 5]), rehearsal: 20)
        func outcome() throws -> AdaptationOutcome {
            try adapted(toy, data, by: rules[place]) { $0.rate = 0.02 }
        }
        let first = try outcome(), second = try outcome()
        let weights = first.model.parameters.mapValues(\.scalars)
        #expect(weights["linear1.weights"] != toy.model.parameters["linear1.weights"]?.scalars)
        #expect(weights == second.model.parameters.mapValues(\.scalars))
        #expect(first.missingChannels == [1, 5])
        #expect(first.notes.contains { $0.contains("channel 2 does not change") })
    }

    @Test func whatMakesThingsWorseIsTakenBack() throws {
        let toy = try ToyDrift()
        let data = try toy.data(SensorDrift())
        let outcome = try adapted(toy, data, by: DeltaRule()) {
            ($0.rate, $0.followsInputs, $0.checkInterval) = (30, false, 15)
        }
        #expect(!outcome.rollbacks.isEmpty)
        let old = try #require(outcome.old)
        #expect(old.after.accuracy >= old.before.accuracy - 0.05)
        // Without a tolerance to speak of nothing is gone back from.
        let wild = try adapted(toy, data, by: DeltaRule()) {
            ($0.rate, $0.followsInputs, $0.tolerance) = (30, false, 1)
        }
        #expect(wild.rollbacks.isEmpty)
        #expect(try #require(wild.old).after.accuracy < old.after.accuracy)
    }

    @Test func optionsHaveEffects() throws {
        let toy = try ToyDrift(epochs: 4)
        let data = try toy.data(SensorDrift(gain: 0.6, offset: 1))
        func weights(
            _ data: AdaptationData, _ change: (inout Adaptation) -> Void
        ) throws -> [Float]? {
            try adapted(toy, data, by: DeltaRule()) {
                ($0.tolerance, $0.rate) = (1, 0.1)
                change(&$0)
            }.model.parameters["linear3.weights"]?.scalars
        }
        let usual = try weights(data) { _ in }
        let rehearsed = try toy.data(SensorDrift(gain: 0.6, offset: 1), rehearsal: 8)
        #expect(try weights(rehearsed) { _ in } != usual)
        #expect(try weights(data) { $0.sureness = 0.6 } != usual)
        #expect(try weights(data) { $0.window = 10 } != usual)
        #expect(try weights(data) { $0.followsInputs = false } != usual)
        #expect(try weights(data) { $0.passes = 2 } != usual)
        // All the way back at each lesson: nothing is learned.
        let frozen = try #require(weights(data) { $0.decay = 1 })
        let first = try #require(toy.model.parameters["linear3.weights"]?.scalars)
        #expect(zip(frozen, first).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func ratesGoBackToWhatTheyWere() throws {
        let toy = try ToyDrift()
        var data = try toy.data(SensorDrift(gain: 0.5))
        data.rates = toy.training
        let outcome = try adapted(toy, data) {
            ($0.followsInputs, $0.movesThresholds, $0.passes, $0.tolerance) = (false, true, 4, 1)
        }
        /// Of each neuron.
        func rates(_ model: any SpikingModel, _ data: Dataset) throws -> [Double] {
            let clocked = try #require(model as? ClockedModel)
            let shown = try clocked.shown(
                clocked.prepared(data).features(of: Array(0..<data.count)),
                samples: Array(0..<data.count))
            return try #require(
                RateHomeostasis.rates(of: clocked, showing: shown, channels: [("lif2", 16)])["lif2"]
            )
        }
        let drifted = try SensorDrift(gain: 0.5)(toy.test, channels: ToyDrift.channels)
        let old = try rates(toy.model, toy.training)
        func distance(_ model: any SpikingModel) throws -> Double {
            try zip(rates(model, drifted), old).reduce(0) { $0 + abs($1.0 - $1.1) }
        }
        let before = try distance(toy.model), after = try distance(outcome.model)
        #expect(after < 0.75 * before, "\(before), \(after)")
        let bias = outcome.model.parameters["linear1.bias"]?.scalars
        #expect(bias != toy.model.parameters["linear1.bias"]?.scalars)
    }

    @Test func whatCannotBeIsRefused() throws {
        let toy = try ToyDrift(epochs: 0)
        let data = try toy.data(SensorDrift())
        #expect(throws: AlignmentError.self) {
            try adapted(toy, data) { $0.followsInputs = false }
        }
        var unlabelled = data
        unlabelled.stream = try Dataset(
            name: "rows", values: data.stream.values, featureShape: [ToyDrift.channels],
            targets: .none(count: data.stream.count))
        #expect(throws: TrainingError.self) { try adapted(toy, unlabelled, by: DeltaRule()) }
        #expect(try adapted(toy, unlabelled).checks.count == 4)
        var spikes = data
        spikes.stream = try data.stream.replacingValues(
            data.stream.values.map { $0 > 1 ? 1 : 0 })
        #expect(throws: AlignmentError.self) { try adapted(toy, spikes) }
        // A model whose scaling knows nothing of its inputs needs a reference.
        var plain = toy.model
        plain.signature.scaling = nil
        #expect(throws: AlignmentError.self) {
            try Adaptation().adapt(plain, to: data, registry: .standard)
        }
        var known = data
        known.reference = try InputReference(
            of: toy.training, channels: ToyDrift.channels, source: "test")
        let outcome = try Adaptation().adapt(plain, to: known, registry: .standard)
        #expect(outcome.model.signature.scaling?.kind == .identity)
    }
}

import Ranvier
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

@testable import RanvierAlignment

/// Rules over traces from the outside: by name, on real data, stored.
@Suite struct OnlineLearningTests {
    private static let elements: [(String, Element)] = [
        ("e-prop", Element("e-prop", .section([.init("chunk", .integer(5))]))),
        (
            "random e-prop",
            Element("e-prop", .section([.init("feedback", .string("random"))]))
        ),
        ("ottt", Element("ottt")),
    ]

    private func digits() throws -> ClockedModel {
        try ClockedModel(
            encoder: .direct(steps: 6, timeStep: 1e-3), inputShape: [64], seed: 2
        ) {
            Linear(64, 40, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
            Linear(40, 10)
            LeakyIntegrator(membraneTimeConstant: 20e-3)
        }
    }

    /// Four passes over 240 digits; chance is 10 %.
    @Test(arguments: elements.indices) func digitsAreLearned(index: Int) throws {
        let (name, element) = Self.elements[index]
        let rule = try element.value(of: LocalRuleRole.self, in: .standard, at: "rule")
        let data = try Digits()
        var method = try LocalLearning(
            ClockedTraining(
                digits(), optimizer: Adam(learningRate: 1e-2), batchSizes: 32, seed: 1),
            rule: rule)
        try Course(epochs: 4).run(&method, on: data.train.prefix(240))
        let accuracy = try method.model.evaluate(on: data.test.prefix(120), counts: false).accuracy
        #expect(accuracy > 0.5, "\(name): \(accuracy)")
    }

    @Test func optionsAreReadAndRefused() throws {
        func rule(_ kind: String, _ entries: [ConfigurationValue.Entry]) throws -> any LocalRule {
            try Element(kind, .section(entries)).value(
                of: LocalRuleRole.self, in: .standard, at: "rule")
        }
        let read = try #require(
            try rule(
                "e-prop",
                [
                    .init("feedback", .string("random")), .init("readout-filter", .float(0.5)),
                    .init("chunk", .integer(7)),
                ]) as? EligibilityPropagation)
        #expect(read.feedback == .random && read.readoutFilter == 0.5 && read.chunk == 7)
        for kind in ["e-prop", "ottt", "stdp", "r-stdp"] {
            let usual = try rule(kind, [])
            let again = try Element(kind, usual.configurationValue).value(
                of: LocalRuleRole.self, in: .standard, at: "rule")
            #expect(again.configurationValue == usual.configurationValue)
            #expect(throws: (any Error).self) { try rule(kind, [.init("chunks", .integer(3))]) }
            #expect(throws: (any Error).self) { try rule(kind, [.init("chunk", .integer(0))]) }
        }
        #expect(throws: (any Error).self) {
            try rule("stdp", [.init("lower", .float(2)), .init("upper", .float(1))])
        }
    }

    /// Random feedback is a part of the state; that of another network is refused.
    @Test func feedbackIsStored() throws {
        let model = try digits()
        let rule = EligibilityPropagation(feedback: .random)
        let first = try rule.learner(for: model, seed: 1)
        var second = try rule.learner(for: model, seed: 2)
        #expect(first.state.keys.sorted() == ["linear1.weights"])
        #expect(first.state["linear1.weights"]?.shape == [40, 10])
        #expect(
            first.state["linear1.weights"]?.scalars != second.state["linear1.weights"]?.scalars)
        try second.restore(first.state)
        #expect(
            first.state["linear1.weights"]?.scalars == second.state["linear1.weights"]?.scalars)
        #expect(throws: (any Error).self) {
            try second.restore(["linear1.weights": .zeros([10, 40])])
        }
        var plain = try OnlineThroughTime().learner(for: model, seed: 0)
        #expect(throws: (any Error).self) { try plain.restore(first.state) }
    }

    /// Feedback by another rule has a weight for each forward one above the first layer, or is refused by its key.
    @Test func alignedFeedbackComesFromItsRule() throws {
        let model = try digits()
        do {
            let learner = try EligibilityPropagation(feedback: .sal).learner(for: model, seed: 0)
            #expect(learner.feedback.keys.sorted() == ["linear3.weights"])
            #expect(model.network.parameters.map(\.name).contains("linear3.weights"))
        } catch let error as AlignmentError {
            #expect("\(error)".contains("rule.feedback"))
        }
    }

    /// What rules say that they move and keep.
    @Test func costsFollowTheRule() throws {
        let model = try digits()
        func traffic(_ rule: any LocalRule) throws -> LearningTraffic {
            try rule.learner(for: model, seed: 0).traffic(of: model)
        }
        let symmetric = try traffic(EligibilityPropagation())
        #expect(symmetric.transportsWeights && symmetric.bytesPerSynapse == 4)
        // Ten errors at each of six steps.
        #expect(symmetric.bytesBetweenLayers == 4 * 6 * 10 && !symmetric.waitsForTheEnd)
        let random = try traffic(EligibilityPropagation(feedback: .random, readoutFilter: 0))
        #expect(!random.transportsWeights && random.bytesPerSynapse == 4)
        let online = try traffic(OnlineThroughTime())
        #expect(online.bytesPerSynapse == 0 && online.bytesBetweenLayers == 4 * 6 * 10)
        #expect(try traffic(SpikeTimingPlasticity()).bytesBetweenLayers == 0)
        #expect(try traffic(RewardModulatedPlasticity()).bytesBetweenLayers == 4)
    }
}

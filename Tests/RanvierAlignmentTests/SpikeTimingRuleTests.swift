import Ranvier
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors
import Testing

@testable import RanvierAlignment

/// The rule `sal` as configurations say it, and in training.
@Suite struct SpikeTimingRuleTests {
    private func rule(_ options: ConfigurationValue) throws -> SpikeTimingAlignment {
        let value = try Element("sal", options).value(
            of: LocalRuleRole.self, in: .standard, at: "learning.rule")
        return try #require(value as? SpikeTimingAlignment)
    }

    private func sampling(_ entries: [ConfigurationValue.Entry]) -> ConfigurationValue {
        .section([.init("substrate", .section([.init("sampling", .section(entries))]))])
    }

    @Test func defaultsAreTwoUpdatesAndEightBeforeTheFirst() throws {
        let plain = try rule(.section([]))
        #expect(plain == SpikeTimingAlignment())
        #expect(plain.updates == 2 && plain.firstUpdates == 8)
        let substrate = try #require(plain.substrate as? SamplingSubstrate)
        #expect(Double(substrate.replicas) * substrate.duration == 2000)
        #expect(substrate.schedule[100] == 2)
        let published = try #require(
            SpikeTimingAlignment.published.substrate as? SamplingSubstrate)
        #expect(published.kernel.pairing == .within(20) && published.schedule[0] == 0.04)
    }

    @Test func everyKeyIsWrittenAndReadBack() throws {
        var random: any RandomNumberGenerator = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            let substrate = SamplingSubstrate.random(using: &random)
            let value = AlignmentSubstrateRole.element(of: substrate)
            let back = try value.value(
                of: AlignmentSubstrateRole.self, in: .standard, at: "substrate")
            #expect(back as? SamplingSubstrate == substrate)
        }
    }

    @Test func settingsWithoutEffectAreRefused() throws {
        let refused: [[ConfigurationValue.Entry]] = [
            [.init("window-length", .integer(8))],
            [.init("window", .string("triangular")), .init("pairing", .string("window"))],
            [.init("target-angle", .float(10)), .init("step", .float(1))],
            [.init("target-angle", .float(10)), .init("duration", .float(10))],
            [.init("taw", .integer(8))], [.init("tau", .integer(0))],
        ]
        for entries in refused {
            #expect(throws: ConfigurationError.self, "\(entries)") { try rule(sampling(entries)) }
        }
        let told = try rule(
            sampling([.init("pairing", .string("window")), .init("window-length", .integer(8))]))
        #expect((told.substrate as? SamplingSubstrate)?.kernel.pairing == .within(8))
    }

    private func method() throws -> LocalLearning {
        let model = try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [64], seed: 2
        ) {
            Linear(64, 24, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
            Linear(24, 16, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
            Linear(16, 10)
            LeakyIntegrator(membraneTimeConstant: 20e-3)
        }
        return try LocalLearning(
            ClockedTraining(model, optimizer: Adam(learningRate: 1e-2), seed: 3),
            rule: rule(.section([])))
    }

    /// Angles are told each epoch, feedback follows the weights, and a training that is taken up again goes on as it would have.
    @Test func feedbackFollowsTheWeightsInTraining() throws {
        let digits = try Digits().train.prefix(200)
        var method = try method()
        try method.prepare(for: digits)
        let learner = try #require(method.learner as? FeedbackLearner)
        let before = try learner.stack(in: method.training.clockedModel).map(\.angle)
        #expect(before.allSatisfy { $0 > 60 })
        let report = try method.epoch(0, of: 2, on: digits, hooks: Hooks())
        guard case .section(let told)? = report.records["alignment"],
            case .section(let angles)? = told.first(where: { $0.key == "angles" })?.value
        else {
            Issue.record("no angles are told: \(report.records)")
            return
        }
        #expect(angles.count == 2)
        for entry in angles {
            guard case .float(let angle) = entry.value else { continue }
            #expect(angle < 60, "\(entry.key)")
        }
        var again = try self.method()
        try again.prepare(for: digits)
        try again.restoreModel(method.training.clockedModel.network.values)
        let state = method.state
        try again.restore(state: state.tensors, steps: state.steps)
        _ = try method.epoch(1, of: 2, on: digits, hooks: Hooks())
        _ = try again.epoch(1, of: 2, on: digits, hooks: Hooks())
        for (name, tensor) in method.learner.feedback {
            #expect(tensor.scalars == again.learner.feedback[name]?.scalars)
        }
    }
}

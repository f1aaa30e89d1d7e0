import Foundation
import Ranvier
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors
import RanvierTestSupport
import Testing

@testable import RanvierAlignment

@Suite struct LocalLearningTests {
    /// Every rule that hands errors down, as configurations name it, with short phases.
    static let rules = [
        "bp", "fa", "dfa", "sign-symmetric scale=fan-in", "sign-concordant",
        "weight-mirror batches=5", "kolen-pollack", "stdwi duration=1",
        "rdd duration=1 rate=0.05", "copy", "copy refresh-distance=0.1",
    ]

    /// A rule by its kind and keys: `copy every=3`.
    static func rule(_ text: String) throws -> any LocalRule {
        let words = text.split(separator: " ").map(String.init)
        let entries = words.dropFirst().map { word in
            let parts = word.split(separator: "=").map(String.init)
            let value: ConfigurationValue =
                Int(parts[1]).map { .integer($0) } ?? Double(parts[1]).map { .float($0) }
                ?? .string(parts[1])
            return ConfigurationValue.Entry(parts[0], value)
        }
        return try Element(words[0], .section(Array(entries))).value(
            of: LocalRuleRole.self, in: .standard, at: "learning.rule")
    }

    static func method(_ rule: String, seed: UInt64 = 2) throws -> LocalLearning {
        try LocalLearning(
            ClockedTraining(
                try FeedbackRuleTests.spiking(seed: seed),
                optimizer: SGD(learningRate: 0.05, momentum: 0.9), clipping: .norm(1),
                batchSizes: 20, seed: 7), rule: try self.rule(rule))
    }

    private final class Recorder: TrainingObserver {
        let limit: Int
        private(set) var state: TrainingState?
        private(set) var parameters: [String: Tensor] = [:]

        init(stopAfter limit: Int) { self.limit = limit }

        var shouldStop: Bool { (state?.completedEpochs ?? 0) >= limit }

        func didFinish(
            _ report: EpochReport, state: TrainingState, parameters: [String: Tensor]
        ) throws {
            (self.state, self.parameters) = (state, parameters)
        }
    }

    /// A course that is cut and gone on with by another method on another network has the bits of one that is not.
    @Test(arguments: rules) func coursesAreGoneOnWithExactly(rule: String) throws {
        let data = try FeedbackRuleTests.digits(100)
        var whole = try Self.method(rule)
        let reports = try Course(epochs: 3).run(&whole, on: data).reports
        let recorder = Recorder(stopAfter: 2)
        var cut = try Self.method(rule)
        #expect(throws: TrainingError.interrupted(epoch: 3, lastCompletedEpoch: 2)) {
            try Course(epochs: 3).run(&cut, on: data, observer: recorder)
        }
        let state = try #require(recorder.state)
        var other = try Self.method(rule, seed: 99)
        try other.goOn(from: recorder.parameters, after: state.reports)
        let resumed = try Course(epochs: 3).run(&other, on: data, from: state).reports
        #expect(
            other.clockedModel.network.values.mapValues(\.scalars)
                == whole.clockedModel.network.values.mapValues(\.scalars))
        #expect(
            other.learner.state.mapValues(\.scalars) == whole.learner.state.mapValues(\.scalars))
        #expect(resumed.map(\.gradientAngles) == reports.map(\.gradientAngles))
        #expect(!reports[2].gradientAngles.isEmpty)
    }

    /// The same bits on one thread and on two.
    @Test(arguments: ["dfa", "kolen-pollack", "weight-mirror batches=5", "rdd duration=1"])
    func threadsDoNotMatter(rule: String) throws {
        let data = try FeedbackRuleTests.digits(60)
        func run() throws -> [[Float]] {
            var method = try Self.method(rule)
            try Course(epochs: 1).run(&method, on: data)
            return method.clockedModel.network.parameters.map(\.value.scalars)
        }
        let one = try Parallel.withThreads(1, run)
        #expect(try Parallel.withThreads(2, run) == one)
    }

    /// Angles of the gradient are 0, those of random feedback are not; the first batch is held against the gradient of the same
    /// weights.
    @Test func anglesAreTold() throws {
        let data = try FeedbackRuleTests.digits(100)
        func report(_ rule: String) throws -> EpochReport {
            var method = try Self.method(rule)
            return try Course(epochs: 1).run(&method, on: data).reports[0]
        }
        let plain = try report("bp"), random = try report("fa"), copied = try report("copy every=1")
        #expect(plain.gradientAngles.count == 3 && plain.feedbackAngles.isEmpty)
        #expect(plain.gradientAngles.values.allSatisfy { $0 < 0.1 })
        #expect(random.feedbackAngles.count == 2)
        #expect(random.feedbackAngles.values.allSatisfy { $0 > 45 && $0 < 135 })
        #expect(random.gradientAngles.values.max() ?? 0 > 20)
        #expect(random.gradientAngles["linear5.weights"] ?? 90 < 0.1)
        #expect(copied.feedbackAngles.values.allSatisfy { $0 < 0.1 })
        var silent = try Self.method("fa")
        silent.comparesGradients = false
        #expect(try Course(epochs: 1).run(&silent, on: data).reports[0].gradientAngles.isEmpty)
    }

    /// Weights that have run away have no direction, and what is told of them can still be stored.
    @Test func anglesOfNoNumbersAreThoseOfChance() {
        let one = Tensor([1, 2], shape: [2])
        for other in [Tensor([.infinity, 0], shape: [2]), Tensor([.nan, 1], shape: [2])] {
            #expect(FeedbackLayer.angle(one, other) == 90)
        }
        #expect(FeedbackLayer.angle(one, one * 3) < 1e-3)
        #expect(FeedbackLayer.angle(one, one * -1) > 179.9)
    }

    /// What a run goes on from must have the angles of this network.
    @Test func strangeAnglesAreRefused() throws {
        let method = try Self.method("fa")
        var report = EpochReport(epoch: 1, training: [:], seconds: 0, learningRate: 0.1)
        report.gradientAngles = ["linear1.weights": 80]
        try method.requireFit(of: [report])
        for strange in [["linear7.weights": 80], ["linear1.weights": 181.0]] {
            report.gradientAngles = strange
            #expect(throws: TrainingStateError.self) { try method.requireFit(of: [report]) }
        }
        report.records["gradientAngles"] = .string("none")
        #expect(throws: TrainingStateError.self) { try method.requireFit(of: [report]) }
    }

    @Test func reportsShowAnglesAndTraffic() throws {
        let data = try FeedbackRuleTests.digits(60)
        var method = try Self.method("kp")
        let reports = try Course(epochs: 2).run(&method, on: data).reports
        let shown = try #require(method.diagnostics(of: reports, on: data).first)
        #expect(shown.summary.contains("No synapse reads the weight of another one."))
        #expect(shown.figures.map(\.name) == ["feedback-angles", "gradient-angles"])
        #expect(shown.figures[0].curves.map(\.name) == ["linear3.weights", "linear5.weights"])
        #expect(shown.figures[1].curves.allSatisfy { $0.y.count == 2 && !$0.y.contains(nil) })
        // Errors of 16 and of 10 neurons at 4 steps, in single precision.
        #expect(shown.measures["bytes-between-layers-per-sample"]?.value == 416.0)
        let synapses = 64 * 24 + 24 * 16 + 16 * 10
        #expect(
            shown.measures["bytes-per-synapse"]?.value
                == 4 * Double(24 * 16 + 16 * 10) / Double(synapses))
        let direct = try Self.method("dfa").learner.traffic(of: method.clockedModel)
        #expect(direct.bytesBetweenLayers == 4 * 4 * 10 * 2)
        #expect(!direct.transportsWeights && direct.waitsForTheEnd)
        let plain = try Self.method("bp").learner.traffic(of: method.clockedModel)
        #expect(plain.summary.hasPrefix("Errors go back through the forward weights"))
        #expect(plain.transportsWeights && plain.bytesPerSynapse == 0)
    }

    /// Each rule learns: the loss falls on spiking digits.
    @Test(arguments: rules) func everyRuleLearns(rule: String) throws {
        let data = try FeedbackRuleTests.digits(200)
        var method = try Self.method(rule)
        let reports = try Course(epochs: 5).run(&method, on: data).reports
        #expect(
            reports[4].trainingLoss < 0.93 * reports[0].trainingLoss,
            "\(reports.map(\.trainingLoss))")
    }

    @Test func longWordsMeanTheSame() throws {
        for (word, kind) in [
            ("backpropagation", "bp"), ("feedback-alignment", "fa"), ("kp", "kolen-pollack"),
            ("direct-feedback-alignment", "dfa"), ("wm", "weight-mirror"),
            ("spike-timing-dependent-weight-inference", "stdwi"),
            ("regression-discontinuity", "rdd"),
        ] {
            let rule = try Self.rule(word)
            #expect(type(of: rule).kind == kind)
            #expect(LocalRuleRole.element(of: rule).kind == kind)
        }
    }

    /// What a rule with options drawn at random writes is read as the same again.
    @Test func whatRulesWriteIsReadAgain() throws {
        for kind in Registry.standard.all(LocalRuleRole.self) {
            for seed in UInt64(0)..<6 {
                var random: any RandomNumberGenerator = SeededNumbers(seed: seed)
                let element = LocalRuleRole.element(of: kind.sample(&random))
                let text = try JSONEncoder().encode([element])
                let stored = try JSONDecoder().decode([Element].self, from: text)[0]
                let value = try stored.value(of: LocalRuleRole.self, in: .standard, at: "test")
                #expect(LocalRuleRole.element(of: value) == element, "\(kind.name)")
            }
        }
    }

    /// Options are read under their keys, and those without sense are refused.
    @Test func optionsAreRead() throws {
        let decayed = try Self.rule("kolen-pollack decay=0.2 feedback-gain=3")
        let kolenPollack = try #require(decayed as? KolenPollack)
        #expect(kolenPollack.decay == 0.2 && kolenPollack.feedback.gain == 3)
        #expect(throws: ConfigurationError.self) {
            try Self.rule("copy every=3 refresh-distance=0.1")
        }
        let model = try FeedbackRuleTests.spiking()
        for text in [
            "weight-mirror rate=20", "stdwi fast-time-constant=1", "stdwi input-rate=1e6",
            "rdd window=1e-3", "rdd rate=0.9",
        ] {
            let rule = try Self.rule(text)
            #expect(throws: AlignmentError.self, "\(text)") {
                try rule.learner(for: model, seed: 0)
            }
        }
        let twice = try Self.rule("fa feedback-gain=2").learner(for: model, seed: 1).feedback
        let once = try Self.rule("fa").learner(for: model, seed: 1).feedback
        for (name, own) in once {
            #expect(twice[name]?.scalars == own.scalars.map { 2 * $0 })
        }
    }

    /// What the rule keeps counts as memory of the training.
    @Test func memoryCountsFeedback() throws {
        let plain = try #require(try Self.method("bp").predictPeakMemory())
        let fed = try #require(try Self.method("fa").predictPeakMemory())
        #expect(fed - plain == 4 * (24 * 16 + 16 * 10))
        var method = try Self.method("fa")
        method.training.memoryLimit = fed - 1
        #expect(throws: MemoryNeedError.self) { try method.predictPeakMemory() }
    }
}

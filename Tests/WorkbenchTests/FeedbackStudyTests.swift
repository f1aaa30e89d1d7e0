import Foundation
import Ranvier
import RanvierAlignment
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierReports
import RanvierTensors
import RanvierTestSupport
import Testing

@testable import RanvierStudies

/// Courses, cells and devices that studies of rules with feedback weights are made of.
@Suite struct FeedbackStudyTests {
    private static func data() throws -> DatasetConfiguration.Splits {
        .init(
            training: try YinYang.samples(count: 200, seed: 1),
            test: try YinYang.samples(count: 100, seed: 2))
    }

    private static func course(
        _ rule: StudiedRule, rate: Double = 0.05, clipping: String = "{norm: {limit: 1}}",
        prepare: ((Network) -> Void)? = nil
    ) -> FeedbackCourse {
        FeedbackCourse(
            setting: YinYangRules.setting(hidden: 2, clipping: clipping, rate: rate), rule: rule,
            epochs: 3, measured: [1, 3], seed: 4, prepare: prepare)
    }

    @Test func lastEpochsAreCountedFromTheEnd() {
        #expect(FeedbackCourse.last(5, of: 50, by: 2) == [42, 44, 46, 48, 50])
        #expect(FeedbackCourse.last(5, of: 3, by: 2) == [1, 3])
    }

    /// A course measures when it is to, follows angles and sizes, and is the same again.
    @Test func coursesAreMeasured() throws {
        let context = StudyContext(), data = try Self.data()
        let first = try Self.course(YinYangRules.copy).outcome(on: data, context)
        #expect(first.accuracies.count == 2 && first.divergedIn == nil)
        #expect(first.sizes.count == 3 && first.sizes[2] > first.sizes[0])
        #expect(first.feedbackAngles.allSatisfy { $0.count == 2 })
        #expect(first.gradientAngles.allSatisfy { $0.count == 3 })
        // Copies are fresh on the first batch.
        #expect(first.last(\.gradientAngles) ?? 90 < 0.1)
        let again = try Self.course(YinYangRules.copy).outcome(on: data, context)
        #expect(again.sizes == first.sizes && again.accuracies == first.accuracies)
        let other = try Self.course(YinYangRules.feedbackAlignment).outcome(on: data, context)
        #expect(other.last(\.gradientAngles) ?? 0 > 10)
    }

    /// A network whose numbers run away answers by chance from then on, and the epoch is told.
    @Test func runningAwayIsAnOutcome() throws {
        let course = Self.course(YinYangRules.backpropagation, rate: 1e12, clipping: "none")
        let outcome = try course.outcome(on: Self.data(), StudyContext())
        #expect(outcome.divergedIn == 1)
        let chance = 1.0 / 3
        #expect(outcome.accuracies == [chance, chance])
        // It can be stored.
        let stored = try JSONEncoder().encode(outcome)
        #expect(try JSONDecoder().decode(FeedbackOutcome.self, from: stored).divergedIn == 1)
    }

    /// What is stored is not done again, and seeds are paired.
    @Test func cellsAreKept() throws {
        let folder = try TemporaryFolder()
        var context = StudyContext()
        context.cache = folder.url
        let rules = [YinYangRules.backpropagation, YinYangRules.feedbackAlignment]
        let cells = rules.flatMap { rule in
            [UInt64(1), 2].map { seed in
                var course = Self.course(rule)
                (course.seed, course.epochs, course.measured) = (seed, 1, [1])
                return FeedbackCells.Cell(setting: "two layers", rule: rule, course: course)
            }
        }
        var asked = 0
        func run() throws -> FeedbackCells {
            try FeedbackCells(cells, name: "test", context) { _ in
                asked += 1
                return try Self.data()
            }
        }
        let first = try run()
        #expect(asked == 4)
        let second = try run()
        #expect(asked == 4)
        for rule in rules {
            #expect(
                first.accuracies("two layers", rule) == second.accuracies("two layers", rule))
        }
        let own = first.accuracies("two layers", rules[0])
        let other = first.accuracies("two layers", rules[1])
        let paired = [own[0] - other[0], own[1] - other[1]]
        #expect(first.differences("two layers", rules[0], rules[1]) == paired)
        #expect(first.accuracyTable(["two layers"], rules).rows.count == 2)
        #expect(first.standing(of: rules[0], ["two layers"], rules).count == 1)
    }

    /// Every cell of every study names a rule that there is.
    @Test func rulesAreKnown() throws {
        let rules =
            YinYangRules.all + DeepRulesStudy.rules + StabilityStudy.cases.map(\.rule)
            + AlignmentRobustnessStudy.rules
        let data = try Self.data()
        for rule in Set(rules) where rule != DeepRulesStudy.ceiling {
            var course = Self.course(rule)
            (course.epochs, course.measured) = (0, [])
            #expect(throws: Never.self, "\(rule.text)") {
                try course.outcome(on: data, StudyContext())
            }
        }
    }

    // MARK: - Devices

    private static func seen(
        _ weights: Tensor, hasNeurons: Bool = true, _ change: (inout Imperfections) -> Void
    ) -> Tensor {
        var imperfections = Imperfections()
        change(&imperfections)
        return DeviceWeights(
            imperfections, shape: weights.shape, hasNeurons: hasNeurons,
            from: RandomStream(seed: 1, name: "device")
        ).seen(weights)
    }

    private static let weights = Tensor(
        uniformIn: -1..<1, shape: [30, 40], from: RandomStream(seed: 2, name: "weights"))

    @Test func perfectDevicesShowWhatMemoryHolds() {
        #expect(Self.seen(Self.weights) { _ in }.scalars == Self.weights.scalars)
    }

    /// Mismatch is one gain for all synapses of a neuron; inputs of the network have none.
    @Test func mismatchIsAGainPerNeuron() throws {
        let seen = Self.seen(Self.weights) { $0.mismatch = 0.3 }.scalars
        let gains = zip(seen, Self.weights.scalars).map { $0 / $1 }
        for row in 0..<30 {
            let own = gains[row * 40..<(row + 1) * 40], first = gains[row * 40]
            #expect(own.allSatisfy { abs($0 - first) < 1e-4 })
        }
        let first = (0..<30).map { Double(gains[$0 * 40]) }
        let spread = try #require(SeedStatistics.deviation(first))
        #expect(abs(spread - 0.3) < 0.12)
        let inputs = Self.seen(Self.weights, hasNeurons: false) { $0.mismatch = 0.3 }
        #expect(inputs.scalars == Self.weights.scalars)
    }

    @Test func synapsesAreNoisyDeadOrRounded() throws {
        let noisy = Self.seen(Self.weights) { $0.synapticNoise = 0.1 }
        let errors = zip(noisy.scalars, Self.weights.scalars).map { Double($0 - $1) }
        let spread = try #require(SeedStatistics.deviation(errors))
        #expect(abs(spread - 0.1) < 0.01)
        let dead = Self.seen(Self.weights) { $0.deadSynapses = 0.05 }
        let gone = dead.scalars.count { $0 == 0 }
        #expect((36...84).contains(gone))
        let rounded = Self.seen(Self.weights) { $0.weightBits = 4 }
        #expect(Set(rounded.scalars).count == 15)
    }

    /// A synapse learns by the activity that it is sent, and not at all where it is not there.
    @Test func learningKnowsGainsAlone() {
        let view = DeviceWeights(
            {
                var own = Imperfections()
                (own.mismatch, own.deadSynapses, own.synapticNoise) = (0.2, 0.3, 0.1)
                return own
            }(), shape: [30, 40], hasNeurons: true, from: RandomStream(seed: 1, name: "device"))
        let variable = Self.weights.tracked()
        let gradient = view.seen(variable).sum().gradients(for: [variable])[0].scalars
        let seen = view.seen(Self.weights).scalars
        let silent = gradient.map { $0 == 0 }, missing = seen.map { $0 == 0 }
        #expect(silent == missing)
        let alive = gradient[0..<40].filter { $0 != 0 }
        #expect(Set(alive).count == 1)
    }

    /// On a device copies are those of memory: feedback is off by what the rule does not know.
    @Test func copiesDoNotKnowTheDevice() throws {
        var imperfections = Imperfections()
        imperfections.mismatch = 0.3
        let device = imperfections
        let course = Self.course(StudiedRule("each step", "{copy: {every: 1}}")) {
            DeviceWeights.install(device, on: $0, seed: 3)
        }
        let outcome = try course.outcome(on: Self.data(), StudyContext())
        let off = try #require(outcome.last(\.feedbackAngles))
        #expect(off > 5 && off < 40)
    }
}

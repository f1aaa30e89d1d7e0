import RanvierDeployment
import RanvierSpikes
import Testing

@Suite struct DeviceLearningTests {
    @Test func theInputComesBackFromAGainAndAnOffset() throws {
        let own = try LearningCase(seed: 1, count: 180)
        let rule = try InputAdaptation(
            calibratedOn: Array(own.samples.prefix(100)), of: own.network.input, meanShift: 4,
            gainShift: 3)
        let learning = try DeviceLearning(of: own.network, input: rule)
        #expect(learning.bytes == 4 * LearningCase.inputs)
        let drifted = own.drifted(gain: 60, offset: 70)
        let engine = IntegerEngine(own.network)
        func answers(_ samples: ArraySlice<[Int32]>) -> [Int] {
            engine.scores(of: Array(samples)).map { scores in
                scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
            }
        }
        let before = own.accuracy(answers(own.samples.suffix(50)))
        let lost = own.accuracy(answers(drifted.suffix(50)))
        var run = learning.start()
        for sample in drifted.prefix(130) { run.show(sample) }
        let after = own.accuracy(drifted.suffix(50).map { run.show($0) })
        #expect(before > 0.9 && lost < before - 0.2)
        #expect(after - lost > 0.7 * (before - lost), "\(before), \(lost), \(after)")
        // Frozen, samples change nothing.
        run.isFrozen = true
        run.show(drifted[0])
        let scores = run.scores
        for sample in own.samples.prefix(20) { run.show(sample) }
        run.show(drifted[0])
        #expect(run.scores == scores)
    }

    /// A sample that was stored as the network was trained does not move what follows the sensors.
    @Test func storedSamplesAreTaughtWithoutFollowing() throws {
        let own = try LearningCase(seed: 1, count: 40)
        let rule = try InputAdaptation(
            calibratedOn: own.samples, of: own.network.input, meanShift: 3, gainShift: 2)
        let learning = try DeviceLearning(
            of: own.network, input: rule, lastLayer: LastLayerLearning(margin: 1000))
        let drifted = own.drifted(gain: 60, offset: 70)
        var run = learning.start(), other = learning.start()
        for sample in drifted {
            run.show(sample)
            other.show(sample)
            other.show(own.samples[0], followed: false)
            #expect(other.scores == own.network.scores(of: own.samples[0]))
        }
        run.show(drifted[0])
        other.show(drifted[0])
        #expect(run.scores == other.scores)
        other.show(own.samples[0], followed: false)
        other.teach(label: own.labels[0])
        #expect(other.lessons == 1 && other.deltas.contains { $0 != 0 })
    }

    @Test func lessonsChangeTheLastLayerAlone() throws {
        let own = try LearningCase(seed: 2, count: 150)
        let learning = try DeviceLearning(
            of: own.network, lastLayer: LastLayerLearning(bits: 4, margin: 30))
        #expect(learning.bytes == 40 * 6 / 2 + 40)
        let drifted = own.drifted(gain: 60, offset: 40)
        var run = learning.start()
        #expect(run.show(own.samples[0]) == own.network.answer(own.samples[0]))
        #expect(run.scores == own.network.scores(of: own.samples[0]))
        for (sample, label) in zip(drifted, own.labels).prefix(100) {
            run.show(sample)
            run.teach(label: label)
        }
        #expect(run.lessons > 0 && run.deltas.contains { $0 != 0 })
        #expect(run.deltas.allSatisfy { abs($0) <= 7 })
        let deltas = run.deltas
        run.isFrozen = true
        run.show(drifted[0])
        run.teach(label: (run.answer + 1) % LearningCase.outputs)
        #expect(run.deltas == deltas)
        run.rollBack()
        run.show(own.samples[0])
        #expect(run.scores == own.network.scores(of: own.samples[0]) && run.lessons == 0)
    }

    @Test func thresholdsMoveTowardsTheOldRates() throws {
        let own = try LearningCase(seed: 3, count: 120, learned: false)
        let rule = try ThresholdAdaptation(
            layer: "hidden", of: own.network, calibratedOn: own.samples, limit: 20, rateShift: 3)
        var run = try DeviceLearning(of: own.network, thresholds: rule).start()
        #expect(run.learning.bytes == 4 * LearningCase.hidden)
        for sample in own.drifted(gain: 40, offset: 0) {
            run.show(sample)
            run.teach()
        }
        let moved = try #require(run.movedThresholds)
        let lower = moved.indices.count { moved[$0] < 15_000 + 10 * Int32($0) }
        let higher = moved.indices.count { moved[$0] > 15_000 + 10 * Int32($0) }
        #expect(lower > higher)
        #expect(
            moved.indices.allSatisfy {
                abs(moved[$0] - 15_000 - 10 * Int32($0)) <= 20 * rule.step
            })
        run.rollBack()
        #expect(run.movedThresholds == (0..<40).map { 15_000 + 10 * $0 })
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let own = try LearningCase(seed: 4, count: 3, learned: false)
        #expect(throws: IntegerNetworkError.self) { try DeviceLearning(of: own.network) }
        #expect(throws: IntegerNetworkError.self) {
            try DeviceLearning(
                of: own.network, input: InputAdaptation(means: [1], deviations: [1]))
        }
        #expect(throws: IntegerNetworkError.self) {
            try ThresholdAdaptation(
                layer: "last", of: own.network, calibratedOn: own.samples)
        }
        #expect(throws: IntegerNetworkError.self) { try LastLayerLearning(bits: 5) }
        let spikes = try IntegerEngineTests.layered()
        #expect(throws: IntegerNetworkError.self) {
            try DeviceLearning(
                of: spikes,
                input: InputAdaptation(
                    means: Array(repeating: 0, count: 70),
                    deviations: Array(repeating: 0, count: 70)))
        }
    }
}

extension IntegerNetwork {
    fileprivate func answer(_ sample: [Int32]) -> Int {
        let scores = scores(of: sample)
        return scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }
}

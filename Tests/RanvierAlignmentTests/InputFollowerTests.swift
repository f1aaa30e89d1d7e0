import RanvierData
import RanvierTensors
import Testing

@testable import RanvierAlignment

@Suite struct InputFollowerTests {
    private func followed(
        _ drift: SensorDrift, samples: Int = 160, window: Int = 100
    ) throws -> InputFollower {
        let reference = try InputReference(
            of: ToyDrift.samples(400, seed: 3), channels: ToyDrift.channels, source: "test")
        let new = try drift(
            ToyDrift.samples(samples, seed: 3, part: 1), channels: ToyDrift.channels)
        var follower = InputFollower(reference, window: window)
        for sample in 0..<new.count { follower.follow(new.values(ofSample: sample)) }
        return follower
    }

    @Test func aReferenceKnowsMeanSpreadAndHowOftenAChannelChanges() throws {
        let data = try Dataset(
            name: "two", values: [1, 5, 1, 7, 1, 9, 1, 9], featureShape: [2],
            labels: [0, 0, 0, 0])
        let own = try InputReference(of: data, channels: 2, source: "test")
        #expect(own.means == [1, 7.5])
        #expect(own.deviations[0] == 0)
        #expect(abs(own.deviations[1] - (11.0 / 4).squareRoot()) < 1e-12)
        #expect(own.changes == [0, 2.0 / 3])
        // Scaled samples are measured in their own units, and their scaling knows the same.
        let scaling = try Scaling(fitting: data, kind: .standard, scope: .perChannel)
        let scaled = try InputReference(of: scaling(data), channels: 2, source: "test")
        #expect(abs(scaled.means[1] - 7.5) < 1e-6)
        let known = try #require(InputReference(of: scaling, channels: 2))
        #expect(abs(known.deviations[1] - own.deviations[1]) < 1e-12 && known.changes == nil)
        #expect(
            try InputReference(
                of: Scaling(fitting: data, kind: .minMax), channels: 2) == nil)
    }

    @Test func gainAndOffsetAreTakenBack() throws {
        let follower = try followed(SensorDrift(gain: 0.5, offset: 2))
        let (gains, offsets) = follower.correction
        for channel in 0..<ToyDrift.channels {
            #expect(abs(gains[channel] - 2) < 0.35, "\(gains[channel])")
            // A value that was 1 comes back as 1, about.
            let back = gains[channel] * (0.5 * 1 + 2) + offsets[channel]
            #expect(abs(back - 1) < 0.5, "\(back)")
        }
        #expect(follower.missing.isEmpty)
    }

    @Test func withoutDriftNearlyNothingHappens() throws {
        let (gains, offsets) = try followed(SensorDrift()).correction
        #expect(gains.allSatisfy { abs($0 - 1) < 0.2 })
        #expect(zip(gains, offsets).allSatisfy { abs($0 * 1.5 + $1 - 1.5) < 0.3 })
        let fresh = InputFollower(
            InputReference(means: [1], deviations: [2], source: "test"), window: 8)
        #expect(fresh.corrected([3.5]) == [3.5])
    }

    @Test func aDeadChannelIsToldAndHeldAtItsMean() throws {
        let follower = try followed(SensorDrift(missing: [4]))
        #expect(follower.missing == [4])
        let shown = follower.corrected([Float](repeating: 0, count: ToyDrift.channels))
        #expect(abs(Double(shown[4]) - follower.reference.means[4]) < 1e-6)
        // One that is no number at all is no other.
        var silent = InputFollower(follower.reference, window: 100)
        for _ in 0..<20 {
            silent.follow([Float](repeating: .nan, count: ToyDrift.channels))
        }
        #expect(silent.missing.count == ToyDrift.channels)
        let held = silent.corrected([Float](repeating: .nan, count: ToyDrift.channels))
        #expect(
            zip(held, follower.reference.means).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    }

    @Test func aChannelThatRarelyChangesIsNotMissingSoon() {
        let reference = InputReference(
            means: [0, 0], deviations: [1, 1], changes: [0.5, 0.02], source: "test")
        var follower = InputFollower(reference, window: 50)
        for _ in 0..<40 { follower.follow([0, 0]) }
        #expect(follower.missing == [0])
        for _ in 0..<800 { follower.follow([0, 0]) }
        #expect(follower.missing == [0, 1])
        follower.follow([1, 0])
        #expect(follower.missing == [1])
    }
}

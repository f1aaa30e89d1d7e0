import Foundation
import RanvierSpikes
import Testing

@Suite struct SpikeTrainTests {
    @Test func ratesAndIntervals() throws {
        let train = try SpikeTrain(times: [0.01, 0.03, 0.07], duration: 0.1)
        #expect(abs(train.rate - 30) < 1e-9)
        #expect(train.firstSpikeTime == 0.01)
        #expect(zip(train.interSpikeIntervals, [0.02, 0.04]).allSatisfy { abs($0 - $1) < 1e-12 })
        // Mean 0.03, standard deviation 0.01.
        #expect(abs(try #require(train.coefficientOfVariation) - 1.0 / 3) < 1e-9)
        #expect(train.rates(windowLength: 0.05).map { $0.rounded() } == [40, 20])
        #expect(train.rates(windowLength: 0.06).map { $0.rounded() } == [33, 25])
    }

    @Test func silentAndSingleSpike() throws {
        let silent = try SpikeTrain(times: [], duration: 0)
        #expect(silent.rate == 0 && silent.firstSpikeTime == nil)
        #expect(silent.rates(windowLength: 1).isEmpty)
        #expect(try SpikeTrain(times: [0.5], duration: 1).coefficientOfVariation == nil)
    }

    @Test func badTimesAreNamed() {
        #expect(throws: SpikeError.timesNotSorted(index: 1, time: 0.1, previous: 0.2)) {
            try SpikeTrain(times: [0.2, 0.1], duration: 1)
        }
        #expect(throws: SpikeError.timeOutsideRecording(index: 0, time: 2, duration: 1)) {
            try SpikeTrain(times: [2], duration: 1)
        }
        #expect(throws: SpikeError.timeNotFinite(index: 0)) {
            try SpikeTrain(times: [.nan], duration: 1)
        }
        #expect(throws: SpikeError.self) { try SpikeTrain(times: [], duration: -1) }
    }

    @Test func sliceStartsItsOwnClock() throws {
        let train = try SpikeTrain(times: [0.1, 0.2, 0.3], duration: 1)
        let part = train.slice(0.2..<0.3)
        #expect(part.times == [0] && abs(part.duration - 0.1) < 1e-12)
        #expect(train.slice(2..<3).count == 0)
        #expect(train.merged(with: part).count == 4)
    }

    @Test func decodingChecks() throws {
        let train = try SpikeTrain(times: [0.1, 0.2], duration: 1)
        let copy = try JSONDecoder().decode(SpikeTrain.self, from: JSONEncoder().encode(train))
        #expect(copy == train)
        let damaged = Data(#"{"times": [0.2, 0.1], "duration": 1}"#.utf8)
        #expect(throws: SpikeError.self) {
            try JSONDecoder().decode(SpikeTrain.self, from: damaged)
        }
    }
}

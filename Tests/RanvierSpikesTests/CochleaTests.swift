import Foundation
import RanvierSpikes
import Testing

@Suite struct CochleaTests {
    private let rate = 8000.0

    private func tone(_ frequency: Double, count: Int) -> [Float] {
        (0..<count).map { Float(sin(2 * .pi * frequency * Double($0) / rate)) }
    }

    @Test func centresAreEvenOnTheScaleOfTheEar() {
        let bank = GammatoneFilterBank(channels: 5, frequencies: 100...3600, sampleRate: rate)
        let centres = bank.centreFrequencies
        #expect(abs(centres[0] - 100) < 1e-6 && abs(centres[4] - 3600) < 1e-6)
        // Even steps of 21.4 log10(4.37 f / 1000 + 1).
        let steps = zip(centres.dropFirst(), centres).map {
            log10((4.37 * $0 / 1000 + 1) / (4.37 * $1 / 1000 + 1))
        }
        #expect(steps.allSatisfy { abs($0 - steps[0]) < 1e-9 })
        #expect(abs(GammatoneFilterBank.bandwidth(at: 1000) - 132.639) < 1e-3)
    }

    /// A tone at a channel's centre passes with gain 1: the mean of a rectified sine of amplitude 1 is 1/π.
    @Test func toneAtTheCentrePassesWithGainOne() {
        let bank = GammatoneFilterBank(channels: 3, frequencies: 400...2000, sampleRate: rate)
        let centre = bank.centreFrequencies[1]
        let bands = bank.rectifiedBands(of: tone(centre, count: 800), windowLength: 50e-3)
        #expect(bands.count == 2 * 3)
        let last = Array(bands[3...])
        #expect(abs(last[1] - 1 / .pi) < 0.01)
        #expect(last[0] < 0.02 && last[2] < 0.05)
    }

    @Test func windowsCoverTheSound() {
        let bank = GammatoneFilterBank(channels: 20, frequencies: 100...3000, sampleRate: rate)
        #expect(bank.rectifiedBands(of: [], windowLength: 1e-3).isEmpty)
        let bands = bank.rectifiedBands(of: tone(500, count: 17), windowLength: 1e-3)
        #expect(bands.count == 3 * 20)
        // Channels beyond the sixteenth are filtered, too.
        #expect(bands[20..<60].allSatisfy { $0 >= 0 } && bands[39] > 0)
    }

    @Test func spikesFollowPitchAndLoudness() {
        var cochlea = Cochlea(channels: 6, frequencies: 200...3000, sampleRate: rate)
        let centre = cochlea.filterBank.centreFrequencies[3]
        let sound = tone(centre, count: 1200).map { $0 * 0.1 }
        let loud = cochlea.events(of: sound).countPerUnit
        #expect(loud.firstIndex(of: loud.max() ?? 0) == 3)
        #expect(loud[3] > 20)
        // The level is brought to full scale, unless told otherwise.
        #expect(cochlea.events(of: sound.map { $0 * 0.1 }).countPerUnit == loud)
        cochlea.normalizesLevel = false
        let quiet = cochlea.events(of: sound).countPerUnit
        #expect(quiet[3] < loud[3])
        #expect(cochlea.events(of: [Float](repeating: 0, count: 800)).count == 0)
    }
}

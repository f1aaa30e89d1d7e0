import RanvierSpikes
import RanvierTensors
import Testing

@Suite struct SpikeDecoderTests {
    // [T 3, B 2, C 2]
    private let spikes = Tensor(
        spikes: [0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0], shape: [3, 2, 2])
    private let membranes = Tensor(
        [0, 3, 1, 2, 6, 0, 1, 4, 0, 0, 7, 3], shape: [3, 2, 2])

    @Test func scores() {
        #expect(SpikeDecoder.spikeCount.scores(of: spikes).scalars == [2, 1, 0, 2])
        #expect(SpikeDecoder.firstSpike.scores(of: spikes).scalars == [-1, -2, -3, 0])
        #expect(SpikeDecoder.meanMembrane.scores(of: membranes).scalars == [2, 1, 3, 3])
        #expect(SpikeDecoder.summedMembrane.scores(of: membranes).scalars == [6, 3, 9, 9])
        #expect(SpikeDecoder.maximumMembrane.scores(of: membranes).scalars == [6, 3, 7, 4])
        #expect(SpikeDecoder.lastMembrane.scores(of: membranes).scalars == [0, 0, 7, 3])
    }

    @Test func predictedClasses() {
        #expect(SpikeDecoder.spikeCount.predictedClasses(of: spikes) == [0, 1])
        #expect(SpikeDecoder.firstSpike.predictedClasses(of: spikes) == [0, 1])
        #expect(SpikeDecoder.meanMembrane.predictedClasses(of: membranes) == [0, 0])
    }

    @Test func firstSpikeTimes() {
        let times = spikes.firstSpikeTimes(timeStep: 2e-3).scalars
        #expect(times == [2e-3, 4e-3, .infinity, 0])
    }

    @Test func gradientsReachTheSteps() {
        let tracked = membranes.tracked()
        for decoder in SpikeDecoder.allCases where decoder != .firstSpike {
            let gradient = decoder.scores(of: tracked).sum().gradients(for: [tracked])[0]
            let expected: Float = decoder == .spikeCount || decoder == .summedMembrane ? 12 : 4
            #expect(abs(gradient.sum().scalar - expected) < 1e-5, "\(decoder)")
        }
    }
}

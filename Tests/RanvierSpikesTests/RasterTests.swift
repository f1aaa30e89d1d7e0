import RanvierSpikes
import RanvierTensors
import Testing

@Suite struct RasterTests {
    @Test func roundTripThroughTrainsAndEvents() throws {
        let noise = RandomStream(seed: 3, name: "raster").uniform(count: 40 * 3 * 70)
        let spikes = Tensor(
            spikes: noise.map { $0 < 0.1 ? 1 : 0 }, shape: [40, 3, 70])
        let raster = Raster(spikes: spikes, timeStep: 1e-3)
        #expect(raster.steps == 40 && raster.samples == 3 && raster.neurons == 70)
        var total = 0
        for sample in 0..<3 {
            let expected = spikes.slice(sample..<sample + 1, along: 1).scalars
            let fromTrains = Raster(raster.spikeTrains(ofSample: sample), timeStep: 1e-3)
            let fromEvents = Raster(raster.events(ofSample: sample), timeStep: 1e-3, steps: 40)
            #expect(fromTrains.spikes.shape == [40, 70])
            #expect(fromTrains.spikes.scalars == expected)
            #expect(fromEvents.spikes.scalars == expected)
            total += fromEvents.spikeCount
        }
        #expect(total == raster.spikeCount && total > 500)
        #expect(abs(raster.firingRate - Double(total) / (3 * 70 * 0.04)) < 1e-9)
    }

    /// `k · Δ / Δ` may fall short of `k`; the spike must stay in its step.
    @Test(arguments: [1e-3, 0.1, 1.0 / 3, 7e-5])
    func everyStepKeepsItsSpike(timeStep: Double) throws {
        let times = (0..<3000).map { Double($0) * timeStep }
        let train = try SpikeTrain(times: times, duration: 3000 * timeStep)
        let raster = Raster([train], timeStep: timeStep)
        #expect(raster.steps == 3000)
        #expect(raster.spikeCount == 3000)
    }

    @Test func timesFallIntoTheStepTheyLieIn() throws {
        let trains = [
            try SpikeTrain(times: [0.0004, 0.0009, 0.0011], duration: 0.003),
            try SpikeTrain(times: [0.003], duration: 0.003),
        ]
        let raster = Raster(trains, timeStep: 1e-3)
        // Two spikes in step 0 become one; a spike at the very end belongs to the last step.
        #expect(raster.spikes.scalars == [1, 0, 1, 0, 0, 1])
        #expect(Raster(trains, timeStep: 1e-3, steps: 1).spikes.scalars == [1, 0])
    }
}

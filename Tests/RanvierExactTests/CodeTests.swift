import RanvierExact
import RanvierLearning
import Testing

/// How values, rasters and series become input spikes, and the noise on them in training.
@Suite struct CodeTests {
    @Test func linearLatency() throws {
        let code = try LatencyCode(linearBins: 5, times: 1...3)
        #expect(code.binTimes == [1, 1.5, 2, 2.5, 3])
        #expect([1, 0.75, 0.5, 0.1, 0].map { code.bin(of: Float($0)) } == [0, 1, 2, 4, 5])
        #expect([2, -1].map { code.bin(of: Float($0)) } == [0, 5])
        #expect(code.spikes(of: [0, 0.5]) == [InputSpike(time: 2, input: 1)])
        let all = try LatencyCode(linearBins: 5, times: 1...3, silentBelow: -1)
        #expect(all.bin(of: Float(0)) == 4)
        #expect(try LatencyCode(linearBins: 5, times: 1...3, silentBelow: 0.5).bin(of: 0.5) == 5)
        // The published code reads values as bytes.
        let published = try LatencyCode(bins: 1, trial: 2)
        #expect(published.bin(of: Float(128.0 / 255)) == 0)
        #expect(published.bin(of: Float(127.0 / 255)) == 1)
        #expect(throws: ExactError.self) { try LatencyCode(linearBins: 255, times: 0...1) }
        #expect(throws: ExactError.self) { try LatencyCode(linearBins: 3, times: -1...1) }
        #expect(throws: ExactError.self) {
            try LatencyCode(linearBins: 3, times: 0...1, silentBelow: 2)
        }
    }

    /// Two channels, four steps: channel 0 spikes at steps 1 and 3, channel 1 at step 0.
    @Test func firstSpikesOfRasters() throws {
        let raster: [Float] = [0, 1, 1, 0, 0, 0, 1, 0]
        let batch = try ThetaBatch(
            rasters: raster, labels: [0], steps: 4, channels: 2, spikesPerChannel: 2)
        #expect(batch.pixels == [1, 0, 3, 4])
        #expect(batch.inputs == 4)
        #expect(throws: ExactError.self) {
            try ThetaBatch(
                rasters: raster, labels: [0], steps: 5, channels: 2, spikesPerChannel: 2)
        }
    }

    /// 0 → 1 → 1 → −0.6 in steps of 0.4 s with levels of 0.5.
    @Test func levelCrossing() throws {
        let code = try LevelCrossingCode(step: 0.5, timeStep: 0.4)
        let spikes = try code.spikes(of: [0, 7, 1, 7, 1, 7, -0.6, 7], channels: 2)
        let times = [0.2, 0.4, 0.8 + 0.4 * 0.5 / 1.6, 0.8 + 0.4 / 1.6, 0.8 + 0.4 * 1.5 / 1.6]
        #expect(spikes.map(\.input) == [0, 0, 1, 1, 1])
        #expect(zip(spikes, times).allSatisfy { abs($0.time - $1) < 1e-7 })
        #expect(throws: ExactError.self) { try code.spikes(of: [1, 2, 3], channels: 2) }
        #expect(throws: ExactError.self) { try code.spikes(of: [1, .nan], channels: 1) }
        #expect(throws: ExactError.self) { try LevelCrossingCode(step: 0, timeStep: 1) }
    }

    /// What an epoch makes of one image, seen through a network whose only weight is at one pixel.
    @Test func shiftMovesTheImageAndJitterTheTimes() throws {
        let code = try LatencyCode(linearBins: 9, times: 0...1)
        var network = try FastThetaNetwork<Double>(sizes: [9, 1], trial: 2, code: code)
        try network.setWeights([[0, 0, 0, 0, 3, 0, 0, 0, 0]], layer: 0)
        var pixels = [UInt8](repeating: 9, count: 9)
        pixels[4] = 4
        let data = try ThetaBatch(pixels: pixels, labels: [0], inputs: 9)
        func losses(shift: Int = 0, jitter: Int = 0) throws -> Set<Double> {
            var schedule = ThetaSchedule()
            schedule.flipProbability = 0
            schedule.shift = shift
            schedule.imageShape = [3, 3, 1]
            schedule.jitter = jitter
            return Set(
                try (0..<200).map { epoch in
                    var trainer = try ThetaTrainer(network, learningRate: 1e-9)
                    return try trainer.trainEpoch(epoch, on: data, schedule: schedule).loss
                })
        }
        #expect(try losses().count == 1)
        // The pixel stays or leaves: two losses. Its time moves by −2 … 2 bins: five.
        #expect(try losses(shift: 1).count == 2)
        #expect(try losses(jitter: 2).count == 5)
        var schedule = ThetaSchedule()
        schedule.shift = 1
        #expect(throws: ExactError.self) {
            var trainer = try ThetaTrainer(network)
            _ = try trainer.trainEpoch(0, on: data, schedule: schedule)
        }
    }

    @Test func cosineFallsToZero() {
        var schedule = ThetaSchedule()
        schedule.rates = .cosine()
        schedule.epochs = 10
        #expect(schedule.learningRate(atEpoch: 0) == schedule.learningRate)
        #expect(abs(schedule.learningRate(atEpoch: 5) - schedule.learningRate / 2) < 1e-12)
        #expect(abs(schedule.learningRate(atEpoch: 10)) < 1e-12)
    }

    /// Earliness and temperature enter the fast path as they do the loss of one sample.
    @Test func lossParametersMatter() throws {
        let loss = try FirstSpikeLoss(
            outputs: 0..<3, label: 1, earliness: 0.4, temperature: 0.2)
        let times = [1.1, 0.9, 1.3], h = 1e-6
        let derivatives = loss.evaluate(times, trial: 2).derivatives
        for k in 0..<3 {
            var later = times, sooner = times
            later[k] += h
            sooner[k] -= h
            let slope =
                (loss.evaluate(later, trial: 2).value - loss.evaluate(sooner, trial: 2).value)
                / (2 * h)
            #expect(abs(slope - derivatives[k]) < 1e-6)
        }
        #expect(throws: ExactError.self) {
            try FirstSpikeLoss(outputs: 0..<3, label: 1, temperature: 0)
        }
    }
}

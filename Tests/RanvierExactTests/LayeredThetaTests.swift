import RanvierExact
import RanvierLearning
import RanvierTensors
import Testing

/// The vectorised layered network against differences, itself on other cuts, and bad input.
@Suite struct LayeredThetaTests {
    private func network(trial: Double = 2, seed: UInt64 = 1) throws -> FastThetaNetwork<Double> {
        var network = try FastThetaNetwork<Double>(
            sizes: [30, 20, 18, 4], trial: trial,
            code: try LatencyCode(bins: 2, trial: trial))
        network.randomize(seed: seed, scale: 3, shift: 4)
        return network
    }

    private func batch(_ count: Int, seed: UInt64 = 2) throws -> ThetaBatch {
        var random = SplitMix64(seed: seed)
        return try ThetaBatch(
            pixels: (0..<count * 30).map { _ in UInt8(3 * random.nextUnit()) },
            labels: (0..<count).map { _ in Int32(4 * random.nextUnit()) }, inputs: 30)
    }

    /// Long trials take more than half a turn between events and many rescaled events.
    @Test(arguments: [2.0, 9.0, 25.0])
    func gradientMatchesDifferences(trial: Double) throws {
        let network = try network(trial: trial), batch = try batch(3)
        let gradient = try network.valueAndGradient(of: batch).gradient
        var random = SplitMix64(seed: 3)
        for layer in 0..<3 {
            for _ in 0..<4 {
                let weights = network.weights(layer)
                let i = Int(random.next() % UInt64(weights.count))
                let j = Int(random.next() % UInt64(weights[i].count))
                let h = 1e-7
                func outcome(_ sign: Double) throws -> ThetaOutcome {
                    var moved = network
                    var changed = weights
                    changed[i][j] += sign * h
                    try moved.setWeights(changed, layer: layer)
                    return try moved.evaluate(batch)
                }
                let right = try outcome(1), left = try outcome(-1)
                guard right.spikes == left.spikes else { continue }
                let difference = (right.loss - left.loss) / (2 * h)
                let exact = gradient.weights[layer][i][j]
                #expect(abs(difference - exact) < 1e-4 * max(abs(exact), 1e-2))
            }
        }
    }

    /// The backward pass turns states back from checkpoints: strong pulses must not spoil single precision.
    /// (The tolerances are what storing every state gives too: the error is that of the spike times.)
    @Test(arguments: [(3.0, 1e-5), (12, 1e-4), (40, 3e-3)])
    func singlePrecisionFollowsDouble(scale: Double, tolerance: Double) throws {
        let batch = try batch(20)
        func run<Scalar: ThetaScalar>(
            _ type: Scalar.Type
        ) throws -> (ThetaOutcome, ThetaGradient) {
            var network = try FastThetaNetwork<Scalar>(
                sizes: [30, 60, 50, 4], trial: 4, code: try LatencyCode(bins: 2, trial: 4))
            network.randomize(seed: 5, scale: scale, shift: 4)
            return try network.valueAndGradient(of: batch)
        }
        let (single, double) = (try run(Float.self), try run(Double.self))
        #expect(single.0.spikes == double.0.spikes)
        for (a, b) in zip(single.1.weights, double.1.weights) {
            let pairs = zip(a.joined(), b.joined())
            let error = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let norm = pairs.reduce(0) { $0 + $1.1 * $1.1 }
            #expect(error.squareRoot() < tolerance * norm.squareRoot())
        }
    }

    @Test func sameBitsOnAnyNumberOfThreads() throws {
        let network = try network(), batch = try batch(130)
        let one = try Parallel.withThreads(1) { try network.valueAndGradient(of: batch) }
        let three = try Parallel.withThreads(3) { try network.valueAndGradient(of: batch) }
        #expect(one.gradient == three.gradient)
        #expect(one.outcome.losses == three.outcome.losses)
    }

    @Test func trainingLowersTheLossAndIsRepeatable() throws {
        let batch = try batch(40)
        func train() throws -> (first: Double, last: Double) {
            var trainer = try ThetaTrainer(try network(), learningRate: 0.02)
            var schedule = ThetaSchedule()
            schedule.epochs = 30
            schedule.batchSize = 20
            schedule.learningRate = 0.02
            schedule.flipProbability = 0.01
            var losses: [Double] = []
            try trainer.fit(batch, schedule: schedule) { summary, _ in
                losses.append(summary.loss)
            }
            return (losses[0], losses[29])
        }
        let run = try train()
        #expect(run.last < 0.5 * run.first)
        #expect(try train() == run)
    }

    @Test func badInputIsAnError() throws {
        let network = try network()
        #expect(throws: ExactError.emptyBatch) { try network.evaluate(try batch(0)) }
        var wrong = try batch(2)
        wrong.labels[0] = 4
        #expect(throws: ExactError.self) { try network.evaluate(wrong) }
        wrong.labels[0] = -1
        #expect(throws: ExactError.self) { try network.evaluate(wrong) }
        var bright = try batch(2)
        bright.pixels[5] = 3
        #expect(throws: ExactError.self) { try network.evaluate(bright) }
        #expect(throws: ExactError.self) { try FastThetaNetwork<Float>(sizes: [3], trial: 2) }
        #expect(throws: ExactError.self) { try FastThetaNetwork<Float>(sizes: [3, 0], trial: 2) }
        #expect(throws: ExactError.self) { try FastThetaNetwork<Float>(sizes: [3, 2], trial: 0) }
        #expect(throws: ExactError.self) { try LatencyCode(bins: 100, trial: 2) }
        #expect(throws: ExactError.self) { try LatencyCode(bins: 0, trial: 2) }
        var other = network
        #expect(throws: ExactError.self) { try other.setWeights([[1]], layer: 0) }
        #expect(throws: ExactError.self) {
            try other.setPhases(Array(repeating: 7, count: 20), layer: 0)
        }
        #expect(throws: ExactError.self) {
            var weights = network.weights(0)
            weights[1][2] = .nan
            try other.setWeights(weights, layer: 0)
        }
        other.eventLimit = 3
        #expect(throws: ExactError.self) { try other.evaluate(try batch(2)) }
    }

    @Test func aLossThatIsNoNumberIsAnError() throws {
        var trainer = try ThetaTrainer(try network(), learningRate: 1e300)
        var schedule = ThetaSchedule()
        schedule.learningRate = 1e300
        schedule.batchSize = 20
        #expect(throws: TrainingError.self) {
            _ = try trainer.trainEpoch(0, on: try batch(100), schedule: schedule)
        }
    }

    /// One bin: pixels from 128 on spike at 2 ln(1/0.99).
    @Test func latencyCode() throws {
        let code = try LatencyCode(bins: 1, trial: 2)
        #expect(abs(code.binTimes[0] - 0.020100671707) < 1e-12)
        #expect(code.bin(ofByte: 128) == 0)
        #expect(code.bin(ofByte: 127) == 1)
        #expect(code.bin(ofByte: 255) == 0)
        #expect(try LatencyCode(bins: 3, trial: 2).bin(ofByte: 0) == 3)
    }
}

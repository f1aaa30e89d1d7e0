import Foundation
import RanvierTensors
import Testing

@testable import RanvierAlignment

@Suite struct SamplingEngineTests {
    private func network(_ tau: Int = 8, bias: Float = 1) -> SamplingNetwork {
        let random = RandomStream(seed: 3, name: "network")
        func draw(_ index: Int, _ count: Int, _ scale: Float) -> [Double] {
            random.substream(index).normal(count: count).map { Double(scale * $0) }
        }
        return SamplingNetwork(
            layers: [draw(0, 5, bias), draw(1, 4, bias), draw(2, 3, bias)],
            forward: [draw(3, 20, 0.6), draw(4, 12, 0.6)],
            feedback: [draw(5, 20, 0.6), draw(6, 12, 0.6)], period: tau)
    }

    private static let kernels: [SpikeTimingKernel] = [
        SpikeTimingKernel(timeConstant: 8), SpikeTimingKernel(timeConstant: 8, pairing: .nearest),
        SpikeTimingKernel(timeConstant: 8, pairing: .within(16)),
        SpikeTimingKernel(window: .triangular, timeConstant: 8),
        SpikeTimingKernel(window: .triangular, timeConstant: 30, pairing: .nearest),
        SpikeTimingKernel(timeConstant: 0.4, pairing: .within(3)),
    ]

    /// Sums of the kernel are those of all pairs of the spikes that it tells of.
    @Test(arguments: kernels) func sumsArePairs(_ kernel: SpikeTimingKernel) throws {
        let network = network()
        var request = SamplingEngine.Request(
            kernel: kernel,
            pairs: [
                .init(spiking: 0, traced: 1), .init(spiking: 1, traced: 0),
                .init(spiking: 1, traced: 2), .init(spiking: 2, traced: 1),
                .init(spiking: 1, traced: 1),
            ])
        request.keptSpikes = 100_000
        let record = try SamplingEngine(network).run(
            replicas: 3, warmup: 20, steps: 333, random: RandomStream(seed: 1, name: "run"),
            for: request)
        let starts = [0, 5, 9]
        var trains = [[[Int]]](
            repeating: [[Int]](repeating: [], count: 12), count: record.replicas)
        for spike in record.spikes { trains[spike.replica][spike.neuron].append(spike.step) }
        #expect(record.spikes.count == record.counts.joined().reduce(0, +))
        #expect(record.spikes.count > 300)
        for (pair, sums) in zip(request.pairs, record.sums) {
            let traced = network.populations[pair.traced].count
            for i in 0..<network.populations[pair.spiking].count {
                for j in 0..<traced {
                    let expected = trains.reduce(0) {
                        $0
                            + kernel.sum(
                                of: $1[starts[pair.spiking] + i],
                                after: $1[starts[pair.traced] + j])
                    }
                    #expect(abs(sums[i * traced + j] - expected) < 1e-3, "\(pair) \(i) \(j)")
                }
            }
        }
    }

    /// A spike is followed by silence for a period, whatever the input.
    @Test func periodsAreKept() throws {
        var network = network(8, bias: 0)
        network.populations[1].periods = [3, 8, 11, 20]
        for index in network.populations.indices {
            network.populations[index].bias = network.populations[index].bias.map { _ in 6 }
        }
        var request = SamplingEngine.Request(kernel: SpikeTimingKernel(timeConstant: 8))
        request.keptSpikes = 10_000
        let record = try SamplingEngine(network).run(
            replicas: 2, steps: 400, random: RandomStream(seed: 1, name: "run"), for: request)
        var last: [Int: Int] = [:], shortest = [Int](repeating: 1000, count: 12)
        for spike in record.spikes {
            let key = spike.replica * 100 + spike.neuron
            if let before = last[key] {
                shortest[spike.neuron] = min(shortest[spike.neuron], spike.step - before)
            }
            last[key] = spike.step
        }
        #expect(shortest == [9, 9, 9, 9, 9, 4, 9, 12, 21, 9, 9, 9])
    }

    /// The engine and the definition have one law: occupancies, and odd moments of pairs, agree within their errors.
    @Test(arguments: [0, 5]) func lawIsThatOfTheDefinition(delay: Int) throws {
        var network = network(6)
        if delay > 0 {
            for index in network.synapses.indices {
                network.synapses[index].delays = network.synapses[index].weights.indices.map {
                    $0 % (delay + 1)
                }
            }
        }
        let kernel = SpikeTimingKernel(timeConstant: 6)
        let request = SamplingEngine.Request(
            kernel: kernel,
            pairs: [.init(spiking: 0, traced: 1), .init(spiking: 1, traced: 0)])
        let replicas = 24, steps = 2000
        var plain: [[Double]] = []
        for replica in 0..<replicas / 3 {
            var simulation = SamplingSimulation(network)
            let outcome = simulation.outcome(
                random: RandomStream(seed: 8, name: "plain").substream(replica), warmup: 30,
                steps: 700, request)
            let moments = outcome.sums[1].transposed(rows: 4).indices.map {
                outcome.sums[1].transposed(rows: 4)[$0] - outcome.sums[0][$0]
            }
            plain.append((outcome.counts.map(Double.init) + moments).map { $0 / 700 })
        }
        let engine = try SamplingEngine(network)
        let fast = try (0..<replicas).map { replica in
            let record = try engine.run(
                replicas: 1, warmup: 30, steps: steps,
                random: RandomStream(seed: 9, name: "fast").substream(replica), for: request)
            return
                (record.counts.joined().map(Double.init)
                + record.change(ofLayer: 0, in: network)).map { $0 / Double(steps) }
        }
        var worst = 0.0
        for place in plain[0].indices {
            func statistics(_ runs: [[Double]]) -> (mean: Double, square: Double) {
                let values = runs.map { $0[place] }
                let mean = values.reduce(0, +) / Double(values.count)
                let variance =
                    values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                    / Double(values.count - 1)
                return (mean, variance / Double(values.count))
            }
            let a = statistics(plain), b = statistics(fast)
            worst = max(worst, abs(a.mean - b.mean) / (a.square + b.square).squareRoot())
        }
        #expect(worst < 5, "\(worst) standard errors apart")
    }

    /// Rare spikes are drawn by waiting times, frequent ones by asking every neuron: both sample the same distribution.
    @Test(arguments: [-5.0, -3.0, 0.5]) func occupancyIsThatOfTheBias(bias: Double) throws {
        let network = SamplingNetwork(
            populations: [
                .init(name: "free", bias: [Double](repeating: bias, count: 200), period: 10)
            ], synapses: [])
        let record = try SamplingEngine(network).run(
            replicas: 16, warmup: 200, steps: 3000, random: RandomStream(seed: 2, name: "free"),
            for: .init(kernel: SpikeTimingKernel(timeConstant: 10)))
        // A renewal process: 10 steps of silence, then 1 / p steps on average.
        let p = 1 / (1 + exp(log(10) - bias))
        let rate = 1 / (10 + 1 / p), trials = 200.0 * 16 * 3000
        let found = Double(record.counts.joined().reduce(0, +)) / trials
        #expect(abs(found - rate) < 5 * (rate / trials).squareRoot())
    }

    /// Time-averaged states of symmetric weights are samples of the Boltzmann distribution, as far as discrete time allows.
    @Test func samplesTheBoltzmannDistribution() throws {
        let weights = [0, 0.8, -0.6, 0.8, 0, 0.4, -0.6, 0.4, 0], bias = [0.2, -0.4, 0.3]
        let target = BoltzmannDistribution(weights: weights, bias: bias)
        let learning = BoltzmannLearning(target: target, weights: weights, bias: bias)
        let divergence = try learning.divergence(
            period: 50, steps: 1_000_000, random: RandomStream(seed: 1, name: "sample"))
        #expect(divergence < 2e-3, "\(divergence)")
        let other = BoltzmannDistribution(weights: weights, bias: [1, 0, 0])
        let far = BoltzmannLearning(target: other, weights: weights, bias: bias)
        #expect(
            try far.divergence(
                period: 50, steps: 100_000, random: RandomStream(seed: 1, name: "sample")) > 0.02)
    }

    @Test func bitsAreTheSameOnAnyNumberOfThreads() throws {
        let engine = try SamplingEngine(network())
        let request = SamplingEngine.Request(
            kernel: SpikeTimingKernel(timeConstant: 8), pairs: [.init(spiking: 0, traced: 1)])
        let records = try [1, 3].map { threads in
            try Parallel.withThreads(threads) {
                try engine.run(
                    replicas: 19, steps: 300, random: RandomStream(seed: 5, name: "threads"),
                    for: request)
            }
        }
        #expect(records[0].sums == records[1].sums)
        #expect(records[0].counts == records[1].counts)
        let other = try engine.run(
            replicas: 19, steps: 300, random: RandomStream(seed: 6, name: "threads"), for: request)
        #expect(other.sums != records[0].sums)
    }

    @Test func refusesWhatItCannotRun() throws {
        let engine = try SamplingEngine(network())
        func run(_ kernel: SpikeTimingKernel) throws {
            _ = try engine.run(
                replicas: 1, steps: 10, random: RandomStream(seed: 5, name: "x"),
                for: .init(kernel: kernel))
        }
        #expect(throws: AlignmentError.self) {
            try run(SpikeTimingKernel(window: .triangular, timeConstant: 30))
        }
        #expect(throws: AlignmentError.self) {
            try run(
                SpikeTimingKernel(window: .triangular, timeConstant: 5, pairing: .within(3)))
        }
        var broken = network()
        broken.synapses[0].weights[3] = .nan
        #expect(throws: AlignmentError.self) { try SamplingEngine(broken) }
        var late = network()
        late.synapses[0].delays = [Int](repeating: 64, count: 20)
        #expect(throws: AlignmentError.self) { try SamplingEngine(late) }
        #expect(engine.resolution < 1e-3)
    }
}

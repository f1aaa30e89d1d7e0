import Foundation
import RanvierAlignment
import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning
import RanvierTensors

/// `sampling`: two layers of stochastic neurons on their own noise, with the sums of pairs of spikes that alignment needs.
///
/// 512 and 512 neurons, τ = 10, weights both ways uniform in ±√(3 / 512), biases 0, 32 replicas for 200 steps; then the 50 × 50
/// alignment layer with 8 replicas for 1250 steps, and the first network at other biases, for time over rate. `Benchmarks/sampling.py`
/// runs the same work in NumPy.
public struct SamplingBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `sampling`.
    public let name = "sampling"
    /// What is done.
    public let summary = "2 x 512 sampling neurons, 32 replicas, 200 steps, with alignment"

    /// A network and how long it runs.
    struct Setting {
        var name: String
        var neurons: Int
        var replicas: Int
        var steps: Int
        var bias = 0.0

        static let published = Setting(
            name: "2 x 512, 32 replicas, 200 steps", neurons: 512, replicas: 32, steps: 200)
        static let layer = Setting(
            name: "50 x 50, 8 replicas, 1250 steps", neurons: 50, replicas: 8, steps: 1250)

        func network() -> SamplingNetwork {
            let bound = (3 / Float(neurons)).squareRoot()
            func draw(_ name: String) -> [Double] {
                RandomStream(seed: 0, name: name).uniform(count: neurons * neurons).map {
                    Double(bound * (2 * $0 - 1))
                }
            }
            let bias = [Double](repeating: bias, count: neurons)
            return SamplingNetwork(
                layers: [bias, bias], forward: [draw("forward")], feedback: [draw("feedback")],
                period: 10)
        }
    }

    /// Runs the networks; `--runs` is the number of timed runs of each, 20 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        let runs = request.runs ?? 20
        var settings = [Setting.published, .layer]
        for bias in [-8.0, -6, -5, -4, -3, -2, -1, 1, 3] {
            var setting = Setting.published
            setting.bias = bias
            setting.name = "bias \(NumberText.significant(bias))"
            settings.append(setting)
        }
        var parts: [BenchResult.Part] = [], first: BenchResult?
        for setting in settings {
            events.progress(.init(fraction: 0, message: "\(name): \(setting.name)"))
            let engine = try SamplingEngine(setting.network())
            var request = SamplingEngine.Request(kernel: SpikeTimingKernel(timeConstant: 10))
            request.pairs = [.init(spiking: 0, traced: 1), .init(spiking: 1, traced: 0)]
            var record: SamplingRecord?
            var number = 0
            let timed = try StepTimer(warmup: 3).time(runs: runs) {
                number += 1
                record = try engine.run(
                    replicas: setting.replicas, steps: setting.steps,
                    random: RandomStream(seed: 0, name: "bench").substream(number), for: request)
            }
            guard let record else { continue }
            var result = BenchResult(
                workload: name, batch: setting.replicas * setting.steps, timed: timed)
            let spikes = Double(record.counts.joined().reduce(0, +))
            let occupancy =
                10 * spikes / Double(2 * setting.neurons * setting.replicas * setting.steps)
            let peak = MachinePeak.vectorOperationsPerSecond(.float32)
            let operations = Self.operations(spikes: spikes, neurons: setting.neurons)
            if first == nil {
                result.precision = "int16, float32"
                result.floor = .init(
                    operationsPerStep: operations, peakOperationsPerSecond: peak,
                    cpuSecondsPerStep: operations / peak)
                first = result
            }
            parts.append(
                .init(
                    name: "\(setting.name), occupancy \(NumberText.significant(occupancy))",
                    medianSeconds: result.medianSeconds,
                    cpuSecondsPerStep: timed.cpuSecondsPerStep,
                    ratio: first.map { result.medianSeconds / $0.medianSeconds }))
            parts.append(
                .init(
                    name: "\(setting.name), floor of additions", medianSeconds: operations / peak,
                    cpuSecondsPerStep: operations / peak, ratio: nil))
        }
        guard var result = first else { preconditionFailure("nothing was timed") }
        result.parts = parts
        return result
    }

    /// Vector operations at least: for each spike a row of 16-bit weights is added and taken away, 32 in a vector, and a row of
    /// traces, 16 in a vector, is added to the sums.
    private static func operations(spikes: Double, neurons: Int) -> Double {
        spikes * Double(2 * ((neurons + 31) / 32) + (neurons + 15) / 16)
    }
}

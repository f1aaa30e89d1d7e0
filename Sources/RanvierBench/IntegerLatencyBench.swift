import RanvierAnalysis
import RanvierCompression
import RanvierDeployment
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// `integer-latency`: one sample at a time through the network of `W6` in whole numbers, beside the same network in floating point.
///
/// 700-256-256-20 neurons, 100 steps, 1 % of the inputs firing; weights are those of `W6`, rounded. Settings are dense weights of
/// 8 bits, 8 bits with nine of ten weights gone, ternary and binary weights. Ratios are to the dense float network.
public struct IntegerLatencyBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `integer-latency`.
    public let name = "integer-latency"
    /// What is done.
    public let summary = "one sample through the network of W6 in integers, beside floats"

    /// Weights of a setting.
    private enum Weights: String, CaseIterable {
        case eight = "int8 dense"
        case sparse = "int8, 10 % left"
        case ternary
        case binary

        var bits: Int {
            switch self {
            case .eight, .sparse: 8
            case .ternary: 2
            case .binary: 1
            }
        }
    }

    /// Runs samples; `--runs` is the number of timed ones of each setting, 2000 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        let runs = request.runs ?? 2000
        let samples = (0..<64).map { index in
            BenchData.events(
                shape: [100, 1, 700], density: request.density ?? 0.01, name: "W6/\(index)")
        }
        var parts: [BenchResult.Part] = []
        func time(
            _ name: String, _ show: (Int) -> Void
        ) -> (seconds: [Double], cpuSecondsPerStep: Double) {
            events.progress(.init(fraction: 0, message: "\(self.name): \(name)"))
            var count = 0
            let timed = StepTimer(warmup: 64).time(runs: runs) {
                count += 1
                show(count % samples.count)
            }
            let result = BenchResult(workload: self.name, batch: 1, timed: timed)
            parts.append(
                .init(
                    name: name, medianSeconds: result.medianSeconds,
                    cpuSecondsPerStep: timed.cpuSecondsPerStep,
                    ratio: parts.first.map { result.medianSeconds / $0.medianSeconds }))
            return timed
        }
        let dense = try Self.network(), masked = try Self.network()
        try MaskedNetworks.mask(masked, .weights, density: 0.1)
        _ = time("float dense") { _ = dense(samples[$0]) }
        _ = time("float, 10 % left") { _ = masked(samples[$0]) }
        var first: BenchResult?
        for weights in Weights.allCases {
            let network = try Self.integers(weights == .sparse ? masked : dense, weights)
            let engine = IntegerEngine(network, countsAdditions: false)
            let packed = samples.map { Self.packed($0) }
            var run = engine.start()
            let timed = time(weights.rawValue) {
                run.restart()
                run.show(packed: packed[$0])
            }
            let counted = IntegerEngine(network)
            var additions = counted.start()
            additions.show(packed: packed[0])
            let operations = Self.operations(
                [0, 2, 4].reduce(0) { $0 + additions.counts(of: $1).additions })
            let peak = MachinePeak.vectorOperationsPerSecond(.float32)
            if first == nil {
                var result = BenchResult(workload: name, batch: 1, timed: timed)
                result.precision = "int8"
                result.floor = .init(
                    operationsPerStep: operations, peakOperationsPerSecond: peak,
                    cpuSecondsPerStep: operations / peak)
                first = result
            }
            parts.append(
                .init(
                    name: "\(weights.rawValue), floor of additions",
                    medianSeconds: operations / peak, cpuSecondsPerStep: operations / peak,
                    ratio: nil))
            guard weights == .binary else { continue }
            let words = Self.wordOperations
            parts.append(
                .init(
                    name: "binary, floor of words", medianSeconds: words / peak,
                    cpuSecondsPerStep: words / peak, ratio: nil))
            var counting = IntegerEngine(network, choice: .planes, countsAdditions: false).start()
            _ = time("binary, bits counted") {
                counting.restart()
                counting.show(packed: packed[$0])
            }
        }
        guard var result = first else { preconditionFailure("no weights were timed") }
        result.parts = parts
        return result
    }

    private static func network() throws -> Network {
        try Network(inputShape: [700]) {
            Linear(700, 256, gain: 4)
            LIF.workload(leak: 0.95)
            Linear(256, 256, gain: 3)
            LIF.workload(leak: 0.95)
            Linear(256, 20)
            LeakyIntegrator(leak: .factor(0.95))
        }
    }

    // MARK: - Floors

    /// Vector operations (64 bytes) at least: additions of weights in bytes, and for neurons the same as in `W6`, 3 each, at two
    /// bytes.
    private static func operations(_ additions: Int) -> Double {
        Double(additions) / 64 + 3 * Double(100 * 532) / 32
    }

    /// Vector operations (eight words) at least where bits are counted: an AND, a count and an addition for each word of weights
    /// at each step, and the neurons.
    private static var wordOperations: Double {
        let words = 256 * 11 + 256 * 4 + 20 * 4
        return 3 * Double(100 * words) / 8 + 3 * Double(100 * 532) / 32
    }

    // MARK: - Integers

    /// The network with rounded weights; thresholds are 1 over the scale. Leaks are products with 12 bits.
    private static func integers(_ network: Network, _ weights: Weights) throws -> IntegerNetwork {
        var stages: [IntegerStage] = []
        let parameters = network.prunableParameters
        for (index, parameter) in parameters.enumerated() {
            let (codes, scale) = codes(parameter.seen, weights)
            let shape = parameter.shape, name = "linear\(index + 1)"
            let mask: [Bool]? = weights == .sparse ? codes.map { $0 != 0 } : nil
            stages.append(
                .synapses(
                    try IntegerSynapses(
                        name: name, geometry: .dense(inputs: shape[0], outputs: shape[1]),
                        weights: IntegerWeights(
                            shape: shape, codes: codes, mask: mask, bits: weights.bits,
                            layer: name))))
            let isLast = index == parameters.count - 1
            let threshold = Int32(max((1 / scale).rounded(), 1))
            stages.append(
                .neurons(
                    try IntegerNeurons(
                        name: "\(name)-neurons", shape: [shape[1]],
                        thresholds: isLast
                            ? nil : [Int32](repeating: threshold, count: shape[1]),
                        leak: .multiply(205), reset: .softDelayed, comparison: .above,
                        stateBits: isLast ? 32 : 16)))
        }
        return try IntegerNetwork(
            input: IntegerInput(
                rowShape: [700], rows: 100, levels: 1, range: 0...1, encoding: .spikes),
            stages: stages, readout: IntegerReadout(.lastMembrane))
    }

    private static func codes(_ tensor: Tensor, _ weights: Weights) -> ([Int8], scale: Float) {
        let values = tensor.scalars
        let mean = values.reduce(0) { $0 + abs($1) } / Float(max(values.count, 1))
        switch weights {
        case .eight, .sparse:
            let scale = (values.map { abs($0) }.max() ?? 1) / 127
            return (values.map { Int8(($0 / scale).rounded()) }, scale)
        case .ternary:
            let kept = values.filter { abs($0) > 0.7 * mean }
            let scale = kept.reduce(0) { $0 + abs($1) } / Float(max(kept.count, 1))
            return (values.map { abs($0) > 0.7 * mean ? ($0 > 0 ? 1 : -1) : 0 }, scale)
        case .binary: return (values.map { $0 < 0 ? -1 : 1 }, mean)
        }
    }

    private static func packed(_ sample: Tensor) -> [UInt64] {
        let values = sample.dense.scalars, width = 700, words = 11
        var packed = [UInt64](repeating: 0, count: 100 * words)
        for (index, value) in values.enumerated() where value != 0 {
            packed[index / width * words + index % width / 64] |= 1 << UInt64(index % width % 64)
        }
        return packed
    }
}

/// Thresholds of a layer that follow how often its neurons fire, without labels: homeostasis.
///
/// After each sample, `a` the spikes of neuron `i` in it, at most 255, and `A` the mean that calibration found, in sixteenths:
///
///     r ← r + ((16 a − r) >> rateShift)                    16 times the running count; A at first
///     k ← min(k + 1,  limit)  where r > A + max(A >> 1, 8)
///     k ← max(k − 1, −limit)  where r < A − max(A >> 1, 8)
///     θ' = clip(θ + k step, 1, largest membrane)
///
/// A neuron that fires half as often again as it did, or half as often, is moved by one step a sample, until it does not.
public struct ThresholdAdaptation: Sendable, Hashable {
    /// Name of the layer of neurons.
    public let layer: String
    /// A of each neuron, 16 times its mean count.
    public let targets: [Int32]
    /// What a step moves a threshold by.
    public let step: Int32
    /// Steps at most, 1 to 127.
    public let limit: Int32
    /// The running count reaches over `2^rateShift` samples.
    public let rateShift: Int

    struct Memory: Sendable, Hashable {
        var running: [Int32]
        var steps: [Int32]
    }

    /// Adaptation to the counts of some samples.
    ///
    /// - Parameters:
    ///   - layer: name of a layer of neurons that spike.
    ///   - step: nil for a 32nd of the largest threshold, at least 1.
    /// - Throws: ``IntegerNetworkError`` for another layer, no samples, and numbers out of range.
    public init(
        layer: String, of network: IntegerNetwork, calibratedOn samples: [[Int32]],
        step: Int32? = nil, limit: Int32 = 16, rateShift: Int = 5
    ) throws(IntegerNetworkError) {
        guard
            let index = network.stages.firstIndex(where: { $0.name == layer }),
            case .neurons(let neurons) = network.stages[index],
            let thresholds = neurons.thresholds, !neurons.givesMembrane
        else {
            throw .layer(
                name: layer, what: "moving thresholds", expected: "neurons that hand on spikes",
                found: "something else")
        }
        guard !samples.isEmpty else {
            throw .interface(
                what: "samples of a calibration", expected: "at least one", found: "none")
        }
        let counts = IntegerEngine(network, countsAdditions: false).map(samples) { run, sample in
            run.spikeCounts(of: index, sample: sample)
        }
        let targets = (0..<neurons.count).map { neuron in
            let sum = counts.reduce(0) { $0 + min(Int($1[neuron]), 255) }
            return Int32((16 * Double(sum) / Double(samples.count)).rounded())
        }
        try self.init(
            layer: layer, targets: targets, step: step ?? max((thresholds.max() ?? 1) / 32, 1),
            limit: limit, rateShift: rateShift)
    }

    /// Adaptation to known counts.
    ///
    /// - Throws: ``IntegerNetworkError`` for numbers out of range.
    public init(
        layer: String, targets: [Int32], step: Int32, limit: Int32 = 16, rateShift: Int = 5
    ) throws(IntegerNetworkError) {
        guard step > 0, (1...127).contains(limit), (0...10).contains(rateShift),
            targets.allSatisfy({ (0...4080).contains($0) })
        else {
            throw .layer(
                name: layer, what: "moving thresholds",
                expected:
                    "a step of at least 1, 1 to 127 steps, a rate of 0 to 10 shifts, counts of 0 to 255",
                found: "\(step), \(limit), \(rateShift), \(targets.max() ?? 0) sixteenths")
        }
        self.layer = layer
        self.targets = targets
        self.step = step
        self.limit = limit
        self.rateShift = rateShift
    }

    /// Bytes of RAM, counts aside.
    var bytes: Int { 3 * targets.count }

    var start: Memory {
        Memory(running: targets, steps: [Int32](repeating: 0, count: targets.count))
    }

    /// Takes over how often neurons fired in a sample.
    func note(_ counts: [Int32], in memory: inout Memory) {
        for (index, count) in counts.enumerated() {
            let target = targets[index], room = max(target >> 1, 8)
            memory.running[index] += (16 * count - memory.running[index]) >> Int32(rateShift)
            if memory.running[index] > target + room {
                memory.steps[index] = min(memory.steps[index] + 1, limit)
            } else if memory.running[index] < target - room {
                memory.steps[index] = max(memory.steps[index] - 1, -limit)
            }
        }
    }

    /// The threshold of a neuron, from its own of the network.
    func threshold(_ own: Int32, _ neuron: Int, _ memory: Memory) -> Int32 {
        max(own + memory.steps[neuron] * step, 1)
    }
}

extension IntegerEngineRun {
    /// Spikes of each neuron of a stage in a sample.
    mutating func spikeCounts(of stage: Int, sample: [Int32]) -> [Int32] {
        let input = engine.network.input, width = input.rowCount
        var counts: [Int32] = []
        for row in 0..<input.rows {
            show(Array(sample[row * width..<(row + 1) * width])) { index, step in
                guard index == stage else { return }
                if counts.isEmpty { counts = [Int32](repeating: 0, count: step.output.count) }
                for (neuron, spike) in step.output.enumerated() { counts[neuron] += spike }
            }
        }
        return counts
    }
}

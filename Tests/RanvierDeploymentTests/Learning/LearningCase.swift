import RanvierDeployment
import RanvierSpikes
import RanvierTestSupport

/// Six classes of patterns of 24 numbers, and a network whose first layer is drawn by chance and whose last one has learned by the
/// device's own rule.
struct LearningCase {
    let network: IntegerNetwork
    let samples: [[Int32]]
    let labels: [Int]
    static let inputs = 24, hidden = 40, outputs = 6, steps = 8

    init(seed: UInt64, count: Int, learned: Bool = true) throws {
        var numbers = SeededNumbers(seed: seed)
        let patterns = (0..<Self.outputs).map { _ in
            (0..<Self.inputs).map { _ in Int.random(in: 20...140, using: &numbers) }
        }
        var samples: [[Int32]] = [], labels: [Int] = []
        for _ in 0..<count {
            let label = Int.random(in: 0..<Self.outputs, using: &numbers)
            labels.append(label)
            samples.append(
                patterns[label].map {
                    Int32(max(0, $0 + Int.random(in: -25...25, using: &numbers)))
                })
        }
        let first = (0..<Self.inputs * Self.hidden).map { _ in
            Int8.random(in: -40...45, using: &numbers)
        }
        var last = [Int8](repeating: 0, count: Self.hidden * Self.outputs)
        last[0] = 1
        var network = try Self.network(first, last)
        if learned {
            let rule = try LastLayerLearning(bits: 8, rateShift: 2, margin: 60)
            var run = try DeviceLearning(of: network, lastLayer: rule).start()
            for (sample, label) in zip(samples, labels).prefix(90) {
                run.show(sample)
                run.teach(label: label)
            }
            last = zip(last, run.deltas).map { Int8(clamping: Int32($0) + $1) }
            network = try Self.network(first, last.map { max($0, -127) })
        }
        (self.network, self.samples, self.labels) = (network, samples, labels)
    }

    static func network(_ first: [Int8], _ last: [Int8]) throws -> IntegerNetwork {
        try IntegerNetwork(
            input: IntegerInput(
                rowShape: [inputs], rows: 1, levels: 255, range: 0...255,
                encoding: .numbers(steps: steps)),
            stages: [
                .synapses(
                    IntegerSynapses(
                        name: "first", geometry: .dense(inputs: inputs, outputs: hidden),
                        weights: IntegerWeights(
                            shape: [inputs, hidden], codes: first, bits: 8, layer: "first"))),
                .neurons(
                    IntegerNeurons(
                        name: "hidden", shape: [hidden],
                        thresholds: (0..<hidden).map { Int32(15_000 + 10 * $0) })),
                .synapses(
                    IntegerSynapses(
                        name: "last", geometry: .dense(inputs: hidden, outputs: outputs),
                        weights: IntegerWeights(
                            shape: [hidden, outputs], codes: last, bits: 8, layer: "last"))),
            ], readout: IntegerReadout(.summedMembrane))
    }

    /// The sensor with a gain, in hundredths, and an offset.
    func drifted(gain: Int32, offset: Int32) -> [[Int32]] {
        samples.map { $0.map { min(max($0 * gain / 100 + offset, 0), 255) } }
    }

    /// Of answers to the last samples.
    func accuracy(_ answers: [Int]) -> Double {
        let right = zip(answers, labels.suffix(answers.count)).count { $0 == $1 }
        return Double(right) / Double(answers.count)
    }
}

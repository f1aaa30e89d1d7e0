/// Samples that a generated program is tested with, and what the plain run says of them.
struct GoldenSamples {
    /// Numbers within the range of the input, `rows · values` each.
    let samples: [[Int32]]
    /// Scores of each.
    let scores: [[Int32]]
    /// Additions of weights in a sample, on average over the samples, of each stage.
    let additions: [Double]
    /// How often what reaches each stage is not 0.
    let rates: [Double]

    init(_ network: IntegerNetwork, given: [[Int32]]) {
        let range = network.input.range
        let samples =
            given.isEmpty
            ? Self.made(network, count: 4)
            : given.map { $0.map { min(max($0, range.lowerBound), range.upperBound) } }
        var additions = [Double](repeating: 0, count: network.stages.count)
        var spikes = [Double](repeating: 0, count: network.stages.count)
        let width = network.input.rowCount
        scores = samples.map { sample in
            var run = network.start()
            for row in 0..<network.input.rows {
                run.show(Array(sample[row * width..<(row + 1) * width])) {
                    additions[$0] += Double($1.additions)
                    spikes[$0] += Double($1.output.count { $0 != 0 })
                }
            }
            return run.scores
        }
        self.samples = samples
        let steps = Double(samples.count * network.input.steps)
        rates = network.stages.indices.map { index in
            guard index > 0 else { return 1 }
            return spikes[index - 1] / steps / Double(network.stages[index].inputShape.reduce(1, *))
        }
        self.additions = additions.map { $0 / Double(samples.count) }
    }

    /// Numbers of a fixed sequence, half of them 0.
    private static func made(_ network: IntegerNetwork, count: Int) -> [[Int32]] {
        let range = network.input.range
        let span = UInt32(Int(range.upperBound) - Int(range.lowerBound) + 1)
        var state: UInt32 = 1
        return (0..<count).map { _ in
            (0..<network.input.rowCount * network.input.rows).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                guard state >> 31 == 0 else { return 0 }
                return Int32(Int(range.lowerBound) + Int((state >> 8) % span))
            }
        }
    }
}

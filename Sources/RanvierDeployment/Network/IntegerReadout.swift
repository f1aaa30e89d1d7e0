import RanvierSpikes

/// How scores are read from what the last layer puts out over time.
public struct IntegerReadout: Sendable, Hashable {
    /// What is read: counts, first spikes, sums, the largest or the last; means are sums.
    public let decoder: SpikeDecoder
    /// Added once to each score; nil for nothing.
    public let offsets: [Int32]?
    /// What one unit of a step's output stands for.
    public let scale: Double

    /// A read-out.
    public init(_ decoder: SpikeDecoder, offsets: [Int32]? = nil, scale: Double = 1) {
        self.decoder = decoder
        self.offsets = offsets.flatMap { $0.allSatisfy { $0 == 0 } ? nil : $0 }
        self.scale = scale
    }

    /// Scores before the first step.
    func initialScores(outputs: Int, steps: Int) -> [Int32] {
        switch decoder {
        case .spikeCount, .meanMembrane, .summedMembrane:
            offsets ?? [Int32](repeating: 0, count: outputs)
        case .maximumMembrane: [Int32](repeating: .min, count: outputs)
        case .lastMembrane: [Int32](repeating: 0, count: outputs)
        case .firstSpike: [Int32](repeating: Int32(-steps), count: outputs)
        }
    }

    /// Takes over what a step put out.
    func note(_ output: [Int32], step: Int, of steps: Int, in scores: inout [Int32]) {
        for index in scores.indices {
            switch decoder {
            case .spikeCount, .meanMembrane, .summedMembrane: scores[index] += output[index]
            case .maximumMembrane: scores[index] = max(scores[index], output[index])
            case .lastMembrane: scores[index] = output[index]
            case .firstSpike:
                if output[index] != 0 && scores[index] == Int32(-steps) {
                    scores[index] = Int32(-step)
                }
            }
        }
    }
}

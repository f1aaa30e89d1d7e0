import RanvierTensors

/// What the kernels of all-to-all synapses cost on a processor, in vector operations or what takes as long.
struct IntegerCost {
    let level: Processor.Level
    let weights: IntegerWeights
    /// Columns of a row, padding included.
    let padded: Int

    private var bytes: Double {
        switch level {
        case .v4: 64
        case .v3: 32
        case .baseline, .other: 16
        }
    }

    /// A spike's row: bytes are widened and added, small codes only after as many as a byte holds.
    var row: Double {
        let largest = max(weights.codes.map { abs(Int($0)) }.max() ?? 1, 1)
        let group = Double(127 / largest)
        let widening = 4 * Double(padded) / bytes
        return group < 2 ? widening : Double(padded) / bytes + widening / group
    }

    /// A spike's list: an addition in memory for each weight, and its beginning.
    var list: Double {
        3 + 1.5 * Double(weights.additions) / Double(max(weights.codes.count / weights.outputs, 1))
    }

    /// All planes of a step.
    func planes(words: Int, planes: Int) -> Double {
        // Bits are counted by one instruction with AVX-512, by a dozen without.
        let operations = level == .v4 ? 3.0 : 14
        return operations * Double(words * planes * padded) / (bytes / 8)
    }
}

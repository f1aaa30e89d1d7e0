/// What an encoding keeps from one row to the next.
struct IntegerRowEncoder: Sendable {
    let input: IntegerInput
    /// The row before, or the level told last; nil before the first row.
    private var reference: [Int32]?

    init(_ input: IntegerInput) {
        self.input = input
        let first: Int32? =
            switch input.encoding {
            case .delta(_, let first), .levelCrossing(_, _, let first): first
            case .numbers, .spikes, .latency, .rate: nil
            }
        reference = first.map { [Int32](repeating: $0, count: input.rowCount) }
    }

    /// The steps of a row.
    mutating func shown(_ row: [Int32]) -> [[Int32]] {
        let row = row.map { min(max($0, input.range.lowerBound), input.range.upperBound) }
        switch input.encoding {
        case .numbers(let steps): return Array(repeating: row, count: steps)
        case .spikes: return [row]
        case .latency(let cuts):
            return cuts.indices.map { step in
                row.map { value in
                    cuts[step] <= value && (step == 0 || cuts[step - 1] > value) ? 1 : 0
                }
            }
        case .rate(let steps, let seed):
            let largest = UInt32(input.range.upperBound)
            return (0..<steps).map { step in
                row.indices.map { index in
                    let place = UInt32(truncatingIfNeeded: step * row.count + index)
                    let draw = IntegerInput.mixed(seed &+ place &* 0x9E37_79B9) >> 16
                    return largest * draw < UInt32(row[index]) << 16 ? 1 : 0
                }
            }
        case .delta(let threshold, _):
            let before = reference ?? row
            reference = row
            return [
                events(
                    zip(row, before).map { value, old in
                        let change = value - old
                        return change >= threshold ? 1 : change <= -threshold ? -1 : 0
                    })
            ]
        case .levelCrossing(let distance, let most, _):
            var told = reference ?? row
            let counts = row.indices.map { index -> Int32 in
                let change = row[index] - told[index]
                let count = max(-Int32(most), min(Int32(most), change / distance))
                told[index] += count * distance
                return count
            }
            reference = told
            return [events(counts)]
        }
    }

    /// Rises, then falls, along the last axis.
    private func events(_ counts: [Int32]) -> [Int32] {
        let channels = input.rowShape[input.rowShape.count - 1]
        var shown = [Int32](repeating: 0, count: 2 * counts.count)
        for (index, count) in counts.enumerated() where count != 0 {
            let group = index / channels * 2 + (count > 0 ? 0 : 1)
            shown[group * channels + index % channels] = abs(count)
        }
        return shown
    }
}

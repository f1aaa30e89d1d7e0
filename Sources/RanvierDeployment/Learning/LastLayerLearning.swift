/// Deltas to the weights of the last layer, learned from samples whose label is known: the delta rule in whole numbers.
///
/// `a` is how often each neuron before the last layer fired in the sample, at most 255; `S` are the scores, `y` the label and `b` the
/// best of the other outputs, the first of equal ones. Where `S_y − S_b` is below 0 or below the margin:
///
///     d[i, y] ← min(d[i, y] + (a_i >> rateShift),  L)       for all i
///     d[i, b] ← max(d[i, b] − (a_i >> rateShift), −L)       L = 127 with 8 bits, 7 with 4
///
/// At every step a spike of i adds `d[i, o] 2^unitShift` to the sums of the last layer, beside its weight.
///
/// Source: the perceptron with a margin (Krauth & Mézard 1987), on counts of spikes.
public struct LastLayerLearning: Sendable, Hashable {
    /// Bits of a delta, 8 or 4: two to a byte, the lower half first.
    public let bits: Int
    /// Learning rate: counts are divided by `2^rateShift`.
    public let rateShift: Int
    /// What one of a delta counts in the sums, `2^unitShift`; nil for one of a weight's code.
    public let unitShift: Int?
    /// By how much the score of the label must lead; a sample that leads by less teaches.
    public let margin: Int32

    /// A rule; the usual one has deltas of 4 bits, which count as a weight's code.
    ///
    /// - Throws: ``IntegerNetworkError`` for numbers out of range.
    public init(
        bits: Int = 4, rateShift: Int = 2, unitShift: Int? = nil, margin: Int32 = 1
    ) throws(IntegerNetworkError) {
        guard bits == 8 || bits == 4 else {
            throw .interface(what: "bits of a delta", expected: "8 or 4", found: "\(bits)")
        }
        guard (0...7).contains(rateShift), (0...15).contains(unitShift ?? 0), margin >= 0 else {
            throw .interface(
                what: "learning of the last layer",
                expected: "rates of 0 to 7 shifts, units of 0 to 15, a margin of at least 0",
                found: "\(rateShift), \(unitShift ?? 0), \(margin)")
        }
        self.bits = bits
        self.rateShift = rateShift
        self.unitShift = unitShift
        self.margin = margin
    }

    /// L.
    public var largest: Int32 { bits == 8 ? 127 : 7 }

    /// Bytes of RAM: deltas and counts.
    func bytes(inputs: Int, outputs: Int) -> Int { (inputs * outputs * bits + 7) / 8 + inputs }

    /// Learns from a sample. `deltas` are `[inputs, outputs]`.
    ///
    /// - Returns: whether it taught anything.
    func learn(
        _ label: Int, scores: [Int32], counts: [Int32], deltas: inout [Int32]
    ) -> Bool {
        guard let best = bestOther(than: label, scores) else { return false }
        let lead = Int64(scores[label]) - Int64(scores[best])
        guard lead < 0 || lead < Int64(margin) else { return false }
        for (input, count) in counts.enumerated() {
            let change = count >> Int32(rateShift), row = input * scores.count
            deltas[row + label] = min(deltas[row + label] + change, largest)
            deltas[row + best] = max(deltas[row + best] - change, -largest)
        }
        return true
    }

    private func bestOther(than label: Int, _ scores: [Int32]) -> Int? {
        scores.indices.filter { $0 != label }.reduce(nil) { best, index in
            guard let best else { return index }
            return scores[index] > scores[best] ? index : best
        }
    }
}

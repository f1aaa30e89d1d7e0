import RanvierTensors

/// How evenly the connections of output channels fill processing elements that work in step.
///
///     utilisation = 1 − (mx − av)/mx · n/(n − 1)
///
/// In a group of n channels mx is the largest number of living weights and av the mean, rounded up; a group takes mx cycles, of which
/// Σ (mx − load) are wasted. Source: Yin et al. 2024 (u-Ticket), n = 16 there.
public struct LoadBalance: Sendable, Hashable {
    /// One group of channels.
    public struct Group: Sendable, Hashable {
        /// Living weights of each channel.
        public var loads: [Int]
        /// Mean load, rounded up.
        public var average: Int
        /// 1 where all have the same.
        public var utilization: Double
        /// Element cycles without work.
        public var wasted: Int
        /// Cycles.
        public var cycles: Int
    }

    /// Processing elements n.
    public var elements: Int

    /// So many elements.
    public init(elements: Int = 16) {
        precondition(elements > 1, "one element is always in balance")
        self.elements = elements
    }

    /// The groups of a layer's channels, in order; a last group may be smaller.
    public func groups(of loads: [Int]) -> [Group] {
        stride(from: 0, to: loads.count, by: elements).map { start in
            let own = Array(loads[start..<min(start + elements, loads.count)])
            let largest = own.max() ?? 0, n = own.count
            let average = (own.reduce(0, +) + n - 1) / n
            let uneven =
                largest > 0 && n > 1
                ? Double(largest - average) / Double(largest) * Double(n) / Double(n - 1) : 0
            return Group(
                loads: own, average: average, utilization: 1 - uneven,
                wasted: own.reduce(0) { $0 + largest - $1 }, cycles: largest)
        }
    }

    /// Living weights of each output.
    public func loads(of layer: PruningLayer) -> [Int] {
        let alive = layer.alive?.scalars
        var loads = [Int](repeating: 0, count: layer.layout.outputs)
        for (index, output) in layer.layout.map({ output, _, _ in output }).enumerated()
        where alive?[index] != 0 {
            loads[output] += 1
        }
        return loads
    }

    /// A mask in which all channels of a group have the group's mean load, rounded up: those above lose their smallest scores, those
    /// below get back the largest of what they lost.
    ///
    /// - Parameter scores: of the weights' shape: sizes of weights, or random numbers for a choice by chance.
    public func balanced(_ layer: PruningLayer, scores: Tensor) -> Tensor {
        let layout = layer.layout, scores = scores.scalars
        let alive = layer.alive?.scalars
        var mask = [Float](repeating: 0, count: scores.count)
        let groups = groups(of: loads(of: layer))
        for output in 0..<layout.outputs {
            let wanted = groups[output / elements].average
            // Living ones first, then those that could come back, each by size.
            let order = (0..<layout.columns).map { layout.index(row: output, column: $0) }
                .enumerated().sorted { a, b in
                    let lives = (alive?[a.element] != 0, alive?[b.element] != 0)
                    if lives.0 != lives.1 { return lives.0 }
                    return (-abs(scores[a.element]), a.offset) < (-abs(scores[b.element]), b.offset)
                }
            for place in order.prefix(wanted) { mask[place.element] = 1 }
        }
        return Tensor(mask, shape: layer.weights.shape)
    }
}

import RanvierTensors

/// Keeps n of each m consecutive weights of a row: 2 of 4, as sparse tensor units take them.
///
/// Groups run along the columns of ``WeightLayout``; a last group that is smaller keeps as large a share, rounded up. Of equal
/// scores the one with the smaller column stays. Metadata: ⌈log2 m⌉ bits for each weight kept. Source: Mishra et al. 2021.
public struct NOfM: Sendable, Hashable {
    /// Weights kept of a group.
    public var kept: Int
    /// Weights of a group.
    public var group: Int

    /// n of m.
    public init(_ kept: Int, of group: Int) {
        precondition(kept > 0 && kept <= group, "\(kept) of \(group) cannot be kept")
        self.kept = kept
        self.group = group
    }

    /// Bits that say which weights of a group were kept.
    public var metadataBits: Int { Int.bitWidth - (group - 1).leadingZeroBitCount }

    /// The mask of a layer by scores of its weights.
    public func mask(of layer: PruningLayer, scores: Tensor) -> Tensor {
        let scores = scores.scalars, alive = layer.alive?.scalars, layout = layer.layout
        var mask = [Float](repeating: 0, count: scores.count)
        for row in 0..<layout.outputs {
            for start in stride(from: 0, to: layout.columns, by: group) {
                let columns = start..<min(start + group, layout.columns)
                let count = (kept * columns.count + group - 1) / group
                let places = columns.map { layout.index(row: row, column: $0) }
                    .filter { alive?[$0] != 0 }
                let order = places.enumerated().sorted {
                    (-abs(scores[$0.element]), $0.offset) < (-abs(scores[$1.element]), $1.offset)
                }
                for place in order.prefix(count) { mask[place.element] = 1 }
            }
        }
        return Tensor(mask, shape: layer.weights.shape)
    }
}

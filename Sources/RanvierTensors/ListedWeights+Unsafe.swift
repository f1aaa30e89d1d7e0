import CRanvierKernels

/// The weights of a matrix that are not zero, row by row, one by one or in groups of four outputs: what spikes add where a mask
/// leaves few.
///
/// An entry costs about what a vector of a whole row does, whether it is one weight or four. By measured crossovers, single
/// weights pay up to 2 % of the matrix and groups up to 8 %; where the matrix does not fit into the second cache, whose
/// vectors come slowly, 6 % and 20 %.
struct ListedWeights: Sendable {
    /// Outputs of an entry: 1 or 4.
    let width: Int
    private let starts: [UInt32]
    private let places: [UInt32]
    private let values: [Float]

    /// The list of weights of which a mask leaves so few that it pays; nil where it does not. It is kept with the numbers until
    /// they change.
    static func list(of weights: Tensor, _ living: LivingWeights?) -> ListedWeights? {
        guard let living, weights.shape[1] > 16, let width = living.listWidth(of: weights) else {
            return nil
        }
        return weights.denseBuffer.listed { ListedWeights(weights, width: width) }
    }

    private init(_ weights: Tensor, width: Int) {
        let rows = weights.shape[0], columns = weights.shape[1]
        let buffer = weights.denseBuffer
        var starts: [UInt32] = [0], places: [UInt32] = [], values: [Float] = []
        var place = [UInt32](repeating: 0, count: columns)
        var value = [Float](repeating: 0, count: columns + 3)
        for row in 0..<rows {
            let from = buffer.pointer + row * columns
            let found =
                width == 4
                ? rnv_list_groups(from, columns, &place, &value)
                : rnv_sparse_list(from, columns, &place, &value)
            places += place.prefix(found)
            values += value.prefix(found * width)
            starts.append(UInt32(places.count))
        }
        withExtendedLifetime(buffer) {}
        self.width = width
        self.starts = starts
        self.places = places
        self.values = values
    }

    /// Calls `body` with the lists.
    func withLists(_ body: (rnv_sparse_rows_t) -> Void) {
        starts.withUnsafeBufferPointer { starts in
            places.withUnsafeBufferPointer { places in
                values.withUnsafeBufferPointer { values in
                    body(
                        rnv_sparse_rows_t(
                            starts: starts.baseAddress, places: places.baseAddress,
                            values: values.baseAddress))
                }
            }
        }
    }
}

extension LivingWeights {
    /// How wide the entries of a list are that is faster than the matrix; nil where none is.
    fileprivate func listWidth(of weights: Tensor) -> Int? {
        let isLarge = weights.count * MemoryLayout<Float>.size > 3 << 19
        let single = density / (isLarge ? 0.06 : 0.02)
        let grouped = groupDensity / (isLarge ? 0.2 : 0.08)
        guard min(single, grouped) <= 1 else { return nil }
        return grouped < single ? 4 : 1
    }
}

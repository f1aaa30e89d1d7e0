import CRanvierKernels

/// The numbers of a matrix that are not zero, row by row: what products with images of empty background are made of.
struct SparseRows {
    private let columns: Int
    private let starts: [UInt32]
    private let places: [UInt32]
    private let values: [Float]

    private var rows: Int { starts.count - 1 }

    /// Lists the numbers of `[rows, columns]`.
    ///
    /// - Parameter share: how many of the numbers at most; where there are more, the result is nil.
    init?(_ matrix: Tensor, atMost share: Double) {
        let rows = matrix.shape[0], columns = matrix.shape[1]
        let most = Int(share * Double(matrix.count))
        var starts: [UInt32] = [0]
        var places = [UInt32](repeating: 0, count: most + columns)
        var values = [Float](repeating: 0, count: most + columns)
        let source = matrix.denseBuffer
        defer { withExtendedLifetime(source) {} }
        var count = 0
        for row in 0..<rows {
            count += places.withUnsafeMutableBufferPointer { place in
                values.withUnsafeMutableBufferPointer { value in
                    guard let to = place.baseAddress, let numbers = value.baseAddress else {
                        return 0
                    }
                    return rnv_sparse_list(
                        source.pointer + row * columns, columns, to + count, numbers + count)
                }
            }
            // A few rows tell most matrices apart.
            guard count <= most, row != 7 || count <= Int(2 * share * Double(8 * columns)) else {
                return nil
            }
            starts.append(UInt32(count))
        }
        self.columns = columns
        self.starts = starts
        self.places = places
        self.values = values
    }

    /// Rows that are multiplied with a matrix of so many columns; nil where a dense product is taken to be faster: a vector
    /// of a listed number waits for the second cache, some four times as long as one of a dense product takes.
    ///
    /// A single row is always listed: oneDNN would add it in another order than a batch.
    init?(forProductOf rows: Tensor, outputs: Int, isTraining: Bool) {
        if rows.shape[0] == 1, rows.count > 0 {
            self.init(rows, atMost: 1)
            return
        }
        guard rows.shape[0] >= 16, rows.shape[1] >= 64, outputs >= 64 else { return nil }
        let hasTiles = isTraining && TiledWeights.hasUnits && rows.shape[0] >= 512
        self.init(rows, atMost: hasTiles ? 0.1 : 0.2)
    }

    /// Rows whose columns are multiplied with a gradient of so many columns, whose part must stay in the cache; nil where
    /// a dense product is taken to be faster.
    init?(forGradientOf rows: Tensor, outputs: Int) {
        guard rows.shape[0] >= 16, rows.shape[0] <= 2048, rows.shape[1] >= 64, outputs >= 64
        else { return nil }
        self.init(rows, atMost: TiledWeights.hasUnits ? 0.15 : 0.2)
    }

    private init(columns: Int, starts: [UInt32], places: [UInt32], values: [Float]) {
        self.columns = columns
        self.starts = starts
        self.places = places
        self.values = values
    }

    /// Columns as rows.
    var transposed: SparseRows {
        let count = Int(starts[rows])
        var begin = [UInt32](repeating: 0, count: columns + 1)
        for s in 0..<count { begin[Int(places[s]) + 1] += 1 }
        for column in 0..<columns { begin[column + 1] += begin[column] }
        var next = begin
        var at = [UInt32](repeating: 0, count: count), numbers = [Float](repeating: 0, count: count)
        for row in 0..<rows {
            for s in Int(starts[row])..<Int(starts[row + 1]) {
                let place = Int(next[Int(places[s])])
                next[Int(places[s])] += 1
                at[place] = UInt32(row)
                numbers[place] = values[s]
            }
        }
        return SparseRows(columns: rows, starts: begin, places: at, values: numbers)
    }

    /// The product with `[columns, n]`, a bias `[n]` added to each row.
    ///
    /// - Parameters:
    ///   - block: how many columns are summed by themselves before they are added.
    ///   - living: what a mask leaves of weights of the result's shape; the rest is made zero, while it is in the cache.
    func product(
        _ matrix: Tensor, bias: Tensor? = nil, block: Int, living: LivingWeights? = nil
    ) -> Tensor {
        let outputs = matrix.shape[1], rows = rows
        let factors = matrix.denseBuffer, start = bias?.denseBuffer
        let result = FloatBuffer(count: rows * outputs)
        starts.withUnsafeBufferPointer { starts in
            places.withUnsafeBufferPointer { places in
                values.withUnsafeBufferPointer { values in
                    nonisolated(unsafe) var lists = rnv_sparse_rows_t(
                        starts: starts.baseAddress, places: places.baseAddress,
                        values: values.baseAddress)
                    let width = 128, across = (outputs + width - 1) / width
                    let height = 256, down = (rows + height - 1) / height
                    Parallel.forEach(parts: across * down) { part in
                        let row = part / across * height, column = part % across * width
                        withUnsafePointer(to: &lists) {
                            rnv_sparse_product(
                                $0, row, min(row + height, rows), column,
                                min(column + width, outputs), block, factors.pointer, outputs,
                                start?.pointer, result.pointer, outputs)
                        }
                        guard let living else { return }
                        for r in row..<min(row + height, rows) {
                            living.clear(
                                result, from: r * outputs + column,
                                count: min(width, outputs - column))
                        }
                    }
                }
            }
        }
        withExtendedLifetime((factors, start)) {}
        result.maskedBy = living
        return Tensor(shape: [rows, outputs], dense: result)
    }
}

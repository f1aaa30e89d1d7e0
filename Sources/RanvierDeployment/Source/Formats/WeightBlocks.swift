/// Weights in blocks of neighbours of a row: which blocks are there, and all values of those.
public struct WeightBlocks: Sendable, Hashable {
    /// Values of a block.
    public let size: Int
    /// Columns of a row; whole blocks.
    public let columns: Int
    /// Blocks before each row, and in all.
    public let starts: [Int]
    /// Which block of its row each is.
    public let indices: [Int]
    /// Values, `size` of each block.
    public let values: [Int8]

    /// Sizes that there are.
    public static let sizes = [2, 4, 8, 16]

    /// Blocks of a matrix; nil where a row is not whole blocks.
    public init?(_ matrix: CodeMatrix, size: Int) {
        guard size > 0, matrix.columns % size == 0 else { return nil }
        self.size = size
        columns = matrix.columns
        var starts = [0], indices: [Int] = [], values: [Int8] = []
        let blocks = matrix.columns / size
        for row in 0..<matrix.rows {
            for block in 0..<blocks {
                let first = row * matrix.columns + block * size
                let block = (index: block, values: matrix.codes[first..<first + size])
                guard block.values.contains(where: { $0 != 0 }) else { continue }
                indices.append(block.index)
                values += block.values
            }
            starts.append(indices.count)
        }
        self.starts = starts
        self.indices = indices
        self.values = values
    }

    /// The codes again.
    public var codes: [Int8] {
        var codes = [Int8](repeating: 0, count: (starts.count - 1) * columns)
        for row in 0..<starts.count - 1 {
            for entry in starts[row]..<starts[row + 1] {
                for k in 0..<size {
                    codes[row * columns + indices[entry] * size + k] = values[entry * size + k]
                }
            }
        }
        return codes
    }
}

/// Weights that are not 0 as a list for each row: columns and values, and where each row begins (CSR; CSC of the matrix that is
/// turned).
public struct WeightLists: Sendable, Hashable {
    /// Columns of a row.
    public let columns: Int
    /// Where each row begins, and the end.
    public let starts: [Int]
    /// Columns of the values.
    public let indices: [Int]
    /// The values.
    public let values: [Int8]

    /// Lists of a matrix.
    public init(_ matrix: CodeMatrix) {
        columns = matrix.columns
        starts = matrix.starts
        let places = matrix.codes.indices.filter { matrix.codes[$0] != 0 }
        indices = places.map { $0 % matrix.columns }
        values = places.map { matrix.codes[$0] }
    }

    /// The codes again.
    public var codes: [Int8] {
        var codes = [Int8](repeating: 0, count: (starts.count - 1) * columns)
        for row in 0..<starts.count - 1 {
            for entry in starts[row]..<starts[row + 1] {
                codes[row * columns + indices[entry]] = values[entry]
            }
        }
        return codes
    }

    /// Entries of 16 bits for weights of −1 and 1: the column, and the sign as the highest bit (1 for −1); nil where
    /// columns or weights do not fit.
    public var signedIndices: [UInt16]? {
        guard columns <= 32_768, values.allSatisfy({ abs($0) == 1 }) else { return nil }
        return zip(indices, values).map { UInt16($0) | ($1 < 0 ? 0x8000 : 0) }
    }
}

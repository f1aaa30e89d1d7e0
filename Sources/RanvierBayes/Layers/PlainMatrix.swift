/// Numbers in rows and columns in double precision: what the readable form of the method computes with.
///
/// Batches are `[samples, units]`, weights `[inputs, outputs]`.
public struct PlainMatrix: Sendable, Hashable {
    /// Number of rows.
    public let rows: Int
    /// Number of columns.
    public let columns: Int
    /// Row by row.
    public var values: [Double]

    /// Rows one behind the other.
    public init(rows: Int, columns: Int, _ values: [Double]) {
        precondition(
            values.count == rows * columns,
            "\(values.count) numbers do not fill \(rows) rows of \(columns)")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// The same number everywhere.
    public init(repeating value: Double = 0, rows: Int, columns: Int) {
        self.init(rows: rows, columns: columns, Array(repeating: value, count: rows * columns))
    }

    /// A number.
    public subscript(row: Int, column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    /// A row.
    public func row(_ index: Int) -> [Double] {
        Array(values[index * columns..<(index + 1) * columns])
    }

    /// Columns as rows.
    public var transposed: PlainMatrix {
        var result = PlainMatrix(rows: columns, columns: rows, values)
        for i in 0..<rows { for j in 0..<columns { result[j, i] = self[i, j] } }
        return result
    }
}

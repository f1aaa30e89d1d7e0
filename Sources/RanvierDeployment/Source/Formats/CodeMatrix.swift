/// Codes of weights as rows and columns: what formats of storage pack.
///
/// A row is what a kernel walks through at a time: the outputs of one input (event-driven), or the inputs of one output.
public struct CodeMatrix: Sendable, Hashable {
    /// Number of rows.
    public let rows: Int
    /// Codes of a row.
    public let columns: Int
    /// Codes in row-major order; 0 where no weight is.
    public let codes: [Int8]

    /// A matrix of codes.
    public init(rows: Int, columns: Int, codes: [Int8]) {
        precondition(
            rows > 0 && columns > 0 && codes.count == rows * columns,
            "\(rows) rows of \(columns) take \(rows * columns) codes, not \(codes.count)")
        self.rows = rows
        self.columns = columns
        self.codes = codes
    }

    /// Rows and columns exchanged.
    public var transposed: CodeMatrix {
        var turned: [Int8] = []
        turned.reserveCapacity(codes.count)
        for column in 0..<columns {
            for row in 0..<rows { turned.append(codes[row * columns + column]) }
        }
        return CodeMatrix(rows: columns, columns: rows, codes: turned)
    }

    /// Codes that are not 0, in order.
    public var values: [Int8] { codes.filter { $0 != 0 } }
    /// How many codes are not 0.
    public var additions: Int { codes.count { $0 != 0 } }

    /// Codes of a row.
    func row(_ row: Int) -> ArraySlice<Int8> { codes[row * columns..<(row + 1) * columns] }

    /// How many codes that are not 0 lie before each row, and in all.
    var starts: [Int] {
        var starts = [0]
        for row in 0..<rows { starts.append(starts[row] + self.row(row).count { $0 != 0 }) }
        return starts
    }
}

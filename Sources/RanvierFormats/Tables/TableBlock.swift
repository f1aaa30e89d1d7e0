/// Consecutive rows of a table.
public struct TableBlock {
    /// Row number of the first one, from 0.
    public let firstRow: Int
    /// Number of rows, R.
    public let rowCount: Int
    /// Numbers of the N requested columns, `[R, N]`, row by row; NaN for a missing one.
    public let numbers: [Double]
    /// For each requested column of texts the code of each row, a position in
    /// ``TableReader/dictionary(ofColumn:)``; −1 for a missing one.
    public let texts: [[Int32]]
    /// For each requested column of times the seconds since the beginning of 1970 (local times as if they
    /// were UTC), or since midnight where there is no date; NaN for a missing one.
    public let times: [[Double]]

    let firstLine: Int
    let lineOffsets: [Int32]

    /// Line of each row in the file, from 1; of its first line if a cell holds line breaks.
    public var lines: [Int] { lineOffsets.map { firstLine + Int($0) } }

    /// Line in the file, from 1, of a row of this block, from 0.
    public func line(ofRow row: Int) -> Int { firstLine + Int(lineOffsets[row]) }
}

/// What a table holds: one pass over all of its rows.
public struct TableSummary: Sendable {
    /// The file.
    public let path: String
    /// How it is written.
    public let dialect: TableDialect
    /// Its columns in order.
    public let columns: [ColumnSummary]
    /// Number of rows below the names.
    public let rowCount: Int
    /// What was noticed and reconciled, a sentence each: names that occur twice or are empty, a separator at
    /// the end of each line, dates that can be read in two ways.
    public let notes: [String]
}

/// What a column of a table holds over all rows.
public struct ColumnSummary: Sendable {
    /// Name as written, "column 3" where there is none.
    public let name: String
    /// Position from 0.
    public let position: Int
    /// What most cells are; see ``ColumnContent``.
    public let content: ColumnContent
    /// Cells that are numbers.
    public let numbers: Int
    /// Cells that are missing.
    public let missing: Int
    /// Cells that are neither number, time nor missing.
    public let texts: Int
    /// Cells that are times.
    public let times: Int
    /// Line of the first cell that is no number (no time) in a column of numbers (of times); nil if there
    /// is none.
    public let firstOddLine: Int?
    /// That cell as written.
    public let firstOddCell: String?
    /// Line of the first missing cell.
    public let firstMissingLine: Int?
    /// Least number; in a column of times the first time, in seconds since 1970. NaN without any.
    public let minimum: Double
    /// Greatest number, or last time. NaN without any.
    public let maximum: Double
    /// Mean of the numbers, or of the times. NaN without any.
    public let mean: Double
    /// Standard deviation of the numbers, or of the times: of the population, free of cancellation.
    public let deviation: Double
    /// A typical value: the median of the numbers among the first rows (up to 1000), rounded to one that is
    /// exact in single precision; 0 without any.
    public let base: Double
    /// Whether all numbers are integers; false without any.
    public let isWhole: Bool
    /// Whether each row holds a number (a time in a column of times) greater than that of the row before.
    public let isIncreasing: Bool
    /// Whether each row holds a number greater by exactly 1 than that of the row before.
    public let isRowNumber: Bool
    /// Cells as written with how often each occurs, without missing ones: in columns of texts and of
    /// integers with at most 1000 different ones, nil in others.
    public let distinctTexts: [String: Int]?
    /// The first cells as written.
    public let firstTexts: [String]
    /// How its times are written; nil where there are none, or where nothing tells day and month apart.
    public let timeFormat: TimeFormat?
}

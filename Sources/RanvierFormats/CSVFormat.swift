/// How a table of separated values is written.
public struct CSVFormat: Sendable, Hashable {
    /// What to do with an empty cell, or NaN, in a column of numbers.
    public enum MissingValues: Sendable, Hashable {
        /// An error that names line and column.
        case refused
        /// This number instead.
        case replaced(by: Double)
    }

    /// Character between cells; nil takes the one of `,` `;` and tab that is most frequent in the first line.
    public var separator: Character?
    /// Whether the first line names the columns; nil if it does so exactly when it holds no number.
    public var hasHeader: Bool?
    /// Columns to take as text even if they look like numbers.
    public var textColumns: [CSVColumn]
    /// What to do with missing numbers.
    public var missingValues: MissingValues

    /// A format; by default found out from the first lines.
    public init(
        separator: Character? = nil, hasHeader: Bool? = nil, textColumns: [CSVColumn] = [],
        missingValues: MissingValues = .refused
    ) {
        self.separator = separator
        self.hasHeader = hasHeader
        self.textColumns = textColumns
        self.missingValues = missingValues
    }
}

/// How a table is written, all decided: set, or found out from the beginning of the file.
public struct TableDialect: Sendable, Hashable {
    /// Character between cells; a blank stands for any number of blanks.
    public let separator: Character
    /// Character around cells.
    public let quote: Character
    /// Decimal mark.
    public let decimal: Character
    /// Mark between groups of three digits; nil for none.
    public let thousands: Character?
    /// Encoding of texts.
    public let encoding: TextEncoding
    /// Line of the column names, counted from 1; nil where there are none.
    public let headerLine: Int?
    /// Texts that stand for a missing value.
    public let missingMarks: [String]
    /// How times are written, if it was set.
    public let timeFormat: TimeFormat?
    /// Lines left out at the beginning.
    public let skipRows: Int
    /// Whether every line ends with a separator, after which no column is counted.
    public let hasTrailingSeparator: Bool

    /// Whether a line names the columns.
    public var hasHeader: Bool { headerLine != nil }
}

extension TableDialect: CustomStringConvertible {
    /// In words: "separator ;, decimal comma, Shift-JIS, names in line 1".
    public var description: String {
        func name(_ mark: Character) -> String {
            switch mark {
            case "\t": "tab"
            case " ", "\u{a0}", "\u{202f}": "blank"
            default: String(mark)
            }
        }
        var parts = [
            "separator \(name(separator))", decimal == "," ? "decimal comma" : "decimal point",
        ]
        if let thousands { parts.append("thousands mark \(name(thousands))") }
        if quote != "\"" { parts.append("quote \(quote)") }
        parts.append(encoding.title)
        parts.append(headerLine.map { "names in line \($0)" } ?? "no names")
        if skipRows > 0 { parts.append("first \(skipRows) lines left out") }
        if hasTrailingSeparator { parts.append("separator at the end of each line") }
        if let timeFormat { parts.append("times \(timeFormat.rawValue)") }
        return parts.joined(separator: ", ")
    }
}

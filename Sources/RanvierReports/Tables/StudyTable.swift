/// A table of a study.
public struct StudyTable: Encodable, Sendable {
    /// Name of its file, without extension.
    public let name: String
    /// What it shows.
    public let caption: String
    /// Names of the columns.
    public let columns: [String]
    /// The cells, row by row.
    public var rows: [[StudyValue]]
    /// Whether page, terminal and JSON show it; else it is only a file.
    public var isShown = true

    private enum CodingKeys: String, CodingKey { case name, caption, columns, rows }

    /// Creates a table.
    public init(name: String, caption: String, columns: [String], rows: [[StudyValue]]) {
        self.name = name
        self.caption = caption
        self.columns = columns
        self.rows = rows
    }

    /// As comma-separated values, with a head.
    package var csv: String {
        let head = columns.map { StudyValue.text($0).csv }
        return ([head] + rows.map { $0.map(\.csv) })
            .map { $0.joined(separator: ",") + "\n" }.joined()
    }

    /// For the terminal.
    package var text: String {
        TextTable(head: columns, rows: rows.map { $0.map(\.text) }).text
    }
}

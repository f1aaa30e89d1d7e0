/// A table of numbers and texts by columns.
public struct CSVTable: Sendable {
    /// What a column holds.
    public enum Values: Sendable, Hashable {
        /// Finite numbers.
        case numbers([Double])
        /// Texts as written.
        case text([String])
    }

    /// The file.
    public let path: String
    /// Name of each column; "column 1" and so on where the file names none.
    public let names: [String]
    /// The columns.
    public let columns: [Values]
    /// Number of rows.
    public let rowCount: Int
    /// Line of each row in the file, counted from 1.
    public let lines: [Int]
    /// The separator that was used.
    public let separator: Character

    /// Positions of the columns that hold numbers.
    public var numericColumns: [Int] {
        columns.indices.filter {
            if case .numbers = columns[$0] { true } else { false }
        }
    }

    /// Position of a column.
    ///
    /// - Throws: ``DataError`` of kind `unknownName` that lists the columns.
    public func position(of column: CSVColumn) throws(DataError) -> Int {
        try Self.position(of: column, among: names, path: path)
    }

    static func position(
        of column: CSVColumn, among names: [String], path: String
    ) throws(DataError) -> Int {
        switch column {
        case .named(let name):
            if let position = names.firstIndex(of: name) { return position }
        case .index(let index):
            let position = index < 0 ? names.count + index : index
            if names.indices.contains(position) { return position }
        }
        throw DataError(
            .unknownName, at: path, expected: "a column \(column)",
            found: "\(names.count) columns: " + names.map { "\"\($0)\"" }.joined(separator: ", "),
            advice: "name one of these, or its position from 0")
    }

    /// The numbers of a column.
    ///
    /// - Throws: ``DataError`` if there is no such column or it holds text.
    public func numbers(_ column: CSVColumn) throws(DataError) -> [Double] {
        let position = try position(of: column)
        switch columns[position] {
        case .numbers(let numbers): return numbers
        case .text(let texts):
            throw DataError(
                .wrongFormat,
                at: "\(path), line \(lines.first ?? 1), column \"\(names[position])\"",
                expected: "numbers", found: "\"\(texts.first ?? "")\"",
                advice: "choose a column of numbers")
        }
    }
}

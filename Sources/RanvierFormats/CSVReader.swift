import Foundation

/// Reads tables of separated values: sensor series, features with a label.
///
/// A column holds numbers if its first cell does; each later cell of it must then be a number, too. Cells may
/// stand in double quotation marks. Plain or gzip, lines ending in LF or CRLF; empty lines are skipped.
///
///     let table = try CSVReader(format: CSVFormat(separator: ";")).table(at: file)
///     let pressure = try table.numbers("Pressure")
public struct CSVReader: Sendable {
    /// How the file is written.
    public var format: CSVFormat

    /// A reader for a format.
    public init(format: CSVFormat = CSVFormat()) {
        self.format = format
    }

    /// Reads a file whole.
    ///
    /// - Throws: ``DataError`` with the line: a row of another length, a cell that is no number, a number
    ///   that is not finite, an unclosed quotation mark, a file without rows.
    public func table(at url: URL) throws(DataError) -> CSVTable {
        let reader = try FileReader(url)
        return try table(bytes: try reader.readAll(), path: reader.path)
    }

    func table(bytes: [UInt8], path: String) throws(DataError) -> CSVTable {
        let separator = format.separator ?? Self.mostFrequentSeparator(bytes)
        guard let code = separator.asciiValue, code != UInt8(ascii: "\""), code != 10, code != 13
        else {
            throw DataError(
                .invalidParameter, at: "\(path), separator", expected: "one ASCII character",
                found: "\"\(separator)\"", advice: "use , or ; or a tab")
        }
        var scanner = CSVScanner(bytes: bytes, separator: code, path: path)
        guard let first = try scanner.nextRow() else {
            throw DataError(
                .truncated, at: path, expected: "a table", found: "no lines",
                advice: "check that this is the right file")
        }
        let hasHeader = format.hasHeader ?? !first.cells.contains { Double($0) != nil }
        let names =
            hasHeader ? first.cells : (1...first.cells.count).map { "column \($0)" }
        var builder = try CSVBuilder(path: path, names: names, format: format)
        if !hasHeader { try builder.append(first) }
        while let row = try scanner.nextRow() { try builder.append(row) }
        return try builder.table(separator: separator)
    }

    private static func mostFrequentSeparator(_ bytes: [UInt8]) -> Character {
        let line = bytes.prefix { $0 != 10 }
        var best: (separator: Character, count: Int) = (",", 0)
        for candidate: Character in [",", ";", "\t"] {
            let count = line.count { $0 == candidate.asciiValue }
            if count > best.count { best = (candidate, count) }
        }
        return best.separator
    }
}

/// A row as written.
struct CSVRow {
    let line: Int
    let cells: [String]
}

/// Cuts bytes into rows and cells.
struct CSVScanner {
    private let bytes: [UInt8]
    private let separator: UInt8
    private let path: String
    private var position = 0
    private var line = 1

    init(bytes: [UInt8], separator: UInt8, path: String) {
        self.bytes = bytes
        self.separator = separator
        self.path = path
        // UTF-8 byte order mark, which spreadsheets write.
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    /// The next row that is not empty; nil at the end.
    mutating func nextRow() throws(DataError) -> CSVRow? {
        while position < bytes.count {
            let start = line
            let cells = try rowCells()
            if cells.count > 1 || !(cells.first ?? "").isEmpty {
                return CSVRow(line: start, cells: cells)
            }
        }
        return nil
    }

    private mutating func rowCells() throws(DataError) -> [String] {
        var cells: [String] = []
        while true {
            cells.append(try cell())
            guard position < bytes.count else { return cells }
            let end = bytes[position]
            position += 1
            if end == 10 {
                line += 1
                return cells
            }
        }
    }

    /// One cell without surrounding blanks; stops at the separator or the line feed.
    private mutating func cell() throws(DataError) -> String {
        while position < bytes.count, isBlank(bytes[position]) { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quotedCell() }
        let start = position
        while position < bytes.count, bytes[position] != separator, bytes[position] != 10 {
            position += 1
        }
        var end = position
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        byte == 32 || byte == 13 || (byte == 9 && separator != 9)
    }

    private mutating func quotedCell() throws(DataError) -> String {
        let start = line
        var content: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") {
                guard position < bytes.count, bytes[position] == byte else {
                    while position < bytes.count, bytes[position] != separator,
                        bytes[position] != 10
                    { position += 1 }
                    return String(decoding: content, as: UTF8.self)
                }
                position += 1
            }
            if byte == 10 { line += 1 }
            content.append(byte)
        }
        throw DataError(
            .truncated, at: "\(path), line \(start)", expected: "a closing quotation mark",
            found: "the end of the file", advice: "close the quotation mark")
    }
}

/// Collects rows by columns.
struct CSVBuilder {
    private let path: String
    private let names: [String]
    private let format: CSVFormat
    private var columns: [CSVTable.Values] = []
    private var lines: [Int] = []

    init(path: String, names: [String], format: CSVFormat) throws(DataError) {
        self.path = path
        self.names = names
        self.format = format
        // A misspelt column of text would otherwise pass unseen.
        for column in format.textColumns {
            _ = try CSVTable.position(of: column, among: names, path: path)
        }
    }

    mutating func append(_ row: CSVRow) throws(DataError) {
        guard row.cells.count == names.count else {
            throw DataError(
                .countMismatch, at: "\(path), line \(row.line)", expected: "\(names.count) cells",
                found: "\(row.cells.count)",
                advice: "check the separator, and that the line is complete")
        }
        if columns.isEmpty { columns = row.cells.indices.map { emptyColumn($0, row.cells[$0]) } }
        for (index, cell) in row.cells.enumerated() {
            switch columns[index] {
            case .numbers(var numbers):
                // Taken out while it grows, so that no copy is made.
                columns[index] = .text([])
                numbers.append(try number(cell, line: row.line, column: index))
                columns[index] = .numbers(numbers)
            case .text(var texts):
                columns[index] = .numbers([])
                texts.append(cell)
                columns[index] = .text(texts)
            }
        }
        lines.append(row.line)
    }

    func table(separator: Character) throws(DataError) -> CSVTable {
        let table = CSVTable(
            path: path, names: names,
            columns: columns.isEmpty ? names.map { _ in .numbers([]) } : columns,
            rowCount: lines.count, lines: lines, separator: separator)
        guard !lines.isEmpty else {
            throw DataError(
                .truncated, at: path, expected: "rows below the column names", found: "none",
                advice: "say that the file has no header if its first line is data")
        }
        return table
    }

    private func emptyColumn(_ index: Int, _ cell: String) -> CSVTable.Values {
        let isText = format.textColumns.contains {
            switch $0 {
            case .named(let name): names[index] == name
            case .index(let position): (position < 0 ? names.count + position : position) == index
            }
        }
        let isNumber = cell.isEmpty || Double(cell) != nil
        return isText || !isNumber ? .text([]) : .numbers([])
    }

    private func number(_ cell: String, line: Int, column: Int) throws(DataError) -> Double {
        let value = Double(cell)
        if let value, value.isFinite { return value }
        let isMissing = cell.isEmpty || value?.isNaN == true
        if isMissing, case .replaced(let substitute) = format.missingValues { return substitute }
        throw DataError(
            cell.isEmpty || value == nil ? .wrongFormat : .notFinite,
            at: "\(path), line \(line), column \"\(names[column])\"",
            expected: value == nil ? "a number" : "a finite number",
            found: cell.isEmpty ? "an empty cell" : "\"\(cell)\"",
            advice: isMissing
                ? "fill the gap, or choose a number for missing values"
                : "remove the line, or take the column as text")
    }
}

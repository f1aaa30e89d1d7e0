/// The first rows of a table, cut into cells.
struct TableHead {
    struct Cell {
        /// Without quotation marks and blanks around it.
        var bytes: [UInt8]
        var isQuoted = false
    }

    struct Row {
        /// In the file, from 1.
        let line: Int
        var cells: [Cell]
        /// The byte after the row.
        let end: Int
        /// The line after the row.
        let nextLine: Int
        /// Whether a quotation mark is not closed, or closed before the end of its cell.
        var isBroken = false
    }

    let bytes: [UInt8]
    /// Whether that is the whole file.
    let isWhole: Bool

    /// Complete rows from an offset on, up to a limit.
    func rows(
        separator: UInt8, quote: UInt8, offset: Int = 0, line: Int = 1, limit: Int = .max
    ) -> [Row] {
        var rows: [Row] = []
        var cursor = Cursor(
            bytes: bytes, separator: separator, quote: quote, index: offset, line: line)
        while rows.count < limit, cursor.index < bytes.count {
            guard let row = cursor.row() else { continue }
            // A row that reaches the end of what was read may go on.
            if row.end == bytes.count, !isWhole { break }
            rows.append(row)
        }
        return rows
    }

    /// The byte and the line after some lines.
    func afterLines(_ count: Int) -> (offset: Int, line: Int) {
        var cursor = Cursor(bytes: bytes, separator: 0, quote: 0, index: 0, line: 1)
        var left = count
        while left > 0, cursor.index < bytes.count {
            left -= 1
            while cursor.index < bytes.count, !cursor.isAtLineEnd { cursor.index += 1 }
            cursor.endLine()
        }
        return (cursor.index, cursor.line)
    }

    private struct Cursor {
        let bytes: [UInt8]
        let separator: UInt8, quote: UInt8
        var index: Int
        var line: Int

        var isAtLineEnd: Bool { bytes[index] == 10 || bytes[index] == 13 }

        mutating func endLine() {
            guard index < bytes.count else { return }
            index += bytes[index] == 13 && index + 1 < bytes.count && bytes[index + 1] == 10 ? 2 : 1
            line += 1
        }

        private mutating func skipBlanks() {
            while index < bytes.count, bytes[index] == 32 || bytes[index] == 9 && separator != 9 {
                index += 1
            }
        }

        /// The row there; nil for a blank line.
        mutating func row() -> Row? {
            let start = line
            let first = index
            skipBlanks()
            if index == bytes.count || isAtLineEnd {
                endLine()
                return nil
            }
            if separator != 32 { index = first }
            var cells: [Cell] = []
            var isBroken = false
            while true {
                cells.append(cell(&isBroken))
                if separator == 32 {
                    skipBlanks()
                    if index < bytes.count, !isAtLineEnd { continue }
                }
                guard index < bytes.count, !isAtLineEnd else { break }
                index += 1
            }
            endLine()
            return Row(line: start, cells: cells, end: index, nextLine: line, isBroken: isBroken)
        }

        private mutating func cell(_ isBroken: inout Bool) -> Cell {
            skipBlanks()
            guard index < bytes.count, bytes[index] == quote, quote != 0 else {
                let start = index
                while index < bytes.count, bytes[index] != separator, !isAtLineEnd { index += 1 }
                return Cell(bytes: Self.trimmed(bytes[start..<index]))
            }
            var content: [UInt8] = []
            index += 1
            while true {
                guard index < bytes.count else {
                    isBroken = true
                    break
                }
                let byte = bytes[index]
                index += 1
                if byte == quote {
                    guard index < bytes.count, bytes[index] == quote else { break }
                    index += 1
                }
                if byte == 10 || byte == 13 && index < bytes.count && bytes[index] != 10 {
                    line += 1
                }
                content.append(byte)
            }
            skipBlanks()
            while index < bytes.count, bytes[index] != separator, !isAtLineEnd {
                if separator == 32, bytes[index - 1] == 32 { break }
                isBroken = true
                index += 1
            }
            return Cell(bytes: Self.trimmed(content[...]), isQuoted: true)
        }

        private static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            var bytes = bytes
            while let byte = bytes.first, byte == 32 || byte == 9 { bytes.removeFirst() }
            while let byte = bytes.last, byte == 32 || byte == 9 { bytes.removeLast() }
            return Array(bytes)
        }
    }
}

/// Finds out how a table is written from its first rows.
struct TableDetection {
    let path: String
    let format: TableFormat
    let head: TableHead
    let encoding: TextEncoding
    let missing: Set<[UInt8]>

    /// What a cell looks like, whatever the decimal mark is.
    private enum Kind { case missing, number, time, text }

    private(set) var separator: Character = ","
    private(set) var decimal: Character = "."
    private(set) var thousands: Character?
    /// Whether another decimal mark further on contradicts what was found.
    private(set) var marksAreGuessed = false
    private(set) var headerLine: Int?
    private(set) var names: [String] = []
    /// All columns of the rows, that behind a trailing separator included.
    private(set) var columnCount = 0
    private(set) var hasTrailingSeparator = false
    /// Where the rows below the names begin.
    private(set) var rowOffset = 0, rowLine = 1
    private(set) var notes: [String] = []
    /// Rows below the names.
    private(set) var rows: [TableHead.Row] = []

    private let timeParser: TimeParser
    private var quote: UInt8 { (format.quote ?? "\"").asciiValue ?? 34 }
    private var code: UInt8 { separator.asciiValue ?? 44 }

    init(
        path: String, format: TableFormat, head: TableHead, encoding: TextEncoding
    ) throws(DataError) {
        self.path = path
        self.format = format
        self.head = head
        self.encoding = encoding
        timeParser = TimeParser(encoding: encoding)
        missing = Set(
            (format.missingMarks ?? TableFormat.usualMissingMarks).map {
                encoding.bytes(of: $0.trimmed) ?? []
            } + [[]])
        var (offset, line) = head.afterLines(format.skipRows)
        separator = format.separator ?? ","
        if let marked = declaredSeparator(offset: offset, line: line) {
            separator = format.separator ?? marked.separator
            (offset, line) = (marked.end, line + 1)
            notes.append("line \(line - 1) names the separator and is left out")
        } else if format.separator == nil {
            separator = mostLikelySeparator(offset: offset, line: line)
        }
        if encoding == .shiftJIS, code >= 0x40 || quote >= 0x40 {
            throw DataError(
                .unsupported, at: path, expected: "a separator and quotes below @ in Shift-JIS",
                found: "\(separator)", advice: "store the table in UTF-8")
        }
        rows = head.rows(separator: code, quote: quote, offset: offset, line: line)
        guard let first = rows.first else {
            guard head.isWhole else {
                throw DataError(
                    .unsupported, at: "\(path), line \(line)",
                    expected: "lines of at most \(TableBlockReader.longestRow >> 20) MiB",
                    found: "a longer one",
                    advice: "check that this is a table, and that its quotation marks are closed")
            }
            throw DataError(
                .truncated, at: path, expected: "a table", found: "no lines",
                advice: "check that this is the right file"
                    + (format.skipRows > 0 ? ", and skip-rows" : ""))
        }
        rowOffset = offset
        rowLine = line
        try checkFirstRow(first)
        try findMarks()
        try findNames(first)
    }

    // MARK: - Separator

    /// The line `sep=;` that Excel takes as an order.
    private func declaredSeparator(offset: Int, line: Int) -> (separator: Character, end: Int)? {
        let bytes = head.bytes[offset...]
        guard bytes.starts(with: Array("sep=".utf8)), bytes.count > 5 else { return nil }
        let sign = bytes[offset + 4], next = bytes[offset + 5]
        guard [44, 59, 9, 124].contains(sign), next == 10 || next == 13 else { return nil }
        let isPair = next == 13 && bytes.count > 6 && bytes[offset + 6] == 10
        return (Character(Unicode.Scalar(sign)), offset + (isPair ? 7 : 6))
    }

    /// The separator that cuts the first lines into equally many cells, most of them numbers or times.
    private func mostLikelySeparator(offset: Int, line: Int) -> Character {
        var best: (separator: Character, score: [Double])?
        var candidates: [Character] = [",", ";", "\t", "|"]
        if encoding == .shiftJIS { candidates.removeLast() }
        for candidate in candidates {
            guard let score = score(candidate, offset: offset, line: line) else { continue }
            if let best, !best.score.lexicographicallyPrecedes(score) { continue }
            best = (candidate, score)
        }
        if let best { return best.separator }
        // Blanks only where nothing but numbers stands between them.
        if let score = score(" ", offset: offset, line: line), score[0] == 1, score[1] == 1 {
            return " "
        }
        return ","
    }

    private func score(_ candidate: Character, offset: Int, line: Int) -> [Double]? {
        let rows = head.rows(
            separator: candidate.asciiValue ?? 44, quote: quote, offset: offset, line: line,
            limit: 200)
        var counts: [Int: Int] = [:]
        for row in rows { counts[row.cells.count, default: 0] += 1 }
        let usual = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }
        guard let usual, usual.key > 1 else { return nil }
        var typed = 0, cells = 0
        for row in rows.dropFirst(rows.count > 1 ? 1 : 0) where row.cells.count == usual.key {
            cells += row.cells.count
            typed += row.cells.count { kind($0.bytes) != .text }
        }
        let share = Double(usual.value) / Double(rows.count)
        let typedShare = cells == 0 ? 0 : Double(typed) / Double(cells)
        return [share == 1 ? 1 : 0, typedShare, share, Double(usual.key)]
    }

    private func kind(_ cell: [UInt8]) -> Kind {
        if missing.contains(cell) { return .missing }
        if NumberShape(cell, encoding: encoding) != .none { return .number }
        return time(cell) != nil ? .time : .text
    }

    /// The time that a cell is.
    func time(_ cell: [UInt8]) -> TimeParser.Time? { timeParser.time(cell) }

    // MARK: - First line

    private func checkFirstRow(_ first: TableHead.Row) throws(DataError) {
        guard !first.isBroken else {
            let isOpen = first.end == head.bytes.count && rows.count == 1
            throw DataError(
                isOpen ? .truncated : .wrongFormat, at: "\(path), line \(first.line)",
                expected: isOpen
                    ? "a closing quotation mark" : "a separator after the closing quotation mark",
                found: isOpen ? "the end of the file" : "more text",
                advice: "double the quotation marks inside a cell, and close them")
        }
        var counts: [Int: Int] = [:]
        for row in rows.dropFirst().prefix(100) { counts[row.cells.count, default: 0] += 1 }
        let usual = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }
        if let usual, usual.key > first.cells.count, usual.value * 2 > min(rows.count - 1, 100) {
            let next = rows.first { $0.cells.count == usual.key }?.line ?? first.line + 1
            let isSingleWithComma =
                separator == "," && first.cells.count == 1 && usual.key == 2
                && rows.dropFirst().allSatisfy {
                    $0.cells.allSatisfy { $0.bytes.allSatisfy { $0 < 58 } }
                }
            let isTrailing =
                usual.key == first.cells.count + 1
                && rows.dropFirst().allSatisfy { $0.cells.last?.bytes.isEmpty != false }
            throw DataError(
                .countMismatch, at: "\(path), line \(first.line)",
                expected: "\(usual.key) cells, as in most lines below",
                found: "\(first.cells.count)",
                advice: isSingleWithComma
                    ? "set the separator to ; if the commas are decimal marks of one column"
                    : isTrailing
                        ? "the lines below end with a separator; end the first line with one, too"
                        : "set skip-rows to \(next - 1) if the table begins in line \(next); else "
                            + "check the separator (\(separator == "\t" ? "tab" : String(separator)))"
            )
        }
        guard first.cells.count <= 100_000 else {
            throw DataError(
                .unsupported, at: "\(path), line \(first.line)",
                expected: "at most 100000 cells in a line", found: "\(first.cells.count)",
                advice: "check the separator, or turn the table round")
        }
    }

    // MARK: - Decimal and thousands marks

    private mutating func findMarks() throws(DataError) {
        let data = rows.count > 1 ? rows.dropFirst() : rows[...]
        var evidence = MarkEvidence()
        for row in data {
            for (column, cell) in row.cells.enumerated() where !missing.contains(cell.bytes) {
                evidence.add(cell.bytes, encoding, column: column, line: row.line)
            }
        }
        let found = try evidence.decision(
            decimal: format.decimal, thousands: format.thousands, separator: separator, path: path)
        (decimal, thousands) = (found.decimal, found.thousands)
        marksAreGuessed = found.isGuessed
    }

    // MARK: - Names

    private func isNumber(_ cell: TableHead.Cell) -> Bool {
        guard let decimal = decimal.asciiValue else { return false }
        switch NumberShape(cell.bytes, encoding: encoding) {
        case .plain: return true
        case .decimal(let mark): return mark == decimal
        case .either(let mark), .grouped(let mark):
            return mark == decimal || mark == thousands?.asciiValue
        case .both(_, let mark): return mark == decimal
        case .none: return false
        }
    }

    private func kind(_ cell: TableHead.Cell) -> Kind {
        if missing.contains(cell.bytes) { return .missing }
        if isNumber(cell) { return .number }
        return time(cell.bytes) != nil ? .time : .text
    }

    /// Whether the first line names columns.
    ///
    /// It does if it holds texts and neither number nor time; not, though, if every one of its texts is
    /// found again below in its column while others are missing. With numbers among its texts (years) it does if
    /// all columns below those texts hold numbers or times.
    private func firstLineIsNames(_ first: TableHead.Row) -> Bool {
        let kinds = first.cells.map { kind($0) }
        let texts = kinds.indices.filter { kinds[$0] == .text }
        guard !texts.isEmpty else { return false }
        let below = rows.dropFirst()
        if !kinds.contains(.number), !kinds.contains(.time) {
            let hasMarks = kinds.indices.contains {
                kinds[$0] == .missing && !first.cells[$0].bytes.isEmpty
            }
            let isFoundAgain = texts.allSatisfy { column in
                below.contains {
                    column < $0.cells.count && $0.cells[column].bytes == first.cells[column].bytes
                }
            }
            return !(hasMarks && isFoundAgain)
        }
        return texts.allSatisfy { column in
            let kinds = below.compactMap { row in
                column < row.cells.count ? kind(row.cells[column]) : nil
            }.filter { $0 != .missing }
            return !kinds.isEmpty && kinds.allSatisfy { $0 != .text }
        }
    }

    private mutating func findNames(_ first: TableHead.Row) throws(DataError) {
        columnCount = first.cells.count
        let hasHeader = format.hasHeader ?? firstLineIsNames(first)
        if hasHeader {
            rows.removeFirst()
            headerLine = first.line
            (rowOffset, rowLine) = (first.end, first.nextLine)
        }
        let last = columnCount - 1
        hasTrailingSeparator =
            columnCount > 1 && separator != " " && first.cells[last].bytes.isEmpty
            && !first.cells[last].isQuoted
            && rows.allSatisfy {
                $0.cells.count == columnCount && $0.cells[last].bytes.isEmpty
                    && !$0.cells[last].isQuoted
            }
        let count = columnCount - (hasTrailingSeparator ? 1 : 0)
        if hasTrailingSeparator {
            notes.append("each line ends with a separator; no column is counted behind it")
        }
        let blank = UInt8(ascii: " ")
        if count == 1, rows.contains(where: { $0.cells[0].bytes.contains(blank) }),
            !rows.contains(where: { time($0.cells[0].bytes) != nil })
        {
            notes.append("only one column is found; set the separator if there are more")
        }
        guard hasHeader else {
            names = (1...count).map { "column \($0)" }
            return
        }
        for (column, cell) in first.cells.prefix(count).enumerated() {
            guard let name = encoding.text(of: cell.bytes)?.trimmed else {
                throw DataError(
                    .wrongFormat, at: "\(path), line \(first.line)",
                    expected: "names in \(encoding.title)", found: "other bytes",
                    advice: "set the encoding of the file")
            }
            if name.isEmpty { notes.append("column \(column + 1) has no name") }
            names.append(name.isEmpty ? "column \(column + 1)" : name)
        }
    }
}

extension String {
    /// Without blanks at its ends.
    var trimmed: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}

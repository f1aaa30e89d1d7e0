import Dispatch
import Foundation

/// Reads tables of separated values as they come: sensor series, spreadsheet exports, features with a label.
///
/// How a table is written (separator, decimal mark, encoding, names, …) is found out from the beginning of
/// the file where the format does not say, told in ``dialect``, and verified over all rows: what contradicts
/// it is an error with its line, never a wrong number. Plain or gzip; lines end with LF, CRLF or CR; blank
/// lines are skipped. Numbers are correctly rounded doubles.
///
///     let reader = try TableReader(file)
///     print(reader.dialect)                        // separator ;, decimal comma, Shift-JIS, …
///     let columns = try reader.summary().columns
///     try reader.forEachBlock(numbers: [1, 2], texts: [], times: [0]) { block in … }
///
/// Reading holds some blocks of rows in memory, whatever the size of the file, and uses all cores; its
/// results do not depend on their number.
public final class TableReader {
    /// The file.
    public let path: String
    /// How the table is written.
    public let dialect: TableDialect
    /// Names of the columns without blanks around them; "column 1" and so on where there are none.
    public let names: [String]
    /// Line of the names, from 1; nil where there are none.
    public var headerLine: Int? { dialect.headerLine }
    /// Names that more than one column has, in their order.
    public let duplicateNames: [String]

    /// Most threads that read; results do not depend on it.
    public var threads = max(ProcessInfo.processInfo.activeProcessorCount, 1)

    let url: URL
    let blockSize: Int
    let notes: [String]
    let marksAreGuessed: Bool
    let rowOffset: Int, rowLine: Int
    let rawEncoding: TextEncoding
    let columnCount: Int
    /// The first cells of each column as written.
    let firstTexts: [[String]]
    var columnTimes: [ColumnTime?]
    var dictionaries: [Int: TableDictionary] = [:]
    private var hasDecidedTimes = false

    /// Opens a file and finds out how it is written where the format does not say.
    ///
    /// - Throws: ``DataError``: no file or no table; marks or an encoding that contradict each other or leave
    ///   it open how to read a number; a first line with fewer cells than most.
    public convenience init(
        _ url: URL, format: TableFormat = TableFormat()
    ) throws(DataError) {
        try self.init(url, format: format, blockSize: 1 << 20)
    }

    /// - Parameter blockSize: Bytes that are cut into rows at once; results do not depend on it.
    package init(
        _ url: URL, format: TableFormat = TableFormat(), blockSize: Int
    ) throws(DataError) {
        let source = try TableSource(url)
        path = source.path
        self.url = url
        self.blockSize = max(blockSize, 1)
        try format.validate(path: path)
        let (head, encoding) = try Self.head(of: source, format: format)
        rawEncoding = encoding.raw
        // Text of another kind would fail at some later line, as a table with odd cells.
        if format == TableFormat(), let nature = FileNature(start: head.bytes), !nature.isBinary {
            throw DataError(
                .wrongFormat, at: path, expected: "a table", found: nature.words,
                advice: nature.advice)
        }
        let found = try TableDetection(
            path: path, format: format, head: head, encoding: encoding.raw.ofBytes)
        dialect = TableDialect(
            separator: found.separator, quote: format.quote ?? "\"", decimal: found.decimal,
            thousands: found.thousands, encoding: encoding.raw, headerLine: found.headerLine,
            missingMarks: format.missingMarks ?? TableFormat.usualMissingMarks,
            timeFormat: format.timeFormat, skipRows: format.skipRows,
            hasTrailingSeparator: found.hasTrailingSeparator)
        names = found.names
        var seen: Set<String> = [], twice: [String] = []
        for name in names where !seen.insert(name).inserted && !twice.contains(name) {
            twice.append(name)
        }
        duplicateNames = twice
        notes = found.notes + twice.map { "more than one column is named \"\($0)\"" }
        marksAreGuessed = found.marksAreGuessed
        rowOffset = found.rowOffset + encoding.mark
        rowLine = found.rowLine
        columnCount = found.columnCount
        let bytesEncoding = encoding.raw
        firstTexts = found.names.indices.map { column in
            found.rows.prefix(5).compactMap { row in
                column < row.cells.count
                    ? bytesEncoding.text(of: row.cells[column].bytes) ?? "?" : nil
            }
        }
        columnTimes = found.names.indices.map { column in
            ColumnTime.found(in: column, of: found, set: format.timeFormat)
        }
    }

    /// The beginning of a file, long enough for its first rows, without byte order mark.
    private static func head(
        of source: TableSource, format: TableFormat
    ) throws(DataError) -> (TableHead, encoding: (raw: TextEncoding, mark: Int)) {
        var bytes: [UInt8] = []
        var wanted = 1 << 20
        var isWhole = false
        while true {
            let more = try source.bytes(upTo: wanted - bytes.count)
            bytes += more
            isWhole = bytes.count < wanted
            if isWhole || wanted >= TableBlockReader.longestRow { break }
            // Some lines beyond the names must be seen.
            let lines = bytes.count { $0 == 10 || $0 == 13 }
            if lines > format.skipRows + 8 { break }
            wanted *= 4
        }
        let detected = TextEncoding.detected(in: bytes, isWhole: isWhole)
        var mark = 0
        if let detected, format.encoding == nil || format.encoding == detected.0 {
            mark = detected.mark
        }
        guard let raw = format.encoding ?? detected?.0 else {
            let line = 1 + bytes.prefix { $0 != 0 }.count { $0 == 10 }
            if let nature = FileNature(start: bytes) {
                throw DataError(
                    .wrongFormat, at: source.path, expected: "a table", found: nature.words,
                    advice: nature.advice)
            }
            throw DataError(
                .wrongFormat, at: "\(source.path)\(bytes.contains(0) ? ", line \(line)" : "")",
                expected: "a table in UTF-8, UTF-16, Shift-JIS or Latin-1",
                found: bytes.contains(0) ? "zero bytes" : "bytes that are none of them",
                advice: "check that this is a table, or set the encoding")
        }
        guard raw == .utf16LittleEndian || raw == .utf16BigEndian else {
            return (TableHead(bytes: Array(bytes[mark...]), isWhole: isWhole), (raw, mark))
        }
        var transcoder = UTF16Transcoder(isBigEndian: raw == .utf16BigEndian)
        guard transcoder.append(bytes, isEnd: isWhole) else {
            throw DataError(
                .corrupt, at: source.path, expected: "text in UTF-16", found: "half a character",
                advice: "set the encoding, or store the table in UTF-8")
        }
        // The source leaves the mark out while it rewrites.
        return (TableHead(bytes: transcoder.takeAll(), isWhole: isWhole), (raw, 0))
    }

    /// Texts of the codes of a text column, in order of their first appearance in what was read so far.
    public func dictionary(ofColumn position: Int) -> [String] {
        dictionaries[position]?.texts ?? []
    }

    /// The error of a place in a block.
    func error(_ failure: TableFailure, firstLine: Int) -> DataError {
        var place = "\(path), line \(firstLine + failure.line)"
        if let column = failure.column, names.indices.contains(column) {
            place += ", column \"\(names[column])\""
        }
        return DataError(
            failure.kind, at: place, expected: failure.expected, found: failure.found,
            advice: failure.advice)
    }
}

// MARK: - Passes

extension TableReader {
    /// First rows whose median is a typical value; fewer in very wide tables.
    var sampledRowCount: Int { min(1000, max(16, 2_000_000 / columnCount)) }

    func plan() -> TablePlan {
        TablePlan(
            columnCount: columnCount, dialect: dialect, times: columnTimes,
            marksAreGuessed: marksAreGuessed)
    }

    /// Reads all rows; `body` is called on this thread with each block in order.
    func pass(
        _ plan: TablePlan, isSummary: Bool,
        body: (_ block: TableScanner, _ firstRow: Int, _ firstLine: Int) throws -> Void,
        atEnd: (_ scanners: [TableScanner]) -> Void = { _ in }
    ) throws {
        let source = try TableSource(url, encoding: rawEncoding)
        let reader = try TableBlockReader(
            source, offset: rowOffset, blockSize: blockSize, separator: plan.separator,
            quote: plan.quote)
        let scanners = (0..<min(max(threads, 1), 32)).map { _ in
            TableScanner(plan, isSummary: isSummary)
        }
        let filler = TableBlockFiller(reader, count: scanners.count)
        // Unpacking and cutting the next blocks goes on beside reading these.
        let ahead = DispatchQueue(label: "ranvier.table")
        defer { ahead.sync {} }
        filler.fill()
        var row = 0, line = rowLine
        let samples = isSummary ? sampledRowCount : 0
        while true {
            ahead.sync {}
            let filled = filler.filled, failure = filler.failure
            for index in 0..<filled {
                swap(&scanners[index].bytes, &filler.blocks[index])
                scanners[index].sampledRows = max(samples - row, 0)
            }
            if failure == nil, filled > 0 { ahead.async { filler.fill() } }
            DispatchQueue.concurrentPerform(iterations: filled) { scanners[$0].scan() }
            for scanner in scanners[..<filled] {
                if let failure = scanner.failure { throw error(failure, firstLine: line) }
                try body(scanner, row, line)
                row += scanner.rowCount
                line += scanner.lineCount
            }
            if let failure {
                guard reader.isRowTooLong else { throw failure }
                throw DataError(
                    failure.kind, at: "\(path), line \(line)", expected: failure.expected,
                    found: failure.found, advice: failure.advice)
            }
            if filled == 0 { break }
        }
        atEnd(scanners)
        guard row > 0 else {
            throw DataError(
                .truncated, at: path, expected: "rows below the column names", found: "none",
                advice: "say that the file has no header if its first line is data")
        }
    }

    /// Reads all rows once more where the first ones left open which of day and month comes first.
    func decideTimes() throws {
        let open = columnTimes.indices.filter {
            columnTimes[$0] != nil && columnTimes[$0]?.format == nil
        }
        guard !open.isEmpty, !hasDecidedTimes else { return }
        let plan = plan()
        for column in open { plan.roles[column] = .dayAndMonth }
        var largest = open.map { _ in (first: 0, second: 0) }
        try pass(plan, isSummary: false) { block, _, _ in
            for (index, column) in open.enumerated() {
                largest[index].first = max(
                    largest[index].first, block.columns[column].largestFirst)
                largest[index].second = max(
                    largest[index].second, block.columns[column].largestSecond)
            }
        }
        for (index, column) in open.enumerated() {
            let (first, second) = largest[index]
            // Both above 12 contradict each other and stay open.
            if first > 12, second <= 12 { columnTimes[column]?.format = .dayFirst }
            if second > 12, first <= 12 { columnTimes[column]?.format = .monthFirst }
        }
        hasDecidedTimes = true
    }

    /// Reads the rows in order, block by block; cells are read on all cores, `body` is called on this
    /// thread. Each call reads the file anew.
    ///
    /// - Parameters:
    ///   - numbers: Positions of N columns to read as numbers.
    ///   - texts: Positions of columns to read as texts.
    ///   - times: Positions of columns to read as times.
    /// - Throws: What `body` throws; ``DataError`` with line and column for a cell that is not what is
    ///   wanted of its column, a row of another length, an unclosed quotation mark, no rows.
    public func forEachBlock(
        numbers: [Int], texts: [Int], times: [Int], body: (TableBlock) throws -> Void
    ) throws {
        let all = numbers + texts + times
        guard Set(all).count == all.count, all.allSatisfy({ names.indices.contains($0) }) else {
            throw DataError(
                .unknownName, at: path,
                expected: "different positions of columns below \(names.count)", found: "\(all)",
                advice: "ask for each column once")
        }
        if times.contains(where: { columnTimes[$0]?.format == nil }) { try decideTimes() }
        for column in times where columnTimes[column] != nil && columnTimes[column]?.format == nil {
            throw DataError(
                .wrongFormat, at: "\(path), column \"\(names[column])\"",
                expected: "dates that tell day and month apart",
                found: "none with a part above 12, or both parts above it",
                advice: "set time-format to \(TimeFormat.dayFirst.rawValue) or "
                    + TimeFormat.monthFirst.rawValue)
        }
        let plan = plan()
        for (role, columns) in [
            (TablePlan.Role.number, numbers), (.text, texts), (.time, times),
        ] {
            for (slot, column) in columns.enumerated() {
                plan.roles[column] = role
                plan.slots[column] = slot
            }
        }
        (plan.numberCount, plan.textCount, plan.timeCount) =
            (numbers.count, texts.count, times.count)
        for column in texts where dictionaries[column] == nil {
            dictionaries[column] = TableDictionary()
        }
        try pass(plan, isSummary: false) { block, firstRow, firstLine in
            guard block.rowCount > 0 else { return }
            var codes = block.texts
            for (slot, column) in texts.enumerated() {
                try dictionaries[column]?.recode(
                    &codes[slot], block.blockTexts[slot], encoding: dialect.encoding
                ) { row in
                    error(
                        TableFailure(
                            kind: .wrongFormat, line: Int(block.lineOffsets[row]), column: column,
                            expected: "text in \(dialect.encoding.title)", found: "other bytes",
                            advice: "set the encoding of the file"), firstLine: firstLine)
                }
            }
            try body(
                TableBlock(
                    firstRow: firstRow, rowCount: block.rowCount, numbers: block.numbers,
                    texts: codes, times: block.times, firstLine: firstLine,
                    lineOffsets: block.lineOffsets))
        }
    }
}

import Foundation

/// Reads the rows of one block at a time; one scanner per thread.
final class TableScanner: @unchecked Sendable {
    private let plan: TablePlan
    /// The block to read.
    var bytes = TableBytes()
    private var scratch: [UInt8] = []

    // What the last block held.
    private(set) var rowCount = 0
    private(set) var lineCount = 0
    private(set) var failure: TableFailure?
    private(set) var lineOffsets: [Int32] = []
    private(set) var numbers: [Double] = []
    private(set) var texts: [[Int32]] = []
    private(set) var times: [[Double]] = []
    /// Texts of the block by slot.
    let blockTexts: UnsafeMutablePointer<TextTable>
    /// Counts of the block by column.
    let columns: UnsafeMutablePointer<ColumnCounts>
    /// Different cells by column, of all blocks so far of this scanner.
    let distinct: UnsafeMutablePointer<TextTable>
    private let isSummary: Bool
    /// First rows whose numbers are kept for the typical value.
    var sampledRows = 0
    /// Those numbers, row by row; NaN where there is none.
    private(set) var samples: [Double] = []
    private var target = Target()

    /// Where the cells of the rows go.
    private struct Target {
        var capacity = 0
        var lines = UnsafeMutablePointer<Int32>.allocate(capacity: 0)
        var numbers = UnsafeMutablePointer<Double>.allocate(capacity: 0)
        var texts: [UnsafeMutablePointer<Int32>] = []
        var times: [UnsafeMutablePointer<Double>] = []

        mutating func reserve(_ rows: Int, _ plan: TablePlan) {
            guard rows > capacity else { return }
            destroy()
            capacity = rows
            lines = .allocate(capacity: rows)
            numbers = .allocate(capacity: rows * plan.numberCount)
            texts = (0..<plan.textCount).map { _ in .allocate(capacity: rows) }
            times = (0..<plan.timeCount).map { _ in .allocate(capacity: rows) }
        }

        func destroy() {
            lines.deallocate()
            numbers.deallocate()
            for row in texts { row.deallocate() }
            for row in times { row.deallocate() }
        }
    }

    init(_ plan: TablePlan, isSummary: Bool) {
        self.plan = plan
        self.isSummary = isSummary
        let count = plan.columnCount
        columns = .allocate(capacity: count)
        columns.initialize(repeating: ColumnCounts(), count: count)
        distinct = .allocate(capacity: count)
        if isSummary {
            for column in 0..<count {
                (distinct + column).initialize(to: TextTable(limit: 1000))
            }
        }
        blockTexts = .allocate(capacity: plan.textCount)
        for slot in 0..<plan.textCount {
            (blockTexts + slot).initialize(to: TextTable(limit: .max))
        }
    }

    deinit {
        if isSummary { for column in 0..<plan.columnCount { distinct[column].destroy() } }
        for slot in 0..<plan.textCount { blockTexts[slot].destroy() }
        columns.deinitialize(count: plan.columnCount)
        columns.deallocate()
        distinct.deallocate()
        blockTexts.deallocate()
        target.destroy()
    }

    /// Reads the rows of ``bytes``.
    func scan() {
        rowCount = 0
        lineCount = 0
        failure = nil
        samples.removeAll(keepingCapacity: true)
        columns.update(repeating: ColumnCounts(), count: plan.columnCount)
        for slot in 0..<plan.textCount { blockTexts[slot].removeAll() }
        if let nul = memchr(bytes.start, 0, bytes.count) {
            let offset = UnsafeRawPointer(bytes.start).distance(to: UnsafeRawPointer(nul))
            let before = UnsafeBufferPointer(start: bytes.start, count: offset)
            fail(
                .wrongFormat, line: before.count { $0 == 10 }, expected: "text",
                found: "a zero byte", advice: "check that this is a table, and its encoding")
            return
        }
        // Each cell but the last of the block takes a byte at least.
        target.reserve(bytes.count / plan.columnCount + 2, plan)
        scanRows()
        if failure != nil { return }
        lineOffsets = Array(UnsafeBufferPointer(start: target.lines, count: rowCount))
        numbers = Array(
            UnsafeBufferPointer(start: target.numbers, count: rowCount * plan.numberCount))
        texts = target.texts.map { Array(UnsafeBufferPointer(start: $0, count: rowCount)) }
        times = target.times.map { Array(UnsafeBufferPointer(start: $0, count: rowCount)) }
    }

    private func scanRows() {
        let bytes = UnsafePointer(self.bytes.start), count = self.bytes.count
        let lines = target.lines, numbers = target.numbers
        let separator = plan.separator, quote = plan.quote, decimal = plan.bareDecimal
        let columnCount = plan.columnCount, numberCount = plan.numberCount
        let roles = plan.roles, slots = plan.slots, columns = columns
        let isCounted = plan.isCounted, distinct = distinct
        let parser = NumberParser(powers: plan.powers)
        let hasNumericMarks = !plan.numericMarks.isEmpty
        let tab: UInt8 = separator == 9 ? 32 : 9
        var index = 0, line = 0, row = 0
        while index < count {
            var start = index
            while bytes[start] == 32 || bytes[start] == tab { start += 1 }
            if start >= count { break }
            if bytes[start] == 10 || bytes[start] == 13 {
                line += 1
                index = start + 1
                if bytes[start] == 13, bytes[index] == 10 { index += 1 }
                continue
            }
            if separator == 32 { index = start }
            lines[row] = Int32(truncatingIfNeeded: line)
            let firstLine = line
            var column = 0
            let isSampled = row < sampledRows
            if isSampled { samples.append(contentsOf: repeatElement(.nan, count: columnCount)) }
            while true {
                let role = column < columnCount ? roles[column] : .skipped
                while bytes[index] == 32 || bytes[index] == tab { index += 1 }
                if bytes[index] == quote {
                    index = quoted(index, role, column, row, &line, firstLine)
                    if failure != nil { return }
                } else {
                    let cell = index
                    var isDone = false
                    if role == .number || role == .summary {
                        var value = 0.0
                        var end = parser.parse(bytes, index, decimal, &value)
                        if end > 0 {
                            let length = end - cell
                            while bytes[end] == 32 || bytes[end] == tab { end += 1 }
                            let stop = bytes[end]
                            if stop == separator || stop == 10 || stop == 13
                                || separator == 32 && bytes[end - 1] == 32,
                                !hasNumericMarks, value - value == 0
                            {
                                index = end
                                isDone = true
                                if role == .number {
                                    numbers[row &* numberCount &+ slots[column]] = value
                                } else {
                                    columns[column].add(value)
                                    if isSampled { samples[row * columnCount + column] = value }
                                    if isCounted[column] {
                                        _ = distinct[column].code(bytes + cell, length, row: line)
                                    }
                                }
                            }
                        }
                    }
                    if !isDone {
                        while bytes[index] != separator, bytes[index] != 10, bytes[index] != 13 {
                            index += 1
                        }
                        if role != .skipped {
                            var end = index
                            while end > cell, bytes[end - 1] == 32 || bytes[end - 1] == tab {
                                end -= 1
                            }
                            take(
                                bytes + cell, end - cell, decimal, role, column, row, firstLine)
                            if failure != nil { return }
                        }
                    }
                }
                if separator == 32 {
                    while bytes[index] == 32 { index += 1 }
                    if bytes[index] != 10, bytes[index] != 13 {
                        column += 1
                        continue
                    }
                }
                let stop = bytes[index]
                index += 1
                if stop == separator {
                    column += 1
                    continue
                }
                if stop == 13, bytes[index] == 10 { index += 1 }
                break
            }
            guard column + 1 == columnCount else {
                failWrongLength(column + 1, line: firstLine)
                return
            }
            line += 1
            row += 1
        }
        rowCount = row
        lineCount = line
    }
}

// MARK: - Failures

extension TableScanner {
    private func fail(
        _ kind: DataError.Kind, line: Int, column: Int? = nil, expected: String, found: String,
        advice: String
    ) {
        failure = TableFailure(
            kind: kind, line: line, column: column, expected: expected, found: found,
            advice: advice)
    }

    private func failWrongLength(_ cells: Int, line: Int) {
        let trailing = plan.roles[plan.columnCount - 1] == .trailing
        fail(
            .countMismatch, line: line,
            expected: "\(plan.columnCount - (trailing ? 1 : 0)) cells"
                + (trailing ? " and a separator behind them" : ""),
            found: "\(cells)" + (trailing && cells < plan.columnCount ? " without one" : ""),
            advice: "check the separator, and that the line is complete")
    }

    private func shown(_ cell: UnsafePointer<UInt8>, _ length: Int) -> String {
        let bytes = UnsafeBufferPointer(start: cell, count: min(length, 200))
        let text = plan.encoding.text(of: bytes) ?? String(decoding: bytes, as: UTF8.self)
        return "\"\(text.count > 40 ? text.prefix(40) + "…" : text)\""
    }
}

// MARK: - Cells that are not plain numbers

extension TableScanner {
    /// A cell in quotation marks; returns the position of the separator or line end after it.
    private func quoted(
        _ start: Int, _ role: TablePlan.Role, _ column: Int, _ row: Int, _ line: inout Int,
        _ firstLine: Int
    ) -> Int {
        let bytes = UnsafePointer(self.bytes.start), count = self.bytes.count
        let quote = plan.quote
        let openingLine = line
        var index = start + 1
        var isDoubled = false
        while true {
            while index < count, bytes[index] != quote {
                if bytes[index] == 10 || bytes[index] == 13 && bytes[index + 1] != 10 { line += 1 }
                index += 1
            }
            guard index < count else {
                fail(
                    .truncated, line: openingLine, column: column,
                    expected: "a closing quotation mark", found: "the end of the file",
                    advice: "close the quotation mark")
                return index
            }
            guard bytes[index + 1] == quote, index + 1 < count else { break }
            isDoubled = true
            index += 2
        }
        var first = start + 1, last = index
        index += 1
        while bytes[index] == 32 || bytes[index] == 9 && plan.separator != 9 { index += 1 }
        let stop = bytes[index]
        let isBlankBefore = plan.separator == 32 && bytes[index - 1] == 32
        guard stop == plan.separator || stop == 10 || stop == 13 || isBlankBefore else {
            fail(
                .wrongFormat, line: line, column: column,
                expected: "a separator after the closing quotation mark",
                found: shown(bytes + index, 1),
                advice: "double the quotation marks inside a cell, or remove what follows it")
            return index
        }
        if role == .skipped { return index }
        while first < last, bytes[first] == 32 || bytes[first] == 9 { first += 1 }
        while last > first, bytes[last - 1] == 32 || bytes[last - 1] == 9 { last -= 1 }
        guard isDoubled else {
            take(bytes + first, last - first, plan.decimal, role, column, row, firstLine)
            return index
        }
        scratch.removeAll(keepingCapacity: true)
        var place = first
        while place < last {
            scratch.append(bytes[place])
            place += bytes[place] == quote ? 2 : 1
        }
        let length = scratch.count
        scratch.append(0)
        scratch.withUnsafeBufferPointer { cell in
            if let cell = cell.baseAddress {
                take(cell, length, plan.decimal, role, column, row, firstLine)
            }
        }
        return index
    }

    private func isMissing(_ cell: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        if length == 0 { return true }
        guard plan.isMarkStart[Int(cell[0])] else { return false }
        return plan.marks.contains { mark in
            mark.count == length && memcmp(mark, cell, length) == 0
        }
    }

    private func number(
        _ cell: UnsafePointer<UInt8>, _ length: Int, _ decimal: UInt8
    ) -> Double? {
        var value = 0.0
        let parser = NumberParser(powers: plan.powers)
        if parser.parse(cell, 0, decimal, &value) == length { return value }
        guard let thousands = plan.thousands, length < 64 else { return nil }
        guard
            let digits = NumberShape.plainDigits(
                of: UnsafeBufferPointer(start: cell, count: length), thousands: thousands,
                decimal: plan.decimal, encoding: plan.encoding)
        else { return nil }
        return TablePlan.number(digits, plan.powers, plan.decimal)
    }

    private func time(
        _ cell: UnsafePointer<UInt8>, _ length: Int, _ column: Int
    ) -> Double? {
        guard let format = plan.times[column], let time = plan.timeParser.parse(cell, count: length)
        else { return nil }
        if let isZoned = format.isZoned, isZoned != time.isZoned { return nil }
        switch (time.order, format.format) {
        case (.yearFirst, .yearFirst), (.timeOfDay, .timeOfDay), (.dayFirst, .dayFirst),
            (.undecided, .dayFirst):
            return time.value(isDayFirst: true)
        case (.undecided, .monthFirst): return time.value(isDayFirst: false)
        // Counted as a time whose value nobody knows.
        case (.undecided, nil): return .nan
        case (.yearFirst, _), (.timeOfDay, _), (.dayFirst, _), (.undecided, _): return nil
        }
    }

    /// A trimmed cell of any kind.
    private func take(
        _ cell: UnsafePointer<UInt8>, _ length: Int, _ decimal: UInt8, _ role: TablePlan.Role,
        _ column: Int, _ row: Int, _ line: Int
    ) {
        let slot = plan.slots[column]
        switch role {
        case .skipped: break
        case .trailing:
            guard length > 0 else { return }
            fail(
                .countMismatch, line: line,
                expected: "\(plan.columnCount - 1) cells and nothing behind the last separator",
                found: shown(cell, length), advice: "name the last column, or remove the cell")
        case .number:
            let target = target.numbers + row * plan.numberCount + slot
            if isMissing(cell, length) {
                target.pointee = .nan
            } else if let value = number(cell, length, decimal), value.isFinite {
                target.pointee = plan.numericMarks.contains(value) ? .nan : value
            } else {
                failNoNumber(cell, length, decimal, column, line)
            }
        case .text:
            target.texts[slot][row] =
                isMissing(cell, length) || isMissingNumber(cell, length, decimal)
                ? -1 : Int32(blockTexts[slot].code(cell, length, row: row))
        case .time:
            if isMissing(cell, length) || isMissingNumber(cell, length, decimal) {
                target.times[slot][row] = .nan
            } else if let value = time(cell, length, column), !value.isNaN {
                target.times[slot][row] = value
            } else {
                let format = plan.times[column]?.format
                fail(
                    .wrongFormat, line: line, column: column,
                    expected: "a valid time" + (format.map { ", \($0.rawValue)" } ?? ""),
                    found: shown(cell, length),
                    advice: "mend the cell, add it to missing-marks, or set time-format")
            }
        case .summary, .timeSummary: count(cell, length, decimal, role, column, row, line)
        case .dayAndMonth:
            guard let time = plan.timeParser.parse(cell, count: length), time.order == .undecided
            else { return }
            columns[column].largestFirst = max(columns[column].largestFirst, time.first)
            columns[column].largestSecond = max(columns[column].largestSecond, time.second)
        }
    }

    private func isMissingNumber(
        _ cell: UnsafePointer<UInt8>, _ length: Int, _ decimal: UInt8
    ) -> Bool {
        guard !plan.numericMarks.isEmpty, let value = number(cell, length, decimal) else {
            return false
        }
        return plan.numericMarks.contains(value)
    }

    private func failNoNumber(
        _ cell: UnsafePointer<UInt8>, _ length: Int, _ decimal: UInt8, _ column: Int, _ line: Int
    ) {
        let text = String(
            decoding: UnsafeBufferPointer(start: cell, count: length), as: UTF8.self
        ).lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "+-"))
        let isInfinite =
            number(cell, length, decimal) != nil || ["inf", "infinity", "∞", "nan"].contains(text)
        fail(
            isInfinite ? .notFinite : .wrongFormat, line: line, column: column,
            expected: isInfinite ? "a finite number" : "a number", found: shown(cell, length),
            advice: isInfinite
                ? "mend the cell, or add it to missing-marks"
                : "mend the cell, add it to missing-marks, or take the column as text")
    }

    private func count(
        _ cell: UnsafePointer<UInt8>, _ length: Int, _ decimal: UInt8, _ role: TablePlan.Role,
        _ column: Int, _ row: Int, _ line: Int
    ) {
        let counts = columns + column
        if isMissing(cell, length) { return counts.pointee.addMissing(line: line) }
        let time = role == .timeSummary ? time(cell, length, column) : nil
        if let time {
            counts.pointee.times.add(time)
            counts.pointee.noteNonNumber(line: line, cell, length)
        } else if let value = number(cell, length, decimal), value.isFinite {
            if plan.numericMarks.contains(value) { return counts.pointee.addMissing(line: line) }
            counts.pointee.add(value)
            counts.pointee.noteNonTime(line: line, cell, length)
            if row < sampledRows { samples[row * plan.columnCount + column] = value }
        } else {
            if plan.marksAreGuessed, isOtherwiseNumber(cell, length) {
                return fail(
                    .wrongFormat, line: line, column: column,
                    expected: "numbers with a decimal \(plan.decimal == 44 ? "comma" : "point")"
                        + (plan.thousands == nil ? " and no mark of thousands" : "")
                        + ", as the beginning of the file has them",
                    found: shown(cell, length), advice: "set decimal, or thousands")
            }
            counts.pointee.texts += 1
            counts.pointee.noteNonNumber(line: line, cell, length)
            counts.pointee.noteNonTime(line: line, cell, length)
        }
        guard plan.isCounted[column] else { return checkText(cell, length, column, line) }
        let before = distinct[column].count
        _ = distinct[column].code(cell, length, row: line)
        if distinct[column].isOver || distinct[column].count > before {
            checkText(cell, length, column, line)
        }
    }

    /// Whether a cell would be a number with other marks.
    private func isOtherwiseNumber(_ cell: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        guard length < 64, cell[0] < 58 else { return false }
        switch NumberShape(
            UnsafeBufferPointer(start: cell, count: length), encoding: plan.encoding)
        {
        case .decimal, .either, .both: return true
        case .grouped(let mark): return mark == NumberShape.comma || mark == NumberShape.point
        case .none, .plain: return false
        }
    }

    private func checkText(
        _ cell: UnsafePointer<UInt8>, _ length: Int, _ column: Int, _ line: Int
    ) {
        let bytes = UnsafeBufferPointer(start: cell, count: length)
        guard bytes.contains(where: { $0 >= 0x80 }),
            !TextEncoding.isWellFormed(bytes, plan.encoding)
        else { return }
        fail(
            .wrongFormat, line: line, column: column, expected: "text in \(plan.encoding.title)",
            found: shown(cell, length), advice: "set the encoding of the file")
    }
}

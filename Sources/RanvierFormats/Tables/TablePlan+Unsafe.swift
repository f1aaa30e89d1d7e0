/// What to do with the cells of each column, and how they are written; the same for all blocks of a pass.
final class TablePlan: @unchecked Sendable {
    /// What is wanted of a column.
    enum Role: UInt8 {
        case skipped, number, text, time, summary, timeSummary
        /// The cell after a separator at the end of each line.
        case trailing
        /// Which of day and month comes first.
        case dayAndMonth
    }

    let columnCount: Int
    let roles: UnsafeMutablePointer<Role>
    let slots: UnsafeMutablePointer<Int>
    /// Columns whose different cells are still counted.
    let isCounted: UnsafeMutablePointer<Bool>
    let powers: UnsafeMutablePointer<Double>
    let separator: UInt8, quote: UInt8, decimal: UInt8, thousands: UInt8?
    /// Decimal mark of cells without quotation marks; 0 where it is the separator.
    var bareDecimal: UInt8 { decimal == separator ? 0 : decimal }
    let encoding: TextEncoding
    let marks: [[UInt8]]
    let numericMarks: [Double]
    let isMarkStart: UnsafeMutablePointer<Bool>
    let times: [ColumnTime?]
    let timeParser: TimeParser
    /// Whether a cell that is a number with another decimal mark contradicts what was found out.
    let marksAreGuessed: Bool
    var numberCount = 0, textCount = 0, timeCount = 0

    /// - Parameter columnCount: Cells of each row, the one after a trailing separator included.
    init(
        columnCount: Int, dialect: TableDialect, times: [ColumnTime?], marksAreGuessed: Bool
    ) {
        self.columnCount = columnCount
        self.times = times
        self.marksAreGuessed = marksAreGuessed
        roles = .allocate(capacity: columnCount)
        roles.initialize(repeating: .skipped, count: columnCount)
        slots = .allocate(capacity: columnCount)
        slots.initialize(repeating: 0, count: columnCount)
        isCounted = .allocate(capacity: columnCount)
        isCounted.initialize(repeating: true, count: columnCount)
        powers = .allocate(capacity: NumberParser.exactPowers.count)
        powers.initialize(from: NumberParser.exactPowers, count: NumberParser.exactPowers.count)
        if dialect.hasTrailingSeparator { roles[columnCount - 1] = .trailing }
        separator = dialect.separator.asciiValue ?? 44
        quote = dialect.quote.asciiValue ?? 34
        decimal = dialect.decimal.asciiValue ?? 46
        thousands = dialect.thousands.map { $0.asciiValue ?? 32 }
        encoding = dialect.encoding
        timeParser = TimeParser(encoding: dialect.encoding)
        let marks = dialect.missingMarks.map(\.trimmed).filter { !$0.isEmpty }
        var texts: [[UInt8]] = [], numbers: [Double] = []
        for mark in marks {
            let bytes = dialect.encoding.bytes(of: mark) ?? Array(mark.utf8)
            if let value = Self.number(bytes, powers, decimal) {
                numbers.append(value)
            } else {
                texts.append(bytes)
            }
        }
        self.marks = texts
        numericMarks = numbers
        isMarkStart = .allocate(capacity: 256)
        isMarkStart.initialize(repeating: false, count: 256)
        for mark in texts { isMarkStart[Int(mark[0])] = true }
    }

    deinit {
        roles.deallocate()
        slots.deallocate()
        isCounted.deallocate()
        powers.deallocate()
        isMarkStart.deallocate()
    }

    /// The number that all of the bytes are.
    static func number(
        _ bytes: [UInt8], _ powers: UnsafePointer<Double>, _ decimal: UInt8
    ) -> Double? {
        var value = 0.0
        let end = (bytes + [0]).withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map {
                NumberParser(powers: powers).parse($0, 0, decimal, &value)
            }
        }
        return end == bytes.count && value.isFinite ? value : nil
    }
}

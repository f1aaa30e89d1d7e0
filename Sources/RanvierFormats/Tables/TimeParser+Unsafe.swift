/// Reads dates and times of the day from bytes.
struct TimeParser {
    /// How the parts of a time are ordered, as far as the cell alone tells.
    enum Order: UInt8 {
        case yearFirst = 1
        /// Day, month, year with points.
        case dayFirst
        /// Two numbers before the year: day and month, or month and day.
        case undecided
        case timeOfDay
    }

    /// A time as written.
    struct Time {
        var order = Order.yearFirst
        var isZoned = false
        /// Days since 1970 for `yearFirst` and `dayFirst`.
        var days = 0
        /// Seconds of the day, less the offset of the zone.
        var seconds = 0.0
        /// The parts before the year where they are undecided.
        var first = 0, second = 0, year = 0

        /// Seconds since 1970, or since midnight; nil for a month above 12 or a day that the month has not.
        func value(isDayFirst: Bool) -> Double? {
            guard order == .undecided else { return Double(days) * 86400 + seconds }
            guard
                let days = TimeParser.days(
                    year: year, month: isDayFirst ? second : first,
                    day: isDayFirst ? first : second)
            else { return nil }
            return Double(days) * 86400 + seconds
        }
    }

    /// 年月日時分秒, each packed into a number with its length.
    private let marks: [(code: UInt32, length: Int)]

    init(encoding: TextEncoding) {
        marks = "年月日時分秒".map { mark in
            let bytes = encoding.bytes(of: String(mark)) ?? []
            // Latin-1 has none of them; no code matches there.
            return (bytes.reduce(0) { $0 << 8 | UInt32($1) }, bytes.count)
        }
    }

    /// Days from 1970-01-01 in the Gregorian calendar; nil for an invalid date.
    static func days(year: Int, month: Int, day: Int) -> Int? {
        guard (1...12).contains(month), day >= 1, year >= 1 else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length =
            switch month {
            case 2: isLeap ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        guard day <= length else { return nil }
        // Years from March, so that the leap day comes last; 306 days from March to the end of the year.
        let shifted = month > 2 ? year : year - 1
        let fromMarch = (month + 9) % 12
        return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400
            + (fromMarch * 306 + 5) / 10 + day - 1 - 719_468
    }

    /// The time that all of the bytes are; nil if they are none.
    func parse(_ bytes: UnsafePointer<UInt8>, count: Int) -> Time? {
        guard count >= 3, count < 64, bytes[0] &- 48 < 10 else { return nil }
        var cursor = Cursor(bytes: bytes, end: count)
        guard let (first, digits) = cursor.number(), digits <= 4, cursor.index < count else {
            return nil
        }
        var time = Time()
        let mark = bytes[cursor.index]
        if digits <= 2, mark == UInt8(ascii: ":") || isMark(3, cursor) {
            time.order = .timeOfDay
            cursor.index = 0
            return clock(&cursor, &time) ? time : nil
        }
        guard date(&cursor, &time, first, digits, mark) else { return nil }
        if cursor.index == count { return time }
        if bytes[cursor.index] | 0x20 == UInt8(ascii: "t") {
            cursor.index += 1
        } else if !cursor.skipBlanks(), bytes[cursor.index - 1] < 0x80 {
            return nil
        }
        return clock(&cursor, &time) ? time : nil
    }

    private func date(
        _ cursor: inout Cursor, _ time: inout Time, _ first: Int, _ digits: Int, _ mark: UInt8
    ) -> Bool {
        let isWords = isMark(0, cursor)
        guard isWords || mark == 0x2d || mark == 0x2f || mark == 0x2e else { return false }
        guard digits == 4 || digits <= 2 && !isWords else { return false }
        cursor.index += isWords ? marks[0].length : 1
        guard let (second, secondDigits) = cursor.number(), secondDigits <= 2,
            cursor.index < cursor.end
        else { return false }
        if isWords {
            guard isMark(1, cursor) else { return false }
            cursor.index += marks[1].length
        } else {
            guard cursor.byte == mark else { return false }
            cursor.index += 1
        }
        guard let (third, thirdDigits) = cursor.number() else { return false }
        if digits == 4 {
            guard thirdDigits <= 2 else { return false }
            if isWords {
                guard isMark(2, cursor) else { return false }
                cursor.index += marks[2].length
            }
            guard let days = Self.days(year: first, month: second, day: third) else { return false }
            time.days = days
            return true
        }
        guard thirdDigits == 4 else { return false }
        if mark == 0x2e {
            time.order = .dayFirst
            guard let days = Self.days(year: third, month: second, day: first) else { return false }
            time.days = days
            return true
        }
        time.order = .undecided
        (time.first, time.second, time.year) = (first, second, third)
        return Self.days(year: third, month: second, day: first) != nil
            || Self.days(year: third, month: first, day: second) != nil
    }

    /// hh:mm, hh:mm:ss, a fraction, AM or PM, a zone; or 10時14分33秒.
    private func clock(_ cursor: inout Cursor, _ time: inout Time) -> Bool {
        guard let start = cursor.number(), start.digits <= 2, cursor.index < cursor.end else {
            return false
        }
        var hour = start.value, minute = 0, second = 0, fraction = 0.0
        if isMark(3, cursor) {
            cursor.index += marks[3].length
            if cursor.index < cursor.end {
                guard let part = cursor.number(), part.digits <= 2, isMark(4, cursor) else {
                    return false
                }
                minute = part.value
                cursor.index += marks[4].length
                if cursor.index < cursor.end {
                    guard let part = cursor.number(), part.digits <= 2 else { return false }
                    second = part.value
                    fraction = cursor.fraction()
                    guard isMark(5, cursor) else { return false }
                    cursor.index += marks[5].length
                }
            }
        } else {
            guard cursor.byte == UInt8(ascii: ":") else { return false }
            cursor.index += 1
            guard let part = cursor.number(), part.digits == 2 else { return false }
            minute = part.value
            if cursor.byte == UInt8(ascii: ":") {
                cursor.index += 1
                guard let part = cursor.number(), part.digits == 2 else { return false }
                second = part.value
                fraction = cursor.fraction()
            }
            guard cursor.half(&hour) else { return false }
        }
        guard minute < 60, second < 60,
            hour < 24 || hour == 24 && minute == 0 && second == 0 && fraction == 0
        else { return false }
        guard let offset = cursor.zone(&time.isZoned), cursor.index == cursor.end else {
            return false
        }
        time.seconds = Double(hour * 3600 + minute * 60 + second - offset) + fraction
        return true
    }

    private func isMark(_ mark: Int, _ cursor: Cursor) -> Bool {
        let (code, length) = marks[mark]
        guard length > 0, cursor.index + length <= cursor.end else { return false }
        var found: UInt32 = 0
        for offset in 0..<length {
            found = found << 8 | UInt32(cursor.bytes[cursor.index + offset])
        }
        return found == code
    }

    /// A place in a cell.
    private struct Cursor {
        let bytes: UnsafePointer<UInt8>
        let end: Int
        var index = 0

        /// The byte there; 0 at the end.
        var byte: UInt8 { index < end ? bytes[index] : 0 }

        mutating func number() -> (value: Int, digits: Int)? {
            let start = index
            var value = 0
            while byte &- 48 < 10, index - start < 5 {
                value = value * 10 + Int(byte &- 48)
                index += 1
            }
            return index > start ? (value, index - start) : nil
        }

        /// A decimal mark and digits, if they follow.
        mutating func fraction() -> Double {
            guard byte == 0x2e || byte == 0x2c, index + 1 < end, bytes[index + 1] &- 48 < 10 else {
                return 0
            }
            index += 1
            var value = 0.0, scale = 1.0
            while byte &- 48 < 10 {
                // Beyond nanoseconds nothing is left in a double anyway.
                if scale < 1e15 {
                    value = value * 10 + Double(byte &- 48)
                    scale *= 10
                }
                index += 1
            }
            return value / scale
        }

        mutating func skipBlanks() -> Bool {
            let start = index
            while byte == 32 { index += 1 }
            return index > start
        }

        /// AM or PM, if it follows.
        mutating func half(_ hour: inout Int) -> Bool {
            let start = index
            _ = skipBlanks()
            let letter = byte | 0x20
            guard letter == UInt8(ascii: "a") || letter == UInt8(ascii: "p") else {
                index = start
                return true
            }
            index += 1
            guard byte | 0x20 == UInt8(ascii: "m"), (1...12).contains(hour) else { return false }
            index += 1
            hour = hour % 12 + (letter == UInt8(ascii: "p") ? 12 : 0)
            return true
        }

        /// Seconds of the offset, if one follows, else 0; nil for an invalid one.
        mutating func zone(_ isZoned: inout Bool) -> Int? {
            if index == end { return 0 }
            isZoned = true
            let start = index
            _ = skipBlanks()
            if byte | 0x20 == UInt8(ascii: "z"), index == start {
                index += 1
                return 0
            }
            guard byte == 0x2b || byte == 0x2d else { return nil }
            let sign = byte == 0x2b ? 1 : -1
            index += 1
            guard let part = number(), part.digits == 2 || part.digits == 4 else { return nil }
            var hours = part.value, minutes = 0
            if part.digits == 4 {
                (hours, minutes) = (hours / 100, hours % 100)
            } else if byte == UInt8(ascii: ":") {
                index += 1
                guard let part = number(), part.digits == 2 else { return nil }
                minutes = part.value
            }
            return hours < 24 && minutes < 60 ? sign * (hours * 3600 + minutes * 60) : nil
        }
    }
}

extension TimeParser {
    /// The time that a cell is.
    func time(_ cell: [UInt8]) -> Time? {
        cell.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.flatMap { parse($0, count: buffer.count) }
        }
    }
}

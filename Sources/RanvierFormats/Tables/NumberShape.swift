/// What the marks between the digits of a cell can mean.
enum NumberShape: Hashable {
    /// No number, whatever the marks mean.
    case none
    /// Digits only, and a sign or an exponent.
    case plain(digits: Int)
    /// The mark can only be the decimal one: `1.5`, `0,25`.
    case decimal(UInt8)
    /// The mark is the decimal one or one of thousands: `1,234`.
    case either(UInt8)
    /// The mark can only be one of thousands: `1,234,567`.
    case grouped(UInt8)
    /// One mark for thousands, the last one decimal: `1.234,5`.
    case both(thousands: UInt8, decimal: UInt8)

    static let point = UInt8(ascii: "."), comma = UInt8(ascii: ",")
    static let blank = UInt8(ascii: " "), apostrophe = UInt8(ascii: "'")

    /// The shape of a trimmed cell. Blanks of other kinds (U+00A0, U+202F) count as blanks.
    init(_ cell: some Collection<UInt8>, encoding: TextEncoding) {
        self = .none
        guard let first = cell.first, cell.count < 64 else { return }
        if first >= 0x80 || cell.contains(where: { $0 >= 0x80 }) {
            self = Self.shape(Self.withPlainBlanks(Array(cell), encoding: encoding))
        } else {
            self = Self.shape(cell)
        }
    }

    private static func shape(_ cell: some Collection<UInt8>) -> NumberShape {
        var digits = 0, group = 0, firstGroup = 0, marks = 0
        var mark: UInt8 = 0, last: UInt8 = 0
        // Whether all marks before the last are the same, and all groups between marks have three digits.
        var areSame = true, areThrees = true
        var leadsWithZero = false, hasExponent = false, isInExponent = false
        var before: UInt8 = 0
        for (index, byte) in cell.enumerated() {
            defer { before = byte }
            switch byte {
            case 48...57:
                if isInExponent { continue }
                if digits == 0 && marks == 0 { leadsWithZero = byte == 48 }
                digits += 1
                group += 1
            case UInt8(ascii: "-"), UInt8(ascii: "+"):
                guard index == 0 || isInExponent && before | 0x20 == 0x65 else { return .none }
            case point, comma, blank, apostrophe:
                if isInExponent { return .none }
                if marks == 0 {
                    firstGroup = group
                    mark = byte
                } else {
                    if group != 3 { areThrees = false }
                    if last != mark { areSame = false }
                }
                last = byte
                marks += 1
                group = 0
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                if isInExponent || digits == 0 { return .none }
                hasExponent = true
                isInExponent = true
            default: return .none
            }
        }
        guard digits > 0, !isInExponent || before &- 48 < 10 else { return .none }
        if marks == 0 { return .plain(digits: digits) }
        let canGroup = (1...3).contains(firstGroup) && areThrees && areSame
        let areGroups = canGroup && group == 3 && last == mark && !leadsWithZero && !hasExponent
        let isDecimalMark = last == point || last == comma
        if marks == 1 {
            if areGroups { return isDecimalMark ? .either(mark) : .grouped(mark) }
            return isDecimalMark ? .decimal(mark) : .none
        }
        if last == mark { return areGroups ? .grouped(mark) : .none }
        return isDecimalMark && canGroup ? .both(thousands: mark, decimal: last) : .none
    }

    /// No-break blanks as plain ones.
    static func withPlainBlanks(_ bytes: [UInt8], encoding: TextEncoding) -> [UInt8] {
        var plain: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            switch encoding.ofBytes {
            case .latin1 where rest.starts(with: [0xa0]): index += 1
            case .utf8 where rest.starts(with: [0xc2, 0xa0]): index += 2
            case .utf8 where rest.starts(with: [0xe2, 0x80, 0xaf]): index += 3
            case .utf8, .latin1, .shiftJIS, .utf16LittleEndian, .utf16BigEndian:
                plain.append(bytes[index])
                index += 1
                continue
            }
            plain.append(blank)
        }
        return plain
    }

    /// The digits without marks of thousands, the decimal mark kept; nil where a group has not three digits.
    static func plainDigits(
        of cell: some Collection<UInt8>, thousands: UInt8, decimal: UInt8, encoding: TextEncoding
    ) -> [UInt8]? {
        switch NumberShape(cell, encoding: encoding) {
        case .either(thousands), .grouped(thousands), .both(thousands, decimal): break
        case .none, .plain, .decimal, .either, .grouped, .both: return nil
        }
        return withPlainBlanks(Array(cell), encoding: encoding).filter { $0 != thousands }
    }
}

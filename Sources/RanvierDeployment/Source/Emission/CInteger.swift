/// Types of whole numbers in C.
enum CInteger: String, Sendable, Hashable {
    case int8, uint8, int16, uint16, int32, uint32

    /// `int8_t`.
    var name: String { rawValue + "_t" }

    /// Bytes that one takes.
    var bytes: Int {
        switch self {
        case .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32: 4
        }
    }

    var isSigned: Bool {
        switch self {
        case .int8, .int16, .int32: true
        case .uint8, .uint16, .uint32: false
        }
    }

    var range: ClosedRange<Int> {
        switch self {
        case .int8: -128...127
        case .uint8: 0...255
        case .int16: -32_768...32_767
        case .uint16: 0...65_535
        case .int32: Int(Int32.min)...Int(Int32.max)
        case .uint32: 0...Int(UInt32.max)
        }
    }

    /// The narrowest that holds numbers; unsigned where none is below 0 and that is narrower.
    static func holding(_ range: ClosedRange<Int>) -> CInteger {
        let order: [CInteger] = [.int8, .uint8, .int16, .uint16, .int32, .uint32]
        return order.first {
            $0.range.contains(range.lowerBound) && $0.range.contains(range.upperBound)
        } ?? .int32
    }

    /// The narrowest that holds `−size … size`.
    static func signed(_ size: Int) -> CInteger {
        size <= 127 ? .int8 : size <= 32_767 ? .int16 : .int32
    }

    /// The narrowest that holds `0 … size`.
    static func unsigned(_ size: Int) -> CInteger {
        size <= 255 ? .uint8 : size <= 65_535 ? .uint16 : .uint32
    }

    /// A number as C writes it.
    func literal(_ value: Int) -> String {
        switch self {
        case .uint32: "0x" + Self.hexadecimal(value) + "U"
        case .int8, .uint8, .int16, .uint16, .int32: Self.literal(value)
        }
    }

    /// A signed number as C writes it.
    static func literal(_ value: Int) -> String {
        value == Int(Int32.min) ? "(-2147483647 - 1)" : "\(value)"
    }

    private static func hexadecimal(_ value: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}

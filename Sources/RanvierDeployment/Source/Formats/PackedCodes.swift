/// Codes of few bits side by side.
///
/// | bits | a code | lies in |
/// |---|---|---|
/// | 8 | two's complement | bytes |
/// | 4 | two's complement, even index in the low nibble | bytes |
/// | 3 | two's complement, code k at bit 3 k of a stream of bytes, one byte more at the end | bytes |
/// | 2 | 0 → 00, +1 → 01, −1 → 11, code k at bits 2 (k % 16) of word k / 16 | words of 32 bits |
/// | 1 | +1 → 1, −1 → 0, code k at bit k % 32 of word k / 32 | words of 32 bits |
///
/// Bits that stand for nothing are 0.
public struct PackedCodes: Sendable, Hashable {
    /// Bits of a code: 8, 4, 3, 2 or 1.
    public let bits: Int
    /// How many codes there are.
    public let count: Int
    /// Bytes, of 8, 4 and 3 bits; empty with words.
    public let bytes: [UInt8]
    /// Words, of 2 bits and 1; empty with bytes.
    public let words: [UInt32]

    /// The fewest bits that hold codes.
    public static func bits(for codes: some Sequence<Int8>) -> Int {
        var largest = 0, hasZero = false
        for code in codes {
            largest = max(largest, abs(Int(code)))
            if code == 0 { hasZero = true }
        }
        switch largest {
        case 0...1: return hasZero || largest == 0 ? 2 : 1
        case 2...3: return 3
        case 4...7: return 4
        default: return 8
        }
    }

    /// Packs codes.
    ///
    /// - Parameter bits: nil for the fewest that hold them; they must hold them.
    public init(_ codes: [Int8], bits: Int? = nil) {
        let fewest = Self.bits(for: codes)
        let bits = bits ?? fewest
        precondition(
            [1, 2, 3, 4, 8].contains(bits) && bits >= fewest,
            "codes of \(fewest) bits do not fit \(bits)")
        self.bits = bits
        count = codes.count
        var bytes: [UInt8] = [], words: [UInt32] = []
        switch bits {
        case 8: bytes = codes.map { UInt8(bitPattern: $0) }
        case 4:
            bytes = [UInt8](repeating: 0, count: (codes.count + 1) / 2)
            for (k, code) in codes.enumerated() {
                bytes[k / 2] |= (UInt8(bitPattern: code) & 15) << (k % 2 * 4)
            }
        case 3:
            bytes = [UInt8](repeating: 0, count: (3 * codes.count + 7) / 8 + 1)
            for (k, code) in codes.enumerated() {
                let pattern = UInt16(UInt8(bitPattern: code) & 7) << (3 * k % 8)
                bytes[3 * k / 8] |= UInt8(pattern & 255)
                bytes[3 * k / 8 + 1] |= UInt8(pattern >> 8)
            }
        case 2:
            words = [UInt32](repeating: 0, count: (codes.count + 15) / 16)
            for (k, code) in codes.enumerated() {
                words[k / 16] |= UInt32(UInt8(bitPattern: code) & 3) << (k % 16 * 2)
            }
        default:
            words = [UInt32](repeating: 0, count: (codes.count + 31) / 32)
            for (k, code) in codes.enumerated() where code > 0 {
                words[k / 32] |= 1 << (k % 32)
            }
        }
        self.bytes = bytes
        self.words = words
    }

    /// Bytes that it takes.
    public var byteCount: Int { bytes.count + 4 * words.count }

    /// The codes again.
    public var codes: [Int8] { (0..<count).map { self[$0] } }

    /// A code.
    public subscript(_ k: Int) -> Int8 {
        switch bits {
        case 8: return Int8(bitPattern: bytes[k])
        case 4: return Self.signed(bytes[k / 2] >> (k % 2 * 4), bits: 4)
        case 3:
            let two = UInt16(bytes[3 * k / 8]) | UInt16(bytes[3 * k / 8 + 1]) << 8
            return Self.signed(UInt8(two >> (3 * k % 8) & 7), bits: 3)
        case 2: return Self.signed(UInt8(words[k / 16] >> (k % 16 * 2) & 3), bits: 2)
        default: return words[k / 32] >> (k % 32) & 1 == 1 ? 1 : -1
        }
    }

    private static func signed(_ pattern: UInt8, bits: Int) -> Int8 {
        Int8(bitPattern: pattern << (8 - bits)) >> (8 - bits)
    }
}

/// What an exported network reads: the C type of an element of a row.
public enum CInputType: String, Sendable, Hashable, CaseIterable {
    /// Numbers of 8 bits without a sign.
    case uint8 = "uint8_t"
    /// Numbers of 8 bits.
    case int8 = "int8_t"
    /// Numbers of 16 bits without a sign.
    case uint16 = "uint16_t"
    /// Numbers of 16 bits.
    case int16 = "int16_t"
    /// Spikes: bit `j % 32` of word `j / 32` is input `j`.
    case spikes = "uint32_t"

    /// What an element may be; words of spikes are bit patterns of any value.
    public var range: ClosedRange<Int32> {
        switch self {
        case .uint8: 0...255
        case .int8: -128...127
        case .uint16: 0...65535
        case .int16: -32768...32767
        case .spikes: .min ... .max
        }
    }
}

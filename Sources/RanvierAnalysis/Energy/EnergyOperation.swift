/// An operation that an energy table prices.
public enum EnergyOperation: String, CaseIterable, Codable, CodingKeyRepresentable, Sendable {
    /// Addition of two 32-bit floats: one synaptic operation (accumulate, AC).
    case float32Add
    /// Product of two 32-bit floats.
    case float32Multiply
    /// Product and addition of 32-bit floats (multiply-accumulate, MAC).
    case float32MultiplyAccumulate
    /// Addition of two 16-bit floats.
    case float16Add
    /// Product of two 16-bit floats.
    case float16Multiply
    /// Addition of two 32-bit integers.
    case int32Add
    /// Product of two 32-bit integers.
    case int32Multiply
    /// Addition of two 8-bit integers.
    case int8Add
    /// Product of two 8-bit integers.
    case int8Multiply
    /// Access to 32 bits in a register file.
    case registerAccess
    /// Access to 32 bits in a small static memory on the chip.
    case staticMemoryAccess
    /// Access to 32 bits in dynamic memory off the chip.
    case dynamicMemoryAccess

    /// The operation in words, for tables.
    public var title: String {
        switch self {
        case .float32Add: "float32 addition (accumulate)"
        case .float32Multiply: "float32 multiplication"
        case .float32MultiplyAccumulate: "float32 multiply-accumulate"
        case .float16Add: "float16 addition"
        case .float16Multiply: "float16 multiplication"
        case .int32Add: "int32 addition"
        case .int32Multiply: "int32 multiplication"
        case .int8Add: "int8 addition"
        case .int8Multiply: "int8 multiplication"
        case .registerAccess: "register file access, 32 bits"
        case .staticMemoryAccess: "on-chip memory (SRAM) access, 32 bits"
        case .dynamicMemoryAccess: "off-chip memory (DRAM) access, 32 bits"
        }
    }
}

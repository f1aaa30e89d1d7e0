/// What the estimate of energy assumes about the hardware that runs a network.
public struct EnergyAssumptions: Codable, Equatable, Sendable {
    /// Numbers the network computes with.
    public enum Arithmetic: String, Codable, CaseIterable, Sendable {
        /// 32-bit floating point throughout.
        case float32
        /// 16-bit floating point throughout.
        case float16
        /// Weights of at most 8 bits added into 32-bit integers.
        case int8Into32
        /// Weights and sums of at most 8 bits.
        case int8

        /// The operation that adds one weight.
        var addition: EnergyOperation {
            switch self {
            case .float32: .float32Add
            case .float16: .float16Add
            case .int8Into32: .int32Add
            case .int8: .int8Add
            }
        }

        /// The operation that multiplies an input by a weight.
        var multiplication: EnergyOperation {
            switch self {
            case .float32: .float32Multiply
            case .float16: .float16Multiply
            case .int8Into32, .int8: .int8Multiply
            }
        }

        /// The arithmetic in words, for tables.
        public var title: String {
            switch self {
            case .float32: "float32"
            case .float16: "float16"
            case .int8Into32: "int8 weights, int32 sums"
            case .int8: "int8"
            }
        }
    }

    /// Where weights or states lie.
    public enum Memory: String, Codable, CaseIterable, Sendable {
        /// Register file.
        case registers
        /// On the chip.
        case staticMemory
        /// Off the chip.
        case dynamicMemory

        var access: EnergyOperation {
            switch self {
            case .registers: .registerAccess
            case .staticMemory: .staticMemoryAccess
            case .dynamicMemory: .dynamicMemoryAccess
            }
        }

        /// The place in words, for tables.
        public var title: String {
            switch self {
            case .registers: "registers"
            case .staticMemory: "on-chip memory (SRAM)"
            case .dynamicMemory: "off-chip memory (DRAM)"
            }
        }
    }

    /// Numbers the network computes with.
    public var arithmetic: Arithmetic
    /// Bits of a weight; an access costs in proportion to 32 bits.
    public var weightBits: Int
    /// Bits of an index fetched with each weight; 0 for dense storage.
    public var indexBits: Int
    /// Bits of a neuron's state.
    public var stateBits: Int
    /// Where weights and indices lie.
    public var weightMemory: Memory
    /// Where neuron states lie.
    public var stateMemory: Memory

    /// Assumes 32-bit floats, dense storage, everything on the chip unless told otherwise.
    public init(
        arithmetic: Arithmetic = .float32, weightBits: Int = 32, indexBits: Int = 0,
        stateBits: Int = 32, weightMemory: Memory = .staticMemory,
        stateMemory: Memory = .staticMemory
    ) {
        self.arithmetic = arithmetic
        self.weightBits = weightBits
        self.indexBits = indexBits
        self.stateBits = stateBits
        self.weightMemory = weightMemory
        self.stateMemory = stateMemory
    }
}

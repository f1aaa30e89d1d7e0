/// What an exported network is compiled for.
public enum CTarget: String, Sendable, Hashable, CaseIterable, Codable {
    /// This machine, with gcc.
    case host
    /// This machine, with clang.
    case hostClang = "host-clang"
    /// Arm Cortex-M0; emulated on a board with 256 KiB of flash and 16 KiB of RAM.
    case cortexM0 = "cortex-m0"
    /// Arm Cortex-M0+, as in RP2040.
    case cortexM0Plus = "cortex-m0plus"
    /// Arm Cortex-M3.
    case cortexM3 = "cortex-m3"
    /// Arm Cortex-M4.
    case cortexM4 = "cortex-m4"
    /// Arm Cortex-M7.
    case cortexM7 = "cortex-m7"
    /// Arm Cortex-M33.
    case cortexM33 = "cortex-m33"
    /// Arm Cortex-M55, without its vector unit.
    case cortexM55 = "cortex-m55"
    /// RISC-V of 32 bits with multiplication, atomic and short instructions.
    case riscv32
    /// RISC-V of 32 bits with multiplication and short instructions, as in ESP32-C3.
    case riscv32imc
    /// WebAssembly.
    case wasm32
    /// AVR of 8 bits.
    case avr
    /// Xtensa, as in ESP32.
    case xtensa

    /// What can be said of it.
    public enum Support: String, Sendable, Hashable, CaseIterable, Codable {
        /// Compiled and run in the tests.
        case works
        /// Compiled and measured in the tests, never run.
        case needsHardware = "needs hardware"
        /// Refused.
        case notSupported = "not supported"
    }

    /// What can be said of it.
    public var support: Support {
        switch self {
        case .host, .hostClang, .cortexM0, .cortexM3, .cortexM4, .cortexM7, .cortexM33, .cortexM55,
            .riscv32, .wasm32:
            .works
        case .cortexM0Plus, .riscv32imc: .needsHardware
        case .avr, .xtensa: .notSupported
        }
    }

    /// Why it is refused, or why it cannot be run here; nil where it works.
    public var obstacle: String? {
        switch self {
        case .host, .hostClang, .cortexM0, .cortexM3, .cortexM4, .cortexM7, .cortexM33, .cortexM55,
            .riscv32, .wasm32:
            nil
        case .cortexM0Plus:
            "no emulator of this processor; it can be compiled for and measured, and 'cortex-m0' "
                + "runs the same instructions"
        case .riscv32imc:
            "no emulator of a board with this processor; it can be compiled for and measured, and "
                + "'riscv32' runs the same instructions and a few more"
        case .avr:
            "not supported: its int has 16 bits and its memory a few KiB; take a processor of 32 bits"
        case .xtensa:
            "not supported: there is no compiler of it among the tools; the C source is portable, "
                + "so that the vendor's own compiler may take it"
        }
    }

    /// The programs that compile and run it.
    public var tools: [ToolName] {
        switch self {
        case .host: [.gcc]
        case .hostClang: [.clang]
        case .cortexM0, .cortexM3, .cortexM4, .cortexM7, .cortexM33, .cortexM55:
            [.armGCC, .armSize, .armNM, .armQEMU]
        case .cortexM0Plus: [.armGCC, .armSize, .armNM]
        case .riscv32: [.riscvGCC, .riscvSize, .riscvNM, .riscvQEMU]
        case .riscv32imc: [.riscvGCC, .riscvSize, .riscvNM]
        case .wasm32: [.wasmLinker, .wasmKit]
        case .avr, .xtensa: []
        }
    }
}

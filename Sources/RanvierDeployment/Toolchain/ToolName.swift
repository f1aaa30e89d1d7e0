/// The programs that compile, link, measure and run exported networks.
public enum ToolName: String, CaseIterable, Sendable {
    /// Compiler of this machine.
    case gcc
    /// Compiler of this machine, and of WebAssembly.
    case clang
    /// Sizes of object files of this machine.
    case size
    /// Symbols of object files of this machine.
    case nm
    /// Compiler for Cortex-M.
    case armGCC = "arm-none-eabi-gcc"
    /// Sizes of object files for Cortex-M.
    case armSize = "arm-none-eabi-size"
    /// Symbols of object files for Cortex-M.
    case armNM = "arm-none-eabi-nm"
    /// Emulator of boards with Cortex-M.
    case armQEMU = "qemu-system-arm"
    /// Compiler for RISC-V, of 32 bits, too.
    case riscvGCC = "riscv64-unknown-elf-gcc"
    /// Sizes of object files for RISC-V.
    case riscvSize = "riscv64-unknown-elf-size"
    /// Symbols of object files for RISC-V.
    case riscvNM = "riscv64-unknown-elf-nm"
    /// Emulator of a board with RISC-V of 32 bits.
    case riscvQEMU = "qemu-system-riscv32"
    /// Linker of WebAssembly.
    case wasmLinker = "wasm-ld"
    /// Runs WebAssembly.
    case wasmKit = "wasmkit"

    /// The Debian package that brings it.
    public var package: String {
        switch self {
        case .gcc: "gcc"
        case .clang: "clang"
        case .size, .nm: "binutils"
        case .armGCC: "gcc-arm-none-eabi"
        case .armSize, .armNM: "binutils-arm-none-eabi"
        case .armQEMU: "qemu-system-arm"
        case .riscvGCC: "gcc-riscv64-unknown-elf"
        case .riscvSize, .riscvNM: "binutils-riscv64-unknown-elf"
        case .riscvQEMU: "qemu-system-misc"
        case .wasmLinker: "lld"
        case .wasmKit: "wasmkit"
        }
    }

    /// What to do where it is missing.
    public var remedy: String {
        switch self {
        case .wasmKit:
            "it lies beside swift in the Swift toolchain from https://www.swift.org/install"
        case .clang, .wasmLinker:
            "it lies beside swift in the Swift toolchain; or install the Debian package '\(package)'"
        case .gcc, .size, .nm, .armGCC, .armSize, .armNM, .armQEMU, .riscvGCC, .riscvSize, .riscvNM,
            .riscvQEMU:
            "install the Debian package '\(package)'"
        }
    }
}

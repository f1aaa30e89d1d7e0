/// A board without an operating system that an emulator knows: memories, clock, compiler.
struct Board: Sendable, Hashable {
    /// A stretch of memory.
    struct Memory: Sendable, Hashable {
        let origin: UInt32
        let bytes: Int
    }

    /// Its processor in the compiler's words.
    let processor: [String]
    let compiler: ToolName
    let emulator: ToolName
    /// Its name for the emulator.
    let machine: String
    let flash: Memory
    let ram: Memory
    /// Nanoseconds of a tick of the clock that the program reads; nil where ticks are instructions.
    let tick: Double?

    /// Instructions take 2 to this power of nanoseconds in the emulator.
    var instructionShift: Int { tick == nil ? 0 : 6 }

    /// Instructions that a number of ticks stands for.
    func instructions(ticks: Int) -> Int {
        guard let tick else { return ticks }
        return Int((Double(ticks) * tick / Double(1 << instructionShift)).rounded())
    }
}

extension CTarget {
    /// The board that it is emulated on.
    var board: Board? {
        let megabytes = 1 << 20
        func arm(
            _ machine: String, tick: Double, flash: (UInt32, Int) = (0, 4 << 20),
            ram: (UInt32, Int) = (0x2000_0000, 4 << 20)
        ) -> Board {
            Board(
                processor: ["-mcpu=\(rawValue)", "-mthumb"], compiler: .armGCC, emulator: .armQEMU,
                machine: machine, flash: Board.Memory(origin: flash.0, bytes: flash.1),
                ram: Board.Memory(origin: ram.0, bytes: ram.1), tick: tick)
        }
        // Clocks of SysTick: 16 MHz, 25 MHz, 20 MHz and 32 MHz, as the emulator has them.
        switch self {
        case .cortexM0:
            return arm(
                "microbit", tick: 62.5, flash: (0, 256 << 10), ram: (0x2000_0000, 16 << 10))
        case .cortexM3: return arm("mps2-an385", tick: 40)
        case .cortexM4: return arm("mps2-an386", tick: 40)
        case .cortexM7: return arm("mps2-an500", tick: 40)
        case .cortexM33:
            return arm(
                "mps2-an505", tick: 50, flash: (0x1000_0000, 4 << 20),
                ram: (0x3800_0000, 4 << 20))
        case .cortexM55:
            return arm(
                "mps3-an547", tick: 31.25, flash: (0, 512 << 10), ram: (0x2000_0000, 128 << 10))
        case .riscv32:
            return Board(
                processor: ["-march=rv32imac", "-mabi=ilp32"], compiler: .riscvGCC,
                emulator: .riscvQEMU, machine: "virt",
                flash: Board.Memory(origin: 0x8000_0000, bytes: 4 * megabytes),
                ram: Board.Memory(origin: 0x8040_0000, bytes: 4 * megabytes), tick: nil)
        case .host, .hostClang, .cortexM0Plus, .riscv32imc, .wasm32, .avr, .xtensa: return nil
        }
    }

    /// What it is compiled with.
    func compiler() throws -> Tool {
        switch self {
        case .host: try .find(.gcc)
        case .hostClang: try .find(.clang)
        case .cortexM0, .cortexM0Plus, .cortexM3, .cortexM4, .cortexM7, .cortexM33, .cortexM55:
            try .find(.armGCC)
        case .riscv32, .riscv32imc: try .find(.riscvGCC)
        case .wasm32: try .webAssemblyCompiler()
        case .avr, .xtensa:
            throw ToolchainError.unsupported(target: rawValue, reason: obstacle ?? "refused")
        }
    }

    /// Options that an object of it is compiled with, beside warnings and optimisation.
    var options: [String] {
        // Without the last option, loops that clear memory become calls of a library that is not there.
        let free = ["-ffreestanding", "-fno-tree-loop-distribute-patterns"]
        return switch self {
        case .host, .hostClang, .avr, .xtensa: []
        case .cortexM0, .cortexM0Plus, .cortexM3, .cortexM4, .cortexM7, .cortexM33, .cortexM55:
            ["-mcpu=\(rawValue)", "-mthumb"] + free
        case .riscv32: ["-march=rv32imac", "-mabi=ilp32"] + free
        case .riscv32imc: ["-march=rv32imc", "-mabi=ilp32"] + free
        case .wasm32: ["--target=wasm32", "-ffreestanding", "-fno-builtin"]
        }
    }
}

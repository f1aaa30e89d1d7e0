/// C that lies between an exported network and the machine that it runs on.
enum BoardFiles {
    /// Names of files that no network may have.
    static let names = ["bare", "board", "line", "scores", "golden", "program"]

    /// Where the parts of a program lie on a board.
    static func linkerScript(_ board: Board) -> String {
        func memory(_ memory: Board.Memory) -> String {
            "ORIGIN = 0x\(String(memory.origin, radix: 16)), LENGTH = \(memory.bytes)"
        }
        let entry = board.compiler == .riscvGCC ? "_start" : "Reset_Handler"
        return #"""
            MEMORY {
                FLASH (rx) : \#(memory(board.flash))
                RAM (rwx) : \#(memory(board.ram))
            }
            ENTRY(\#(entry))
            SECTIONS {
                .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) *(.srodata*) . = ALIGN(4); } > FLASH
                .data : {
                    . = ALIGN(4);
                    _data_start = .;
                    __global_pointer$ = . + 0x800;
                    *(.data*) *(.sdata*)
                    . = ALIGN(4);
                    _data_end = .;
                } > RAM AT > FLASH
                _data_load = LOADADDR(.data);
                .bss (NOLOAD) : {
                    . = ALIGN(4);
                    _bss_start = .;
                    *(.sbss*) *(.bss*) *(COMMON)
                    . = ALIGN(8);
                    _bss_end = .;
                } > RAM
                _stack = ORIGIN(RAM) + LENGTH(RAM);
                _stack_end = MAX(_bss_end, _stack - 0x10000);
                ASSERT(_bss_end + 512 <= _stack, "less than 512 bytes of RAM are left for the stack")
                /DISCARD/ : { *(.comment) *(.ARM.*) *(.note*) *(.riscv.*) *(.eh_frame*) }
            }

            """#
    }
}

import Foundation

extension CNetworkSource {
    /// Files of a folder `boards/` beside the exported ones, by their paths: start-up code, linker scripts, a program that
    /// compares with the golden samples, and a Makefile that builds it for each board and runs it in an emulator.
    ///
    /// On hardware, the linker script must say the memories of the processor at hand, and a debugger answer semihosting.
    public var boardFiles: [String: String] {
        var files = [
            "boards/board.h": BoardFiles.header, "boards/line.h": BoardFiles.line,
            "boards/board.c": BoardFiles.board, "boards/host.c": BoardFiles.host,
            "boards/golden.c": renamed(BoardFiles.golden), "boards/Makefile": boardMakefile,
        ]
        for target in Self.boardTargets {
            guard let board = target.board else { continue }
            files["boards/\(target.rawValue).ld"] = BoardFiles.linkerScript(board)
        }
        return files
    }

    /// Writes ``boardFiles`` into the folder of an export.
    public func writeBoardFiles(to folder: URL) throws {
        try FileManager.default.createDirectory(
            at: folder.appending(path: "boards"), withIntermediateDirectories: true)
        for (path, text) in boardFiles {
            try Data(text.utf8).write(to: folder.appending(path: path), options: .atomic)
        }
    }

    /// Targets with a board that an emulator knows.
    static let boardTargets = CTarget.allCases.filter { $0.board != nil }

    private var boardMakefile: String {
        let names = Self.boardTargets.map(\.rawValue)
        let rules = Self.boardTargets.map { target in
            guard let board = target.board else { return "" }
            let linking = CompiledProgram.linking(target).filter { $0 != "board.ld" && $0 != "-T" }
            let options = (target.options + linking.filter { $0 != "-lgcc" }).joined(separator: " ")
            return """

                \(target.rawValue): \(target.rawValue).elf
                \(target.rawValue).elf: $(SOURCES) \(target.rawValue).ld
                \t\(board.compiler.rawValue) $(FLAGS) \(options) -T \(target.rawValue).ld $(filter %.c,$^) -lgcc -o $@
                run-\(target.rawValue): \(target.rawValue).elf
                \t\(board.emulator.rawValue) \(board.emulation.joined(separator: " ")) -kernel $<

                """
        }
        return """
            # Builds the comparison with the golden samples for boards without an operating system.
            #     make cortex-m4         build it
            #     make run-cortex-m4     build it, and run it in QEMU
            #     make run-host          build it for this machine, and run it
            # Ticks are instructions for riscv32; of SysTick elsewhere: cycles on hardware.
            BOARDS := \(names.joined(separator: " "))
            FLAGS := \(CompiledProgram.warnings.joined(separator: " ")) -Os -I. -I..
            SOURCES := ../\(name).c golden.c board.c

            .PHONY: all clean host run-host $(BOARDS) $(BOARDS:%=run-%)
            all: $(BOARDS)
            host: host.elf
            host.elf: ../\(name).c golden.c host.c
            \t$(CC) $(FLAGS) $^ -o $@
            run-host: host.elf
            \t./host.elf
            clean:
            \trm -f *.elf

            """ + rules.joined()
    }
}

import Foundation
import RanvierDeployment
import RanvierTestSupport
import Testing

/// Exported networks on emulated boards.
@Suite("An exported network on a board")
struct BoardTests {
    /// Word for word the scores of the network in Swift, on many samples; instructions and stack within what they can be.
    private func check(
        _ target: CTarget, _ optimization: CompilerOptimization = .speed, samples count: Int = 1000
    ) throws {
        #expect(target.support == .works)
        let samples = SmallNetwork.samples(count)
        let outcome = try CompiledProgram(
            SmallNetwork.exported(), for: target, optimization: optimization
        ).outcome(of: samples)
        #expect(outcome.samples.map(\.scores) == samples.map(SmallNetwork.scores))
        let instructions = try #require(outcome.instructions)
        // 256 products and 64 updates in a sample, of at least three instructions each.
        #expect((3 * 320...20_000).contains(instructions.smallest))
        #expect(instructions.largest < 2 * instructions.smallest)
        #expect((8...2000).contains(try #require(outcome.stack)))
    }

    @Test(
        "with Cortex-M has the right scores",
        .enabled(if: Needs.has(.cortexM4), Needs.advice(.cortexM4)),
        arguments: [
            CTarget.cortexM0, .cortexM3, .cortexM4, .cortexM7, .cortexM33, .cortexM55,
        ])
    func cortex(_ target: CTarget) throws { try check(target) }

    @Test(
        "with Cortex-M0 has the right scores without optimisation and small",
        .enabled(if: Needs.has(.cortexM0), Needs.advice(.cortexM0)),
        arguments: [CompilerOptimization.none, .size])
    func smallest(_ optimization: CompilerOptimization) throws {
        try check(.cortexM0, optimization, samples: 200)
    }

    @Test(
        "with RISC-V has the right scores",
        .enabled(if: Needs.has(.riscv32), Needs.advice(.riscv32)),
        arguments: CompilerOptimization.allCases)
    func riscv(_ optimization: CompilerOptimization) throws { try check(.riscv32, optimization) }

    @Test(
        "counts the same instructions each time, on every board about as many",
        .enabled(if: Needs.has(.cortexM4, .riscv32), Needs.advice(.cortexM4, .riscv32)))
    func instructions() throws {
        let samples = SmallNetwork.samples(20)
        let network = try SmallNetwork.exported()
        let program = try CompiledProgram(network, for: .cortexM4)
        let first = try program.outcome(of: samples)
        #expect(try program.outcome(of: samples) == first)
        // Three rows of clocks that differ, one instruction set: counts agree within the clock's grain.
        let others = try [CTarget.cortexM3, .cortexM7].map {
            try CompiledProgram(network, for: $0).outcome(of: samples).instructions?.mean ?? 0
        }
        let mean = try #require(first.instructions?.mean)
        for other in others { #expect(abs(other - mean) < 0.1 * mean, "\(other) and \(mean)") }
    }

    @Test(
        "counts beyond the width of its clock",
        .enabled(if: Needs.has(.cortexM0), Needs.advice(.cortexM0)))
    func wraps() throws {
        // 24 bits of ticks are 16 million instructions; an idle loop of three instructions takes 30 million.
        let network = try HostProgramTests.changed(
            "int32_t best = 0, i;",
            to: "int32_t best = 0, i; volatile uint32_t idle; "
                + "for (idle = 0; idle < 6000000u; idle++) {}")
        let outcome = try CompiledProgram(network, for: .cortexM0).outcome(
            of: SmallNetwork.samples(1))
        let instructions = try #require(outcome.instructions)
        #expect((24_000_000...60_000_000).contains(instructions.largest))
        #expect(outcome.samples.map(\.scores) == SmallNetwork.samples(1).map(SmallNetwork.scores))
    }

    @Test(
        "that has too little memory is an error of the linker",
        .enabled(if: Needs.has(.cortexM0), Needs.advice(.cortexM0)))
    func memory() throws {
        var files = ["net.h": SmallNetwork.header, "net.c": SmallNetwork.source]
        files["net.h"] = SmallNetwork.header.replacing(
            "int32_t membranes[8];", with: "int32_t membranes[8]; int32_t spare[4000];")
        let network = try CNetworkSource(name: "net", files: files)
        #expect {
            try CompiledProgram(network, for: .cortexM0)
        } throws: { "\($0)".contains("RAM") }
    }

    @Test(
        "whose stack meets its variables is an error",
        .enabled(if: Needs.has(.cortexM0), Needs.advice(.cortexM0)))
    func stack() throws {
        // Writes all that is free under its own frame, as calls of calls do.
        let network = try HostProgramTests.changed(
            "int32_t current[8];",
            to: "int32_t current[8]; extern uint32_t _bss_end[]; "
                + "uint32_t *word = (uint32_t *)__builtin_frame_address(0) - 64; "
                + "while (word > _bss_end + 4) { *--word = 1; }")
        #expect {
            try CompiledProgram(network, for: .cortexM0).outcome(of: SmallNetwork.samples(1))
        } throws: { "\($0)".contains("the stack ran into the variables") }
    }

    @Test(
        "that comes to a fault, or never ends, is an error",
        .enabled(if: Needs.has(.cortexM4, .riscv32), Needs.advice(.cortexM4, .riscv32)),
        arguments: [CTarget.cortexM4, .riscv32])
    func fault(_ target: CTarget) throws {
        let faulty = try HostProgramTests.changed(
            "int32_t best = 0, i;",
            to: "int32_t best = 0, i; *(volatile uint32_t *)(uint32_t)0xF0000004u = 1;")
        #expect {
            try CompiledProgram(faulty, for: target).outcome(of: SmallNetwork.samples(1))
        } throws: {
            guard case .failed(_, _, let status, _)? = $0 as? ToolchainError else { return false }
            return status == 70
        }
        let endless = try HostProgramTests.changed(
            "int32_t best = 0, i;", to: "int32_t best = 0, i; for (;;) {}")
        #expect {
            try CompiledProgram(endless, for: target).outcome(
                of: SmallNetwork.samples(1), limit: .milliseconds(500))
        } throws: {
            guard case .stopped? = $0 as? ToolchainError else { return false }
            return true
        }
    }

    @Test(
        "is measured alone and with its program",
        .enabled(if: Needs.has(.cortexM0, .riscv32), Needs.advice(.cortexM0, .riscv32)))
    func sizes() throws {
        let network = try SmallNetwork.exported()
        for target in [CTarget.cortexM0, .cortexM0Plus, .riscv32, .riscv32imc] {
            let size = try network.size(on: target)
            #expect(size.state == 44 && size.ram == 44 && size.variables == 0)
            #expect((184...192).contains(size.tables) && (200...900).contains(size.code))
            #expect(size.flash == size.code + size.tables)
        }
        let whole = try CompiledProgram(network, for: .cortexM0, optimization: .size).size()
        let alone = try network.size(on: .cortexM0)
        #expect((alone.flash + 300...alone.flash + 4000).contains(whole.flash))
        #expect((alone.ram...alone.ram + 1000).contains(whole.ram))
    }

    @Test(
        "is built and run by the Makefile in its folder",
        .enabled(if: Needs.has(.cortexM0, .riscv32), Needs.advice(.cortexM0, .riscv32)),
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/make"), "install make"))
    func makefile() throws {
        let folder = try TemporaryFolder()
        let network = try SmallNetwork.exported(golden: SmallNetwork.samples(4))
        for (name, text) in network.files { try folder.write(text, to: name) }
        try network.writeBoardFiles(to: folder.url)
        let output = try Tool(at: URL(filePath: "/usr/bin/make")).succeed(
            ["--silent", "-C", "boards", "run-cortex-m0", "run-riscv32", "run-host"],
            in: folder.url, work: "making")
        let lines = output.split(separator: "\n")
        #expect(lines.filter { $0 == "net: 4 of 4 samples agree" }.count == 3, "\(output)")
        #expect(lines.filter { $0.hasPrefix("largest sample: ") }.count == 2, "\(output)")
    }

    @Test("that nobody has here is refused with the reason", arguments: CTarget.allCases)
    func refusals(_ target: CTarget) throws {
        #expect((target.support == .works) == (target.obstacle == nil))
        #expect(!target.tools.isEmpty || target.support == .notSupported)
        guard target.support != .works else { return }
        let reason = try #require(target.obstacle)
        #expect(
            throws: ToolchainError.unsupported(target: target.rawValue, reason: reason)
        ) { try CompiledProgram(SmallNetwork.exported(), for: target) }
    }

    @Test("knows no sanitisers and no test of this machine")
    func hostOnly() throws {
        let network = try SmallNetwork.exported(golden: SmallNetwork.samples(1))
        #expect(throws: ToolchainError.self) {
            try CompiledProgram(network, for: .cortexM4, sanitized: true)
        }
        #expect(throws: ToolchainError.self) {
            try CompiledProgram(network, for: .riscv32, main: .exported)
        }
    }

    @Test(
        "takes little more than itself where nothing talks",
        .enabled(if: Needs.has(.cortexM0), Needs.advice(.cortexM0)))
    func bare() throws {
        let network = try SmallNetwork.exported()
        let program = try CompiledProgram(
            network, for: .cortexM0, optimization: .size, main: .bare)
        let size = try program.size(), own = try network.size(on: .cortexM0)
        // Four vectors, a start, a loop.
        #expect((own.flash + 16...own.flash + 200).contains(size.flash))
        // State, a row of 16 bytes, the answer; rounded up.
        #expect((own.state + 20...own.state + 32).contains(size.ram))
        let talking = try CompiledProgram(network, for: .cortexM0, optimization: .size).size()
        #expect(size.flash < talking.flash)
        #expect(throws: ToolchainError.self) { try program.check() }
        #expect(throws: ToolchainError.self) {
            try CompiledProgram(network, for: .riscv32, main: .bare)
        }
    }
}

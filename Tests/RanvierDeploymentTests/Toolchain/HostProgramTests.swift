import Foundation
import RanvierDeployment
import RanvierTestSupport
import Testing

/// Exported networks on this machine.
@Suite("An exported network on this machine", .enabled(if: Needs.has(.host), Needs.advice(.host)))
struct HostProgramTests {
    @Test("has the right scores at every optimisation", arguments: CompilerOptimization.allCases)
    func scores(_ optimization: CompilerOptimization) throws {
        let samples = SmallNetwork.samples(1000)
        let scores = try SmallNetwork.exported().scores(of: samples, optimization: optimization)
        #expect(scores == samples.map(SmallNetwork.scores))
        #expect(Set(scores).count > 200)
    }

    @Test(
        "has the right scores with clang at every optimisation",
        .enabled(if: Needs.has(.hostClang), Needs.advice(.hostClang)),
        arguments: CompilerOptimization.allCases)
    func clang(_ optimization: CompilerOptimization) throws {
        let samples = SmallNetwork.samples(1000)
        let scores = try SmallNetwork.exported().scores(
            of: samples, on: .hostClang, optimization: optimization)
        #expect(scores == samples.map(SmallNetwork.scores))
    }

    @Test("answers with the largest score and its margin, and tells no instructions")
    func answers() throws {
        let samples = SmallNetwork.samples(50)
        let outcome = try CompiledProgram(SmallNetwork.exported()).outcome(of: samples)
        for (sample, found) in zip(samples, outcome.samples) {
            let scores = SmallNetwork.scores(sample)
            let sorted = scores.sorted(by: >)
            #expect(scores.firstIndex(of: sorted[0]).map(Int32.init) == found.answer)
            #expect(found.margin == sorted[0] - sorted[1] && found.instructions == nil)
        }
        #expect(outcome.instructions == nil && outcome.stack == nil)
        #expect(try CompiledProgram(SmallNetwork.exported()).outcome(of: []).samples.isEmpty)
    }

    @Test("passes the sanitisers; what they find ends the program")
    func sanitized() throws {
        let samples = SmallNetwork.samples(200)
        let program = try CompiledProgram(SmallNetwork.exported(), sanitized: true)
        #expect(
            try program.outcome(of: samples).samples.map(\.scores)
                == samples.map(SmallNetwork.scores))
        let broken = try Self.changed("state->scores[i] = 0;", to: "state->scores[i] = 2147483640;")
        #expect {
            try CompiledProgram(broken, sanitized: true).outcome(of: samples)
        } throws: {
            "\($0)".contains("signed integer overflow")
        }
    }

    @Test(
        "passes the sanitisers of clang",
        .enabled(if: Needs.has(.hostClang), Needs.advice(.hostClang)))
    func sanitizedClang() throws {
        let samples = SmallNetwork.samples(200)
        let program = try CompiledProgram(
            SmallNetwork.exported(), for: .hostClang, optimization: .none, sanitized: true)
        #expect(
            try program.outcome(of: samples).samples.map(\.scores)
                == samples.map(SmallNetwork.scores))
    }

    @Test("agrees with its golden samples; one that does not is counted")
    func golden() throws {
        let network = try SmallNetwork.exported(golden: SmallNetwork.samples(5))
        for main in [CompiledProgram.Main.golden, .exported] {
            let ending = try CompiledProgram(network, main: main).check()
            #expect(ending.status == 0 && ending.output == "net: 5 of 5 samples agree\n")
        }
        var files = network.files
        files["net.c"] = SmallNetwork.source.replacing("u -= net_thresholds[i]", with: "u = 0")
        let changed = try CNetworkSource(name: "net", files: files)
        let ending = try CompiledProgram(changed, main: .golden).check()
        #expect(ending.status == 1 && !ending.output.contains("5 of 5"))
        #expect(throws: ToolchainError.self) {
            try CompiledProgram(SmallNetwork.exported(), main: .golden)
        }
    }

    @Test("with a warning is an error that shows it")
    func warning() throws {
        let network = try Self.changed("int32_t best = 0, i;", to: "int32_t best = 0, i, idle;")
        #expect {
            try CompiledProgram(network)
        } throws: {
            guard case .failed("gcc", _, _, let lines)? = $0 as? ToolchainError else {
                return false
            }
            return lines.contains { $0.contains("unused variable 'idle'") }
        }
    }

    @Test("that never ends is stopped")
    func loop() throws {
        let network = try Self.changed(
            "int32_t best = 0, i;", to: "int32_t best = 0, i; for (;;) {}")
        let program = try CompiledProgram(network)
        #expect {
            try program.outcome(of: SmallNetwork.samples(1), limit: .milliseconds(300))
        } throws: {
            guard case .stopped? = $0 as? ToolchainError else { return false }
            return "\($0)".contains("running net on host")
        }
    }

    @Test("refuses samples that do not fit, by number")
    func samples() throws {
        let program = try CompiledProgram(SmallNetwork.exported())
        var samples = SmallNetwork.samples(3)
        samples[1][9] = 256
        #expect(
            throws: ToolchainError.samples(
                expected: "uint8_t from 0 to 255", found: "256 at element 9 of sample 1")
        ) { try program.outcome(of: samples) }
        samples[1] = [1, 2]
        #expect(
            throws: ToolchainError.samples(expected: "32 elements", found: "2 in sample 1")
        ) { try program.outcome(of: samples) }
    }

    @Test("of another name runs as well")
    func renamed() throws {
        func named(_ text: String) -> String {
            text.replacing("NET_", with: "PUMP_1_").replacing("net_", with: "pump_1_")
                .replacing("net.h", with: "pump_1.h")
        }
        let golden = try SmallNetwork.exported(golden: SmallNetwork.samples(2))
        let files = golden.files.map {
            ($0.key.replacing("net", with: "pump_1"), named($0.value))
        }
        let network = try CNetworkSource(
            name: "pump_1", files: Dictionary(uniqueKeysWithValues: files))
        let samples = SmallNetwork.samples(10)
        #expect(try network.scores(of: samples) == samples.map(SmallNetwork.scores))
        let ending = try CompiledProgram(network, main: .golden).check()
        #expect(ending.output == "pump_1: 2 of 2 samples agree\n")
    }

    @Test("takes its bytes from the object file")
    func size() throws {
        let size = try SmallNetwork.exported().size(on: .host)
        // Eight membranes and three scores; 128 + 24 weights and 8 thresholds of four bytes.
        #expect(size.state == 44 && size.ram == 44)
        #expect(size.tables >= 184 && size.code > 100)
        #expect(size.largestTables.first?.name == "net_weights_1")
        #expect(size.largestTables.first?.bytes == 128)
        #expect(throws: ToolchainError.self) {
            try CompiledProgram(SmallNetwork.exported()).size()
        }
    }

    static func changed(_ text: String, to other: String) throws -> CNetworkSource {
        try CNetworkSource(
            name: "net",
            files: [
                "net.h": SmallNetwork.header,
                "net.c": SmallNetwork.source.replacing(text, with: other),
            ])
    }
}

import Foundation
import RanvierDeployment
import RanvierTestSupport
import Testing

/// Exported networks as WebAssembly.
@Suite(
    "An exported network in WebAssembly", .enabled(if: Needs.has(.wasm32), Needs.advice(.wasm32)))
struct WebAssemblyTests {
    @Test("has the right scores", arguments: CompilerOptimization.allCases)
    func scores(_ optimization: CompilerOptimization) throws {
        let samples = SmallNetwork.samples(200)
        let outcome = try CompiledProgram(
            SmallNetwork.exported(), for: .wasm32, optimization: optimization
        ).outcome(of: samples)
        #expect(outcome.samples.map(\.scores) == samples.map(SmallNetwork.scores))
        #expect(outcome.instructions == nil && outcome.stack == nil)
    }

    @Test("agrees with its golden samples, and ends with an error where it does not")
    func golden() throws {
        let network = try SmallNetwork.exported(golden: SmallNetwork.samples(3))
        let ending = try CompiledProgram(network, for: .wasm32, main: .golden).check()
        #expect(ending.status == 0 && ending.output == "net: 3 of 3 samples agree\n")
        var files = network.files
        files["net.c"] = SmallNetwork.source.replacing("u -= net_thresholds[i]", with: "u = 0")
        let changed = try CNetworkSource(name: "net", files: files)
        let other = try CompiledProgram(changed, for: .wasm32, main: .golden).check()
        #expect(other.status == 1 && !other.output.contains("3 of 3"))
    }

    @Test("is a small module that needs nothing")
    func module() throws {
        let module = try WebAssemblyModule(SmallNetwork.exported())
        #expect(module.bytes.starts(with: [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))
        #expect((400...4000).contains(module.bytes.count))
        // The section of imports, 2, is not there: sections follow each other as number, size, content.
        var sections: [UInt8] = []
        var rest = module.bytes.dropFirst(8)
        while let section = rest.popFirst() {
            sections.append(section)
            var (size, shift) = (0, 0)
            while let byte = rest.popFirst() {
                size |= Int(byte & 0x7f) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            rest = rest.dropFirst(size)
        }
        #expect(sections.contains(7) && sections.contains(10) && !sections.contains(2))
    }

    @Test("has no size of its own to measure")
    func size() throws {
        #expect(throws: ToolchainError.self) { try SmallNetwork.exported().size(on: .wasm32) }
        #expect(throws: ToolchainError.self) {
            try CompiledProgram(SmallNetwork.exported(), for: .wasm32).size()
        }
    }
}

import Foundation
import Ranvier
import RanvierTestSupport
import Testing

@testable import RanvierConfiguration
@testable import RanvierRuns

/// Configurations that are too large, and files that are none.
@Suite struct ConfigurationBoundsTests {
    private func error(
        of yaml: String, sourceLocation: SourceLocation = #_sourceLocation
    ) -> String {
        let error = #expect(throws: ConfigurationError.self, sourceLocation: sourceLocation) {
            try ConfigurationReader(yaml: yaml, file: "c.yaml")
        }
        return error?.description ?? ""
    }

    /// Nine levels of nine aliases stand for 9⁹ values.
    @Test func aliasesAreCountedWhereTheyStand() {
        var yaml = "a0: &a0 [x]\n"
        for level in 1...9 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 9)
            yaml += "a\(level): &a\(level) [\(aliases.joined(separator: ", "))]\n"
        }
        #expect(error(of: yaml).contains("at most 100000 values"))
        // Keys would be compared value by value.
        #expect(error(of: yaml + "? *a9\n: 1\n").contains("keys that are words"))
        #expect(error(of: yaml + "{*a9 : 1}\n").contains("keys that are words"))
        #expect(error(of: yaml + "[[*a9]: 1]\n").contains("keys that are words"))
    }

    @Test func aliasesOfReasonableSizeAreRead() throws {
        let reader = try ConfigurationReader(
            yaml: "a: &a {x: 1, y: [2, 3]}\nb: *a\nc: *a\n", file: "c.yaml")
        #expect(try reader.section("b").integer("x") == 1)
        #expect(try reader.section("c").integers("y") == [2, 3])
    }

    @Test(arguments: ["[", "{a: ", "- "]) func deepNestingIsRefused(bracket: String) {
        #expect(!error(of: String(repeating: bracket, count: 100)).isEmpty)
        #expect(!error(of: String(repeating: bracket, count: 100_000)).isEmpty)
        let closed = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(error(of: "a: \(closed)").contains("at most 64 deep"))
    }

    @Test func manyKeysAreReadOnce() throws {
        let keys = (0..<40_000).map { "key\($0): \($0)\n" }.joined()
        let reader = try ConfigurationReader(yaml: keys, file: "c.yaml")
        #expect(reader.root.keys.count == 40_000)
        #expect(error(of: keys + "key7: 1\n").contains("second time"))
        #expect(error(of: String(repeating: keys, count: 3)).contains("at most 1 MiB"))
        // A message does not repeat them all.
        let node = try ConfigurationNode(yaml: keys, file: "c.yaml")
        #expect(node.found.count < 300 && node.found.contains("more keys"))
    }

    // MARK: - Numbers

    @Test func wholeNumbersHaveBoundsBesideThoseOfTheirKey() throws {
        func read(_ text: String) throws -> ConfigurationSection {
            try ConfigurationReader(yaml: "n: \(text)\nlist: [1, \(text)]\n", file: "c.yaml").root
        }
        #expect(try read("1000000000").integer("n", in: 1...) == 1_000_000_000)
        #expect(try read("9223372036854775807").seed("n") == UInt64(Int.max))
        for text in ["1000000001", "9223372036854775807", "99999999999999999999"] {
            let section = try read(text)
            let alone = #expect(throws: ConfigurationError.self) {
                try section.integer("n", in: 1...)
            }
            #expect(
                alone?.description.contains(
                    "n: expected an integer of at least 1 (at most 1000000000)") == true)
            let listed = #expect(throws: ConfigurationError.self) { try section.integers("list") }
            #expect(
                listed?.description.contains("list.1: expected an integer (at most 1000000000)")
                    == true)
            // Sharper bounds say enough.
            let sharp = #expect(throws: ConfigurationError.self) {
                try section.integer("n", in: 1...9)
            }
            #expect(sharp?.description.contains("from 1 to 9, found") == true)
        }
    }

    @Test func otherNumbersHaveAMagnitude() throws {
        func read(_ text: String) throws -> Double {
            try ConfigurationReader(yaml: "x: \(text)\n", file: "c.yaml").root.float("x")
        }
        #expect(try read("0") == 0 && read("-1e30") == -1e30 && read("1e-30") == 1e-30)
        for text in ["1e308", "-1e31", "1e-320", "1e-31", "1e999"] {
            let error = #expect(throws: ConfigurationError.self) { try read(text) }
            #expect(error?.description.contains("magnitude from 1e-30 to 1e+30") == true, "\(text)")
        }
        for text in [".nan", ".inf", "nan", "inf", "0x1p3"] {
            #expect(throws: ConfigurationError.self) { try read(text) }
        }
    }

    @Test func sizesAreTold() {
        let need = MemoryNeed("'w' [2, 3]", bytes: MemoryNeed.bytes(of: [1 << 30, 1 << 30]))
        let error = #expect(throws: MemoryNeedError.self) { try need.check(available: 1 << 30) }
        #expect(error?.description.hasPrefix("'w' [2, 3]: needs about ") == true)
        #expect(error?.description.contains("may use 1.00\u{202F}GiB") == true)
        #expect(ExitStatus(for: MemoryNeedError(need: need, availableBytes: 1)) == .wrongUsage)
        #expect(throws: Never.self) { try MemoryNeed("x", bytes: 5).check(available: 5) }
        #expect(throws: MemoryNeedError.self) { try MemoryNeed("x", bytes: .nan).check() }
        #expect([Int.max, 3].elementCount == .max && [Int.max, 3, 0].elementCount == 0)
    }

    // MARK: - Files that are none

    @Test(
        arguments: [
            ([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0], "NumPy"),
            ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], "PNG"),
            ([0x50, 0x4b, 3, 4, 0, 0, 0], "Excel"), ([0x1f, 0x8b, 8, 0], "gzip"),
            ([57, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22], "safetensors"),
            ([0, 0, 8, 3, 0, 0, 0, 1], "IDX"), ([0x7f, 0x45, 0x4c, 0x46, 2, 1], "program"),
            (Array("a,b\n1,2\n".utf8), "let its name end in .csv"),
            (Array("a;b\n1;2\n".utf8), "let its name end in .csv"),
            ([0xff, 0xfe, 0x61, 0, 0x2c, 0], "let its name end in .csv"),
            (Array("some prose\n".utf8), "expected keys with values"),
        ] as [([UInt8], String)])
    func aFileThatIsNoConfigurationIsToldWhatItIs(bytes: [UInt8], word: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(bytes, to: "c.yaml")
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationReader(file: file) }
        let text = error?.description ?? ""
        #expect(text.contains("c.yaml") && text.contains(word), "\(text)")
    }

    @Test func aRunDirectoryIsToldWhatItIs() throws {
        let folder = try TemporaryFolder()
        try folder.write("seed: 1\n", to: "run/config.yaml")
        try folder.write("{}", to: "run/model.json")
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationReader(file: folder.url.appending(path: "run"))
        }
        #expect(error?.description.contains("a run directory") == true)
        #expect(error?.description.contains("config.yaml") == true)
    }
}

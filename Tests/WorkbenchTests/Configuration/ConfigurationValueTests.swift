import Testing

@testable import RanvierConfiguration
@testable import RanvierExperiments
@testable import RanvierRuns

@Suite("Configuration values")
struct ConfigurationValueTests {
    @Test(
        "of text come back from YAML as the same text",
        arguments: [
            "", " ", "plain words", "true", "No", "null", "~", "12", "1e-3", "0x10", ".5", "-",
            "a: b",
            "a #b", "#", "- x", "quotes \" and \\", "line\nbreak\ttab", "umlaut ü", "a ", "[1]",
            "{a}",
            "*x", "&x", "!x", "%x", "@x", "`x", "\u{7f}\u{85}\u{1}", "\u{fffe}",
            "it's", "/tmp/runs", "a,b",
        ])
    func text(_ text: String) throws {
        let tree = ConfigurationValue.section([.init("key", .list([.string(text)]))])
        let reader = try ConfigurationReader(yaml: tree.yaml(), file: "test")
        #expect(try reader.root.strings("key") == [text])
        let scalar = ConfigurationValue.section([.init("key", .string(text))])
        #expect(
            try ConfigurationReader(yaml: scalar.yaml(), file: "test").root.string("key") == text)
    }

    @Test(
        "of numbers come back from YAML with the same bits",
        arguments: [0, -0.0, 20, 1e-3, 0.1, 1e300, .leastNonzeroMagnitude, 1.0 / 3, -123456789.123])
    func numbers(_ number: Double) throws {
        let tree = ConfigurationValue.section([.init("key", .float(number))])
        // As a value: a key that is a number has bounds of its own.
        let back = try ConfigurationReader(yaml: tree.yaml(), file: "test").root.recordAll()["key"]
        guard case .float(let read) = back else {
            Issue.record("expected a number, found \(String(describing: back))")
            return
        }
        #expect(read.bitPattern == number.bitPattern)
    }

    @Test("of nested lists and sections are laid out so that they read back")
    func nested() throws {
        let tree = ConfigurationValue.section([
            .init("a", .section([])),
            .init("b", .list([])),
            .init(
                "c",
                .list([
                    .list([.integer(1)]), .section([.init("d", .null), .init("e", .integer(2))]),
                ])),
        ])
        #expect(tree.yaml() == "a: {}\nb: []\nc:\n  - [1]\n  - d: null\n    e: 2\n")
        #expect(tree.prepending("b", .integer(1)).yaml().hasPrefix("b: 1\na: {}\nc:"))
    }

    @Test(
        "have names that are found again from a mistyped one",
        arguments: [
            ("epoch", "epochs"), ("epohcs", "epochs"), ("lerning-rate", "learning-rate"),
            ("batch", "batch-size"), ("momentum", nil),
        ] as [(String, String?)])
    func nearest(_ name: String, expected: String?) {
        let known = ["epochs", "learning-rate", "batch-size"]
        #expect(NearestName.of(name, among: known) == expected)
    }
}

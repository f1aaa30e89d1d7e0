import Foundation
import RanvierFormats
import RanvierTestSupport
import Testing

@testable import RanvierConfiguration

/// Values that say themselves key by key, and the registry of their kinds.
@Suite("Schemas")
struct SchemaTests {
    // MARK: - Round trips

    @Test("Written values read back as the same", arguments: 0..<32)
    func roundTrip(seed: UInt64) throws {
        var random: any RandomNumberGenerator = SeededNumbers(seed: seed)
        let value = Options.random(using: &random)
        let section = try Self.section(value.configurationValue)
        #expect(try Options(section) == value)
        try section.finish()
        // What was asked for, defaults included, says the same again.
        #expect(section.resolved == value.configurationValue)
        let stored = try StoredJSON.data(value.configurationValue)
        let read = try StoredJSON.value(ConfigurationValue.self, from: stored)
        #expect(try Options(Self.section(read)) == value)
    }

    @Test("Draws reach different values of every key that is drawn")
    func draws() {
        var random: any RandomNumberGenerator = SeededNumbers(seed: 1)
        var seen: [String: Set<ConfigurationValue>] = [:]
        for _ in 0..<40 {
            guard case .section(let entries) = Options.random(using: &random).configurationValue
            else { continue }
            for entry in entries { seen[entry.key, default: []].insert(entry.value) }
        }
        let texts: Set = ["title", "note", "tags"]
        #expect(seen.count == 16)
        for (key, values) in seen { #expect((values.count > 1) == !texts.contains(key), "\(key)") }
        for count in seen["count"] ?? [] { #expect((1...4).contains(count.number ?? 0)) }
    }

    @Test("Every key is written, in the order of the schema")
    func writing() {
        #expect(
            Options().configurationValue
                == .section([
                    .init("count", .integer(1)), .init("limit", .null), .init("rate", .float(0.5)),
                    // In single precision as people write it.
                    .init("gain", .float(0.1)), .init("ceiling", .null),
                    .init("sizes", .list([.integer(2), .integer(3)])),
                    .init("weights", .list([.float(0.25)])), .init("on", .boolean(false)),
                    .init("color", .string("red")), .init("mode", .string("soft")),
                    .init("title", .string("plain")), .init("note", .null),
                    .init("tags", .list([.string("a")])), .init("depth", .integer(2)),
                    .init("inner", .section([.init("depth", .integer(2))])),
                    .init("shape", .string("dot")),
                ]))
        guard case .section(let entries) = Options().configurationValue else { return }
        #expect(entries.map(\.key).prefix(4) == ["count", "limit", "rate", "gain"])
    }

    @Test("Keys that are not there keep their defaults, or what the base has")
    func defaults() throws {
        #expect(try Options(Self.section(.section([]))) == Options())
        var base = Options()
        (base.count, base.limit, base.ceiling, base.note) = (3, 7, 0.75, "given")
        (base.isHard, base.inner.depth, base.shape) = (true, 4, .square(Square()))
        #expect(try Options(Self.section(.section([])), from: base) == base)
        var changed = base
        changed.rate = 0.25
        let rate = ConfigurationValue.section([.init("rate", .float(0.25))])
        #expect(try Options(Self.section(rate), from: base) == changed)
        // A base of the same kind says what is left out of its options.
        base.shape = .square(Square(side: 9, isFilled: true))
        let shape = ConfigurationValue.section([
            .init(
                "shape",
                Element("square", .section([.init("side", .integer(2))])).configurationValue)
        ])
        changed = base
        changed.shape = .square(Square(side: 2, isFilled: true))
        #expect(try Options(Self.section(shape), from: base) == changed)
    }

    @Test("Nothing is written for an optional key by a null")
    func nulls() throws {
        var base = Options()
        (base.limit, base.ceiling, base.note) = (7, 0.75, "given")
        let nulls = ConfigurationValue.section(
            ["limit", "ceiling", "note"].map { .init($0, .null) })
        #expect(try Options(Self.section(nulls), from: base) == Options())
    }

    // MARK: - Errors

    @Test(
        "Values that cannot be are refused with the key and what was expected",
        arguments: [
            ("count", .integer(0), "expected an integer of at least 1, found '0'"),
            ("count", .float(1.5), "expected an integer of at least 1, found '1.5'"),
            ("count", .string("2"), "expected an integer of at least 1, found the text \"2\""),
            ("count", .null, "expected an integer of at least 1, found nothing"),
            ("limit", .integer(11), "expected an integer from 0 to 10, found '11'"),
            ("rate", .float(1), "expected a number of at least 0.0 and less than 1.0, found '1.0'"),
            ("rate", .float(.nan), "found 'nan'"), ("rate", .float(.infinity), "found 'inf'"),
            ("gain", .integer(0), "expected a number above 0, found '0'"),
            ("ceiling", .float(2), "expected a number of at most 1.0, found '2.0'"),
            ("sizes", .integer(2), "expected a list, each an integer of at least 1, found '2'"),
            ("weights", .list([.boolean(true)]), "weights.0: expected a number, found 'true'"),
            (
                "sizes", .list([.integer(1), .integer(0)]),
                "sizes.1: expected an integer of at least 1"
            ),
            ("on", .string("yes"), "expected true or false, found the text \"yes\""),
            (
                "color", .string("bleu"),
                "expected one of red, blue, found 'bleu'; did you mean 'blue'?"
            ),
            ("mode", .string("x"), "expected one of soft, hard, found 'x'"),
            ("title", .list([]), "expected text, found a list of 0"),
            ("tags", .list([.section([])]), "tags.0: expected text, found an empty section"),
            ("inner", .integer(1), "expected a section of keys and values, found '1'"),
            (
                "shape", .string("sqare"),
                "expected one of dot, square, with or without options, found 'sqare'; "
                    + "did you mean 'square'?"
            ),
            (
                "shape", .section([.init("square", .section([.init("side", .integer(0))]))]),
                "shape.square.side: expected an integer of at least 1, found '0'"
            ),
        ] as [(String, ConfigurationValue, String)])
    func refusals(key: String, value: ConfigurationValue, message: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try Options(Self.section(.section([.init(key, value)])))
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("file.yaml:3: \(key)") && text.contains(message), "\(text)")
    }

    @Test("Keys that must be there are missed")
    func required() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try Required(Self.section(.section([.init("size", .integer(1))])))
        }
        #expect(error?.problem == .missingKey(expected: "text"))
        #expect(error?.keyPath == "file")
        let typo = #expect(throws: ConfigurationError.self) {
            try Required(Self.section(.section([.init("sise", .integer(1))])))
        }
        #expect(typo?.problem == .unknownKey(nearest: "size", known: ["size"]))
        let value = try Required(
            Self.section(.section([.init("size", .integer(4)), .init("file", .string("a.csv"))])))
        #expect(value == Required(size: 4, file: "a.csv"))
    }

    @Test("Keys that nothing asks for are refused, here and in sections inside")
    func unknownKeys() throws {
        func error(_ value: ConfigurationValue) throws -> ConfigurationError? {
            let section = try Self.section(value)
            _ = try Options(section)
            return #expect(throws: ConfigurationError.self) { try section.finish() }
        }
        let top = try error(.section([.init("cuont", .integer(2))]))
        #expect(top?.keyPath == "cuont" && top?.location == "file.yaml:3")
        guard case .unknownKey(let nearest, let known)? = top?.problem else {
            Issue.record("\(String(describing: top))")
            return
        }
        #expect(nearest == "count" && known.contains("inner") && known.count == 16)
        let inside = try error(
            .section([.init("inner", .section([.init("dept", .integer(2))]))]))
        #expect(inside?.problem == .unknownKey(nearest: "depth", known: ["depth"]))
        #expect(inside?.keyPath == "inner.dept")
        let option = try error(
            .section([
                .init("shape", .section([.init("square", .section([.init("sid", .integer(2))]))]))
            ]))
        #expect(option?.keyPath == "shape.square.sid")
    }

    // MARK: - Registry

    @Test("Kinds are found by name; one of the same name is replaced")
    func kinds() throws {
        var registry = Self.registry
        #expect(registry.names(ShapeRole.self) == ["dot", "square"])
        #expect(registry.names(OtherRole.self) == [])
        let error = #expect(throws: UnknownNameError.self) {
            try registry.kind("squarre", of: ShapeRole.self)
        }
        #expect(error == UnknownNameError("shape", "squarre", known: ["dot", "square"]))
        #expect(
            error?.description
                == "shape: expected one of dot, square, found 'squarre'; did you mean 'square'?")
        #expect(throws: UnknownNameError.self) { try registry.kind("dot", of: OtherRole.self) }
        let copy = registry
        registry.add(
            Kind<ShapeRole>("square", NoOptions.self) { _ in
                .square(Square(side: 7))
            } unwrap: {
                _ in
                nil
            })
        let element = Element("square")
        #expect(
            try element.value(of: ShapeRole.self, in: registry, at: "x") == .square(Square(side: 7))
        )
        #expect(try element.value(of: ShapeRole.self, in: copy, at: "x") == .square(Square()))
        #expect(registry.names(ShapeRole.self) == ["dot", "square"])
    }

    @Test("Elements are read whole: kind, options, and no key too many")
    func elements() throws {
        func value(_ element: Element) throws -> Shape {
            try element.value(of: ShapeRole.self, in: Self.registry, at: "run.json")
        }
        let square = Element("square", .section([.init("side", .integer(5))]))
        #expect(try value(square) == .square(Square(side: 5)))
        #expect(try ShapeRole.element(of: value(square)).options["filled"] == .boolean(false))
        #expect(throws: UnknownNameError.self) { try value(Element("circle")) }
        let unknown = #expect(throws: ConfigurationError.self) {
            try value(Element("square", .section([.init("colour", .integer(1))])))
        }
        #expect(unknown?.description.hasPrefix("run.json: square.colour: unknown key") == true)
        #expect(throws: ConfigurationError.self) {
            try value(Element("dot", .section([.init("side", .integer(1))])))
        }
        for element in [Element("dot"), square] {
            #expect(Element(element.configurationValue) == element)
            let stored = try StoredJSON.data(element)
            #expect(try StoredJSON.value(Element.self, from: stored) == element)
        }
        #expect(try StoredJSON.text(Element("dot")) == "\"dot\"")
        #expect(throws: DecodingError.self) {
            try StoredJSON.value(Element.self, from: Data("{\"a\": 1, \"b\": 2}".utf8))
        }
    }

    // MARK: - Stored values

    @Test("Trees come back from JSON as the same")
    func codable() throws {
        let tree = ConfigurationValue.section([
            .init("nothing", .null), .init("yes", .boolean(true)), .init("no", .boolean(false)),
            .init("zero", .integer(0)), .init("one", .integer(1)),
            .init("large", .integer(.max)), .init("small", .integer(.min)),
            .init("whole", .float(2)), .init("third", .float(1.0 / 3)),
            .init("tiny", .float(.leastNonzeroMagnitude)), .init("huge", .float(1e300)),
            .init("text", .string("true")), .init("digits", .string("12")),
            .init("empty", .string("")), .init("quote", .string("\"\\/\n\u{1F9E0}")),
            .init("list", .list([.list([]), .section([]), .list([.null, .integer(-3)])])),
            .init("inside", .section([.init("b", .integer(1)), .init("a", .float(0.5))])),
        ])
        let data = try StoredJSON.data(tree)
        #expect(try StoredJSON.value(ConfigurationValue.self, from: data) == tree)
        #expect(try StoredJSON.data(StoredJSON.value(ConfigurationValue.self, from: data)) == data)
        // Truth is no number, and a number no truth.
        #expect(try Self.stored(.boolean(true)) != .integer(1))
        #expect(try Self.stored(.integer(1)) != .boolean(true))
    }

    @Test(
        "Numbers come back with the same bits, those that JSON lacks, too",
        arguments: [
            0.1, 1e-3, Double.leastNonzeroMagnitude, 1e22, -2.5, 3, .infinity, -.infinity, .nan,
        ])
    func numbers(number: Double) throws {
        let back = try Self.stored(.list([.float(number)]))
        guard case .list(let values) = back, let value = values.first?.number else {
            Issue.record("\(back)")
            return
        }
        #expect(value.bitPattern == number.bitPattern || (value.isNaN && number.isNaN))
    }

    @Test("Equal trees have equal hashes, in any order of keys")
    func equality() {
        let a = ConfigurationValue.section([.init("x", .integer(1)), .init("y", .string("z"))])
        let b = ConfigurationValue.section([.init("y", .string("z")), .init("x", .float(1))])
        #expect(a == b && Set([a, b]).count == 1)
        #expect(a != .section([.init("x", .integer(1))]))
        #expect(
            ConfigurationValue.list([.integer(1), .integer(2)])
                != .list([.integer(2), .integer(1)]))
        #expect(a.firstDifference(from: b) == nil)
        let c = ConfigurationValue.section([.init("x", .integer(2)), .init("y", .string("z"))])
        #expect(a.firstDifference(from: c) == "x")
        #expect(a.firstDifference(from: c, ignoring: ["x"]) == nil)
    }

    // MARK: - What is read here

    static let registry: Registry = {
        var registry = Registry()
        registry.add([
            Kind<ShapeRole>("dot", NoOptions.self) { _ in
                .dot
            } unwrap: { _ in
                nil
            },
            Kind<ShapeRole>("square", Square.self) {
                .square($0)
            } unwrap: {
                if case .square(let square) = $0 { square } else { nil }
            },
        ])
        return registry
    }()

    /// A section that stands in line 3 of a file.
    static func section(_ value: ConfigurationValue) throws -> ConfigurationSection {
        let place = "file.yaml:3"
        return try ConfigurationSection(
            ConfigurationNode(value, location: place), location: place, keyPath: "",
            registry: registry)
    }

    static func stored(_ value: ConfigurationValue) throws -> ConfigurationValue {
        try StoredJSON.value(ConfigurationValue.self, from: StoredJSON.data(value))
    }
}

extension ConfigurationValue {
    /// The number that is said, whole or not.
    fileprivate var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .float(let number): number
        default: nil
        }
    }
}

/// One key of every sort.
private struct Options: Configurable {
    enum Color: String, CaseIterable, Sendable { case red, blue }

    var count = 1
    var limit: Int?
    var rate = 0.5
    var gain: Float = 0.1
    var ceiling: Double?
    var sizes = [2, 3]
    var weights = [0.25]
    var isOn = false
    var color = Color.red
    var isHard = false
    var title = "plain"
    var note: String?
    var tags = ["a"]
    var part = Inner()
    var inner = Inner()
    var shape = Shape.dot

    static let schema = Schema<Options> {
        Field.integer("count", \.count, in: 1...)
        Field.optionalInteger("limit", \.limit, in: 0...10)
        Field.number("rate", \.rate, in: 0..<1)
        Field.number("gain", \.gain, in: .positive)
        Field.optionalNumber("ceiling", \.ceiling, in: ...1)
        Field.integers("sizes", \.sizes, in: 1...)
        Field.numbers("weights", \.weights)
        Field.boolean("on", \.isOn)
        Field.choice("color", \.color)
        Field.choice("mode", \.isHard, of: ["soft": false, "hard": true])
        Field.text("title", \.title)
        Field.optionalText("note", \.note)
        Field.texts("tags", \.tags)
        Field.part(\.part)
        Field.section("inner", \.inner)
        Field.element("shape", \.shape, of: ShapeRole.self)
    }
}

private struct Inner: Configurable {
    var depth = 2
    static let schema = Schema<Inner> { Field.integer("depth", \.depth, in: 1...8) }
}

private struct Required: Configurable {
    var size = 0
    var file = ""

    init() {}
    init(size: Int, file: String) { (self.size, self.file) = (size, file) }

    static let schema = Schema<Required> {
        Field.integer("size", \.size, in: 1..., isRequired: true)
        Field.text("file", \.file, isRequired: true)
    }
}

private struct Square: Configurable {
    var side = 1
    var isFilled = false

    init() {}
    init(side: Int, isFilled: Bool = false) { (self.side, self.isFilled) = (side, isFilled) }

    static let schema = Schema<Square> {
        Field.integer("side", \.side, in: 1...)
        Field.boolean("filled", \.isFilled)
    }
}

private enum Shape: Hashable, Sendable {
    case dot
    case square(Square)
}

private enum ShapeRole: Role {
    typealias Value = Shape
    static let name = "shape"

    static func element(of value: Shape) -> Element {
        switch value {
        case .dot: Element("dot")
        case .square(let square): Element("square", square.configurationValue)
        }
    }

    static func sample(using random: inout any RandomNumberGenerator) -> Shape? {
        Bool.random(using: &random) ? .dot : .square(.random(using: &random))
    }
}

private enum OtherRole: Role {
    typealias Value = Int
    static let name = "other"
    static func element(of value: Int) -> Element { Element("\(value)") }
}

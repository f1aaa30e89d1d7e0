/// A key of a ``Schema``: how its value is read, written and drawn at random.
public struct Field<Value>: Sendable {
    /// Reads the key onto a value.
    public typealias Reading =
        @Sendable (ConfigurationSection, inout Value) throws(ConfigurationError) -> Void
    /// The keys that say the value's part.
    public typealias Writing = @Sendable (Value) -> [ConfigurationValue.Entry]
    /// Draws the part at random.
    public typealias Varying = @Sendable (inout Value, inout any RandomNumberGenerator) -> Void

    let read: Reading
    let write: Writing
    let vary: Varying

    /// A key, or several that say one thing together.
    public init(read: @escaping Reading, write: @escaping Writing, vary: @escaping Varying) {
        self.read = read
        self.write = write
        self.vary = vary
    }
}

/// A place of a value, for schemas.
public typealias Place<Value, Part> = any WritableKeyPath<Value, Part> & Sendable

// MARK: - Numbers

extension Field {
    /// A whole number within bounds.
    ///
    /// - Parameters:
    ///   - isRequired: whether the key must be there; else the default stands for it.
    ///   - drawn: what tests draw from.
    public static func integer<Bounds: ConfigurationBounds>(
        _ key: String, _ place: Place<Value, Int>, in bounds: Bounds = Unbounded<Int>(),
        isRequired: Bool = false, drawn: ClosedRange<Int> = 0...4
    ) -> Field where Bounds.Bound == Int, Bounds: Sendable {
        Field { section, value throws(ConfigurationError) in
            value[keyPath: place] = try section.integer(
                key, default: isRequired ? nil : value[keyPath: place], in: bounds)
        } write: {
            [.init(key, .integer($0[keyPath: place]))]
        } vary: { value, random in
            let drawn = drawn.filter(bounds.contains)
            value[keyPath: place] = drawn.randomElement(using: &random) ?? value[keyPath: place]
        }
    }

    /// A whole number within bounds, or nothing.
    public static func optionalInteger<Bounds: ConfigurationBounds>(
        _ key: String, _ place: Place<Value, Int?>, in bounds: Bounds = Unbounded<Int>(),
        drawn: ClosedRange<Int>? = 0...4
    ) -> Field where Bounds.Bound == Int, Bounds: Sendable {
        Field { section, value throws(ConfigurationError) in
            guard section.keys.contains(key) else {
                section.record(key, value[keyPath: place].map { .integer($0) } ?? .null)
                return
            }
            value[keyPath: place] = try section.optionalInteger(key, in: bounds)
        } write: {
            [.init(key, $0[keyPath: place].map { .integer($0) } ?? .null)]
        } vary: { value, random in
            guard let drawn, Bool.random(using: &random) else { return }
            value[keyPath: place] = drawn.filter(bounds.contains).randomElement(using: &random)
        }
    }

    /// A number within bounds.
    public static func number<Bounds: ConfigurationBounds>(
        _ key: String, _ place: Place<Value, Double>, in bounds: Bounds = Unbounded<Double>(),
        isRequired: Bool = false, drawn: ClosedRange<Double> = 0.1...0.9
    ) -> Field where Bounds.Bound == Double, Bounds: Sendable {
        Field { section, value throws(ConfigurationError) in
            value[keyPath: place] = try section.float(
                key, default: isRequired ? nil : value[keyPath: place], in: bounds)
        } write: {
            [.init(key, .float($0[keyPath: place]))]
        } vary: { value, random in
            value[keyPath: place] = Double.random(in: drawn, using: &random)
        }
    }

    /// A number in single precision within bounds; written with as many digits as it needs.
    public static func number<Bounds: ConfigurationBounds>(
        _ key: String, _ place: Place<Value, Float>, in bounds: Bounds = Unbounded<Double>(),
        isRequired: Bool = false, drawn: ClosedRange<Float> = 0.1...0.9
    ) -> Field where Bounds.Bound == Double, Bounds: Sendable {
        Field { section, value throws(ConfigurationError) in
            let standard = value[keyPath: place].inShortest
            value[keyPath: place] = Float(
                try section.float(key, default: isRequired ? nil : standard, in: bounds))
        } write: {
            [.init(key, .float($0[keyPath: place].inShortest))]
        } vary: { value, random in
            value[keyPath: place] = Float.random(in: drawn, using: &random)
        }
    }

    /// A number within bounds, or nothing.
    public static func optionalNumber<Bounds: ConfigurationBounds>(
        _ key: String, _ place: Place<Value, Double?>, in bounds: Bounds = Unbounded<Double>(),
        drawn: ClosedRange<Double> = 0.1...0.9
    ) -> Field where Bounds.Bound == Double, Bounds: Sendable {
        Field { section, value throws(ConfigurationError) in
            guard section.keys.contains(key) else {
                section.record(key, value[keyPath: place].map { .float($0) } ?? .null)
                return
            }
            value[keyPath: place] = try section.optionalFloat(key, in: bounds)
        } write: {
            [.init(key, $0[keyPath: place].map { .float($0) } ?? .null)]
        } vary: { value, random in
            value[keyPath: place] =
                Bool.random(using: &random) ? Double.random(in: drawn, using: &random) : nil
        }
    }

    /// A list of whole numbers within bounds.
    public static func integers<Bounds: ConfigurationBounds>(
        _ key: String, _ place: Place<Value, [Int]>, in bounds: Bounds = Unbounded<Int>(),
        isRequired: Bool = false, drawn: ClosedRange<Int> = 1...4
    ) -> Field where Bounds.Bound == Int, Bounds: Sendable {
        Field { section, value throws(ConfigurationError) in
            value[keyPath: place] = try section.integers(
                key, default: isRequired ? nil : value[keyPath: place], in: bounds)
        } write: {
            [.init(key, .list($0[keyPath: place].map { .integer($0) }))]
        } vary: { value, random in
            value[keyPath: place] = value[keyPath: place].map { _ in
                drawn.filter(bounds.contains).randomElement(using: &random) ?? drawn.lowerBound
            }
        }
    }
}

extension Field {
    /// A list of numbers.
    public static func numbers(_ key: String, _ place: Place<Value, [Double]>) -> Field {
        Field { section, value throws(ConfigurationError) in
            value[keyPath: place] = try section.floats(key, default: value[keyPath: place])
        } write: {
            [.init(key, .list($0[keyPath: place].map { .float($0) }))]
        } vary: { value, random in
            value[keyPath: place] = value[keyPath: place].map { _ in
                Double.random(in: 0...1, using: &random)
            }
        }
    }
}

extension Float {
    /// The number that the shortest text of this one stands for in double precision: 0.1, not 0.100000001….
    package var inShortest: Double { Double("\(self)") ?? Double(self) }
}

// MARK: - Truth, choices, text

extension Field {
    /// True or false.
    public static func boolean(_ key: String, _ place: Place<Value, Bool>) -> Field {
        Field { section, value throws(ConfigurationError) in
            value[keyPath: place] = try section.boolean(key, default: value[keyPath: place])
        } write: {
            [.init(key, .boolean($0[keyPath: place]))]
        } vary: { value, random in
            value[keyPath: place] = Bool.random(using: &random)
        }
    }

    /// One of the cases of a type whose raw values are words.
    public static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ key: String, _ place: Place<Value, Choice>
    ) -> Field {
        Field { section, value throws(ConfigurationError) in
            value[keyPath: place] = try section.choice(key, default: value[keyPath: place])
        } write: {
            [.init(key, .string($0[keyPath: place].rawValue))]
        } vary: { value, random in
            value[keyPath: place] =
                Choice.allCases.randomElement(using: &random) ?? value[keyPath: place]
        }
    }

    /// One of some words for some values.
    public static func choice<Part: Equatable & Sendable>(
        _ key: String, _ place: Place<Value, Part>, of choices: KeyValuePairs<String, Part>
    ) -> Field {
        let choices = choices.map { (word: $0.key, value: $0.value) }
        return Field { section, value throws(ConfigurationError) in
            let standard = choices.first { $0.value == value[keyPath: place] }?.word
            let word = try section.choice(key, of: choices.map(\.word), default: standard)
            for choice in choices where choice.word == word { value[keyPath: place] = choice.value }
        } write: { value in
            choices.filter { $0.value == value[keyPath: place] }.prefix(1)
                .map { .init(key, .string($0.word)) }
        } vary: { value, random in
            for choice in choices.shuffled(using: &random).prefix(1) {
                value[keyPath: place] = choice.value
            }
        }
    }

    /// Text; without a default it must be there.
    public static func text(
        _ key: String, _ place: Place<Value, String>, isRequired: Bool = false
    ) -> Field {
        Field { section, value throws(ConfigurationError) in
            value[keyPath: place] = try section.string(
                key, default: isRequired ? nil : value[keyPath: place])
        } write: {
            [.init(key, .string($0[keyPath: place]))]
        } vary: { _, _ in
        }
    }

    /// Text, or nothing.
    public static func optionalText(_ key: String, _ place: Place<Value, String?>) -> Field {
        Field { section, value throws(ConfigurationError) in
            guard section.keys.contains(key) else {
                section.record(key, value[keyPath: place].map { .string($0) } ?? .null)
                return
            }
            value[keyPath: place] = try section.optionalString(key)
        } write: {
            [.init(key, $0[keyPath: place].map { .string($0) } ?? .null)]
        } vary: { _, _ in
        }
    }

    /// A list of texts.
    public static func texts(
        _ key: String, _ place: Place<Value, [String]>, isRequired: Bool = false
    ) -> Field {
        Field { section, value throws(ConfigurationError) in
            value[keyPath: place] = try section.strings(
                key, default: isRequired ? nil : value[keyPath: place])
        } write: {
            [.init(key, .list($0[keyPath: place].map { .string($0) }))]
        } vary: { _, _ in
        }
    }
}

// MARK: - Parts

extension Field {
    /// The keys of a part, in the same section.
    public static func part<Part: Configurable>(_ place: Place<Value, Part>) -> [Field] {
        Part.schema.fields.map { $0.placed(at: place) }
    }

    /// The key as one of a larger value.
    public func placed<Whole>(at place: Place<Whole, Value>) -> Field<Whole> {
        Field<Whole> { section, whole throws(ConfigurationError) in
            try read(section, &whole[keyPath: place])
        } write: {
            write($0[keyPath: place])
        } vary: { whole, random in
            vary(&whole[keyPath: place], &random)
        }
    }

    /// A part in a section of its own.
    public static func section<Part: Configurable>(
        _ key: String, _ place: Place<Value, Part>
    ) -> Field {
        Field { section, value throws(ConfigurationError) in
            try Part.schema.read(section.section(key), onto: &value[keyPath: place])
        } write: {
            [.init(key, $0[keyPath: place].configurationValue)]
        } vary: { value, random in
            Part.schema.vary(&value[keyPath: place], using: &random)
        }
    }

    /// A part that is one of the kinds of a role.
    public static func element<R: Role>(
        _ key: String, _ place: Place<Value, R.Value>, of role: R.Type
    ) -> Field {
        Field { section, value throws(ConfigurationError) in
            value[keyPath: place] = try section.value(
                key, of: R.self, default: value[keyPath: place])
        } write: {
            [.init(key, R.element(of: $0[keyPath: place]).configurationValue)]
        } vary: { value, random in
            value[keyPath: place] = R.sample(using: &random) ?? value[keyPath: place]
        }
    }
}

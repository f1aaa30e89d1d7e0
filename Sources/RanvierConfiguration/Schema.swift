/// A value that a configuration or a stored file can say key by key.
///
///     struct Window: Configurable {
///         var size = 3, stride = 1
///         static let schema = Schema<Window> {
///             Field.integer("size", \.size, in: 1...)
///             Field.integer("stride", \.stride, in: 1...)
///         }
///     }
///
/// One schema reads YAML and JSON, with errors that name file, line and key; writes the value with every key; and
/// draws values at random for tests. Deviation from Swift's `Codable`, which knows no bounds, no defaults and no
/// unknown keys: ``Codable`` is served by the schema, too.
public protocol Configurable: Hashable, Sendable {
    /// The value with every default. What must be given has a placeholder.
    init()
    /// The keys, in the order in which they are written.
    static var schema: Schema<Self> { get }
}

/// The keys of a value: how each is read, written and drawn at random.
public struct Schema<Value>: Sendable {
    /// The keys in order.
    public let fields: [Field<Value>]

    /// A schema of some keys.
    public init(@FieldBuilder<Value> fields: () -> [Field<Value>]) { self.fields = fields() }

    /// A schema without keys.
    public init() { fields = [] }

    /// Reads all keys that are there onto a value that has the defaults.
    ///
    /// - Throws: ``ConfigurationError`` for a value that cannot be, or a key that must be there and is not.
    public func read(
        _ section: ConfigurationSection, onto value: inout Value
    ) throws(ConfigurationError) {
        for field in fields { try field.read(section, &value) }
    }

    /// The value as a section with every key.
    public func write(_ value: Value) -> ConfigurationValue {
        .section(fields.flatMap { $0.write(value) })
    }

    /// Draws every key anew, within its bounds; large sizes are not drawn.
    public func vary(_ value: inout Value, using random: inout any RandomNumberGenerator) {
        for field in fields { field.vary(&value, &random) }
    }
}

/// Collects the keys of a schema.
@resultBuilder
public enum FieldBuilder<Value> {
    /// One key.
    public static func buildExpression(_ field: Field<Value>) -> [Field<Value>] { [field] }
    /// Several keys, such as those that many kinds share.
    public static func buildExpression(_ fields: [Field<Value>]) -> [Field<Value>] { fields }
    /// In order.
    public static func buildBlock(_ parts: [Field<Value>]...) -> [Field<Value>] {
        parts.flatMap { $0 }
    }
}

extension Configurable {
    /// Reads a section, with defaults for the keys that are not there.
    public init(
        _ section: ConfigurationSection, from base: Self? = nil
    ) throws(ConfigurationError) {
        var value = base ?? Self()
        try Self.schema.read(section, onto: &value)
        self = value
    }

    /// The value as a section with every key.
    public var configurationValue: ConfigurationValue { Self.schema.write(self) }

    /// A value with every key drawn at random.
    public static func random(using random: inout any RandomNumberGenerator) -> Self {
        var value = Self()
        schema.vary(&value, using: &random)
        return value
    }
}

/// A value without keys.
public struct NoOptions: Configurable {
    /// The only one.
    public init() {}
    /// None.
    public static let schema = Schema<NoOptions>()
}

/// A registered kind with its options, as a value: `lif`, or `linear: {outputs: 128}`.
public struct Element: Hashable, Sendable, Codable {
    /// The kind's name.
    public var kind: String
    /// A section with the options.
    public var options: ConfigurationValue

    /// A kind with options.
    public init(_ kind: String, _ options: ConfigurationValue = .section([])) {
        self.kind = kind
        self.options = options
    }

    /// As configurations say it: the bare kind where there are no options.
    public var configurationValue: ConfigurationValue {
        options == .section([]) ? .string(kind) : .section([.init(kind, options)])
    }

    /// Reads what configurations say; nil for anything else.
    public init?(_ value: ConfigurationValue) {
        switch value {
        case .string(let kind): self.init(kind)
        case .section(let entries) where entries.count == 1:
            self.init(entries[0].key, entries[0].value)
        default: return nil
        }
    }

    /// Reads an element.
    public init(from decoder: any Decoder) throws {
        let value = try ConfigurationValue(from: decoder)
        guard let element = Element(value) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "expected a kind with or without options"))
        }
        self = element
    }

    /// Writes the element as configurations say it.
    public func encode(to encoder: any Encoder) throws {
        try configurationValue.encode(to: encoder)
    }
}

extension Element {
    /// What the element stands for, by the kinds of a registry.
    ///
    /// - Parameter place: file and key for messages.
    /// - Throws: ``ConfigurationError`` for an unknown kind or options that cannot be; ``UnknownNameError``.
    public func value<R: Role>(
        of role: R.Type, in registry: Registry, at place: String
    ) throws -> R.Value {
        let kind = try registry.kind(kind, of: R.self)
        let section = try ConfigurationSection(
            ConfigurationNode(options, location: place), location: place, keyPath: self.kind,
            registry: registry)
        let value = try kind.read(section, nil)
        try section.finish()
        return value
    }
}

/// A place in a configuration that a registered kind fills: an encoder, a loss, a layer.
public protocol Role: Sendable {
    /// What fills it.
    associatedtype Value: Sendable
    /// What else is known of a kind; nothing unless the role says so.
    associatedtype Payload: Sendable = NoOptions
    /// The role in a word, for messages: `encoder`.
    static var name: String { get }
    /// A value as its kind with all options.
    static func element(of value: Value) -> Element
    /// A value drawn at random, for tests; nil where there is none without a registry.
    static func sample(using random: inout any RandomNumberGenerator) -> Value?
}

extension Role {
    /// None.
    public static func sample(using random: inout any RandomNumberGenerator) -> Value? { nil }
}

/// A kind that fills a role, under the name that configurations and stored files say.
public struct Kind<R: Role>: Sendable {
    /// The name.
    public let name: String
    /// Reads the options; with a value of the kind as what stands for keys that are not there.
    public let read:
        @Sendable (ConfigurationSection, _ base: R.Value?) throws(ConfigurationError) -> R.Value
    /// A value drawn at random, for tests.
    public let sample: @Sendable (inout any RandomNumberGenerator) -> R.Value

    /// What else is known of the kind.
    public let payload: R.Payload

    /// A kind with its own way of reading.
    public init(
        _ name: String, payload: R.Payload,
        read:
            @escaping @Sendable (ConfigurationSection, _ base: R.Value?) throws(ConfigurationError)
            -> R.Value,
        sample: @escaping @Sendable (inout any RandomNumberGenerator) -> R.Value
    ) {
        self.name = name
        self.payload = payload
        self.read = read
        self.sample = sample
    }
}

extension Kind where R.Payload == NoOptions {
    /// A kind whose options are a value's own keys.
    ///
    /// - Parameters:
    ///   - wrap: from the options to what fills the role.
    ///   - unwrap: back, to take over what stands for missing keys; nil for a value of another kind.
    public init<Options: Configurable>(
        _ name: String, _ options: Options.Type,
        wrap: @escaping @Sendable (Options) -> R.Value,
        unwrap: @escaping @Sendable (R.Value) -> Options?
    ) {
        self.init(name, payload: NoOptions()) { section, base throws(ConfigurationError) in
            wrap(try Options(section, from: base.flatMap(unwrap)))
        } sample: { random in
            wrap(Options.random(using: &random))
        }
    }
}

/// All kinds that configurations and stored files may name, role by role.
///
/// A value, not a global: the standard registry is the umbrella's, readers are given one, and another package adds its
/// own kinds to a copy.
///
///     var registry = Registry.standard
///     registry.add(EncoderKind(ThresholdEncoder.self))
public struct Registry: Sendable {
    private var kinds: [ObjectIdentifier: any Sendable] = [:]

    /// A registry without kinds.
    public init() {}

    /// Adds a kind; one of the same name is replaced.
    public mutating func add<R: Role>(_ kind: Kind<R>) {
        var list = self.all(R.self)
        list.removeAll { $0.name == kind.name }
        list.append(kind)
        kinds[ObjectIdentifier(R.self)] = list
    }

    /// Adds several kinds.
    public mutating func add<R: Role>(_ kinds: [Kind<R>]) {
        for kind in kinds { add(kind) }
    }

    /// The kinds of a role, in the order in which they were added.
    public func all<R: Role>(_ role: R.Type) -> [Kind<R>] {
        kinds[ObjectIdentifier(R.self)] as? [Kind<R>] ?? []
    }

    /// The names of the kinds of a role.
    public func names<R: Role>(_ role: R.Type) -> [String] { all(R.self).map(\.name) }

    /// The kind of a name.
    ///
    /// - Throws: ``UnknownNameError`` that lists the known ones and suggests the nearest.
    public func kind<R: Role>(_ name: String, of role: R.Type) throws(UnknownNameError) -> Kind<R> {
        if let kind = all(R.self).first(where: { $0.name == name }) { return kind }
        throw UnknownNameError(R.name, name, known: names(R.self))
    }
}

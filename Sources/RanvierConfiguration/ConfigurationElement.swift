/// A kind with options: `lif`, or `linear: {outputs: 128}`.
///
/// Lists of elements describe a network's layers; a single one stands where a choice has options of
/// its own, such as `optimizer: {adam: {learning-rate: 1e-3}}`.
public struct ConfigurationElement {
    /// Which of the allowed kinds.
    public let kind: String
    /// The kind's options; empty if none are given.
    public let options: ConfigurationSection

    /// The element as a value: the bare kind if it has no options.
    package var resolved: ConfigurationValue {
        let value = options.resolved
        return value == .section([]) ? .string(kind) : .section([.init(kind, value)])
    }

    /// Reads an element; `expected` says in words what it is.
    package init(
        _ node: ConfigurationNode, keyPath: String, kinds: [String], expected: String,
        registry: Registry
    ) throws(ConfigurationError) {
        func wrong(_ found: String, nearest: String?) -> ConfigurationError {
            ConfigurationError(
                location: node.location, keyPath: keyPath,
                problem: .wrongValue(expected: expected, found: found, nearest: nearest))
        }
        let value: ConfigurationNode?
        switch node.content {
        case .scalar(let text, _) where !node.isNull:
            (kind, value) = (text, nil)
        case .section(let pairs) where pairs.count == 1:
            (kind, value) = (pairs[0].key, pairs[0].value)
        default:
            throw wrong(node.found, nearest: nil)
        }
        guard kinds.contains(kind) else {
            throw wrong("'\(kind)'", nearest: NearestName.of(kind, among: kinds))
        }
        options = try ConfigurationSection(
            value, location: node.location, keyPath: ConfigurationNode.path(keyPath, kind),
            registry: registry)
    }

    /// An element without options, for defaults.
    package init(kind: String, location: String, keyPath: String, registry: Registry) {
        self.kind = kind
        options = ConfigurationSection(
            pairs: [], location: location, keyPath: ConfigurationNode.path(keyPath, kind),
            registry: registry)
    }
}

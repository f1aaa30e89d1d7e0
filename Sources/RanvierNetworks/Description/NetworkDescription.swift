import RanvierConfiguration

/// A network as a value: its kind, and all that is to be said of networks of that kind.
///
///     clocked: {input-shape: [64], time-step: 1e-3, layers: [linear: …, lif: …]}
///
/// Clocked networks say their layers, event-driven ones their populations. Enough, with the numbers of the parameters, to
/// make the network again.
public struct NetworkDescription: Hashable, Sendable, Codable {
    /// Kind and content.
    public var element: Element

    /// A network of a kind.
    public init(kind: String, _ content: ConfigurationValue) { element = Element(kind, content) }

    /// The kind: `clocked`, `event-driven`, ….
    public var kind: String { element.kind }
    /// What is said of a network of this kind.
    public var content: ConfigurationValue { element.options }

    /// Reads a description.
    public init(from decoder: any Decoder) throws { element = try Element(from: decoder) }
    /// Writes the description.
    public func encode(to encoder: any Encoder) throws { try element.encode(to: encoder) }
}

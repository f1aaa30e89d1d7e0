import RanvierConfiguration

/// A layer as a value: its kind, all its options, and its name where it has one of its own.
///
///     linear: {name: hidden, inputs: 64, outputs: 128, bias: true, gain: 1.0}
///
/// Configurations and stored networks say layers in the same words. A configuration may leave out what follows from the
/// place of the layer, such as the number of its inputs; the description of a network that was built has all.
public struct LayerDescription: Hashable, Sendable, Codable {
    /// Name inside the network; nil for the kind and a number.
    public var name: String?
    /// Kind and options.
    public var element: Element

    /// A layer of a kind.
    public init(name: String? = nil, _ element: Element) {
        self.name = name
        self.element = element
    }

    /// The kind's name.
    public var kind: String { element.kind }

    /// As configurations say it.
    public var configurationValue: ConfigurationValue {
        guard let name else { return element.configurationValue }
        var entries = [ConfigurationValue.Entry("name", .string(name))]
        if case .section(let options) = element.options { entries += options }
        return .section([.init(kind, .section(entries))])
    }

    /// Reads what configurations say; nil for anything else.
    public init?(_ value: ConfigurationValue) {
        guard var element = Element(value) else { return nil }
        if case .string(let name)? = element.options["name"],
            case .section(let entries) = element.options
        {
            element.options = .section(entries.filter { $0.key != "name" })
            self.init(name: name, element)
        } else {
            self.init(element)
        }
    }

    /// Reads a layer.
    public init(from decoder: any Decoder) throws {
        let value = try ConfigurationValue(from: decoder)
        guard let layer = LayerDescription(value) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "expected a kind of layer with or without options"))
        }
        self = layer
    }

    /// Writes the layer as configurations say it.
    public func encode(to encoder: any Encoder) throws {
        try configurationValue.encode(to: encoder)
    }
}

extension LayerDescription {
    /// What a layer that was built says of itself; the bare kind where it says nothing.
    public init(_ layer: any Layer, name: String? = nil) {
        if let named = layer as? Named {
            self.init(named.layer, name: named.name)
        } else {
            let options = (layer as? any DescribedLayer)?.optionValues ?? .section([])
            self.init(name: name, Element(type(of: layer).kind, options))
        }
    }
}

extension DescribedLayer {
    /// All options as a section.
    var optionValues: ConfigurationValue { options.configurationValue }
}

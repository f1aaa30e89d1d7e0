import RanvierConfiguration

/// What an element of `network` stands for: a layer, or a whole architecture.
public enum LayerRole: Role {
    /// A layer with its options, not built yet.
    public typealias Value = LayerDescription
    /// `layer`.
    public static let name = "layer"

    /// How layers of a kind are built.
    public struct Payload: Sendable {
        /// The layers that an element gives at a place.
        public let layers: @Sendable (Element, LayerSite) throws -> [any Layer]
        /// Whether it is a whole network.
        public let isArchitecture: Bool
        /// The unit of an architecture with its usual options, of a deep one or another; nil where it is none.
        public let unit: @Sendable (_ isDeep: Bool) -> LayerDescription?
    }

    /// As configurations say it.
    public static func element(of value: LayerDescription) -> Element {
        Element(value.configurationValue) ?? value.element
    }
}

/// A kind of layer.
public typealias LayerKind = Kind<LayerRole>

extension Kind where R == LayerRole {
    /// The kind of a layer.
    public init<L: DescribedLayer>(_ type: L.Type) {
        self.init(
            L.kind, options: L.Options.self,
            payload: LayerRole.Payload(
                layers: { element, site in
                    let options = try L.Options(element, registry: site.registry)
                    guard site.family == .artificial else { return [try L(options, at: site)] }
                    return try L.artificial(options, at: site)
                }, isArchitecture: false
            ) { isDeep in
                guard L.isUnit else { return nil }
                let options = isDeep ? L.deepOptions : L.Options()
                return LayerDescription(Element(L.kind, options.configurationValue))
            })
    }

    /// The kind of an architecture.
    public init<A: DescribedArchitecture>(architecture: A.Type) {
        self.init(
            A.kind, options: A.self,
            payload: LayerRole.Payload(
                layers: { element, site in
                    try A(element, registry: site.registry).layers(at: site)
                }, isArchitecture: true, unit: { _ in nil }))
    }

    private init<Options: Configurable>(
        _ name: String, options: Options.Type, payload: LayerRole.Payload
    ) {
        self.init(name, payload: payload) { section, base throws(ConfigurationError) in
            var start = Options()
            if let base, base.kind == name {
                start = (try? Options(base.element, registry: section.registry)) ?? start
            }
            let given = section.keys.contains("name") ? try section.string("name") : nil
            let options = try Options(section, from: start)
            return LayerDescription(name: given, Element(name, options.configurationValue))
        } sample: { random in
            LayerDescription(Element(name, Options.random(using: &random).configurationValue))
        }
    }
}

extension Configurable {
    /// Reads the options of an element.
    ///
    /// - Throws: `ConfigurationError` for options that cannot be, or that nothing asks for.
    init(_ element: Element, registry: Registry) throws(ConfigurationError) {
        let section = try ConfigurationSection(
            ConfigurationNode(element.options, location: ""), location: "", keyPath: element.kind,
            registry: registry)
        self = try Self(section)
        try section.finish()
    }
}

/// A whole network as a value, before the shape of its input is known.
public protocol DescribedArchitecture: Configurable {
    /// Word for the architecture in configurations: `resnet`.
    static var kind: String { get }

    /// The layers for what comes in and what shall go out.
    func layers(at site: LayerSite) throws -> [any Layer]
}

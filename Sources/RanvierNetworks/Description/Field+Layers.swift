import RanvierConfiguration

extension Field {
    /// A list of layers; it may be missing.
    public static func layers(
        _ key: String, _ place: Place<Value, [LayerDescription]>, isRequired: Bool = false
    ) -> Field {
        Field { section, value throws(ConfigurationError) in
            guard isRequired || section.keys.contains(key) else {
                let layers = value[keyPath: place]
                if !layers.isEmpty {
                    section.record(key, .list(layers.map(\.configurationValue)))
                }
                return
            }
            if case .list(let nodes)? = section.node(key)?.content, nodes.isEmpty {
                section.record(key, .list([]))
                value[keyPath: place] = []
                return
            }
            value[keyPath: place] = try section.values(
                key, of: LayerRole.self,
                where: { name in
                    !section.registry.all(LayerRole.self).contains {
                        $0.name == name && $0.payload.isArchitecture
                    }
                })
        } write: { value in
            let layers = value[keyPath: place]
            return layers.isEmpty && !isRequired
                ? [] : [.init(key, .list(layers.map(\.configurationValue)))]
        } vary: { _, _ in
        }
    }

    /// The unit between the layers of an architecture.
    ///
    /// - Parameter isDeep: whether what is left out are the usual options of deep architectures.
    static func unit(
        _ key: String, _ place: Place<Value, LayerDescription>, isDeep: Bool
    ) -> Field {
        Field { section, value throws(ConfigurationError) in
            let units = section.registry.all(LayerRole.self).filter {
                $0.payload.unit(isDeep) != nil
            }
            let kind = section.kind(of: key) ?? value[keyPath: place].kind
            let base = units.first { $0.name == kind }.flatMap { $0.payload.unit(isDeep) }
            value[keyPath: place] = try section.value(
                key, of: LayerRole.self, default: base ?? value[keyPath: place],
                where: { name in units.contains { $0.name == name } })
        } write: {
            [.init(key, $0[keyPath: place].configurationValue)]
        } vary: { _, _ in
        }
    }
}

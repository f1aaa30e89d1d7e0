import RanvierConfiguration

extension Field {
    /// What parameters are seen through, by the parameters' names; it may be missing.
    public static func views(_ key: String, _ place: Place<Value, [String: [Element]]>) -> Field {
        Field { section, value throws(ConfigurationError) in
            guard section.keys.contains(key) else { return }
            let views = try section.section(key)
            for name in views.keys {
                value[keyPath: place][name] = try views.values(name, of: ViewRole.self)
            }
        } write: { value in
            let views = value[keyPath: place]
            guard !views.isEmpty else { return [] }
            let entries = views.sorted { $0.key < $1.key }.map { name, elements in
                ConfigurationValue.Entry(name, .list(elements.map(\.configurationValue)))
            }
            return [.init(key, .section(entries))]
        } vary: { _, _ in
        }
    }
}

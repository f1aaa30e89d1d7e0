extension Field {
    /// A rule between keys: a key that is written although its value can have no effect is refused.
    ///
    /// It stands behind the keys that it looks at, and writes nothing. A default that is merely written out must not be
    /// refused, so `isIdle` holds only for values that ask for something.
    ///
    /// - Parameters:
    ///   - keys: the key without effect, under any of the names that it has.
    ///   - isIdle: whether a value asks for what cannot have an effect.
    ///   - reason: why, and what to do instead.
    ///   - settle: makes a value that was drawn at random obey.
    public static func refusing(
        _ keys: String..., where isIdle: @escaping @Sendable (Value) -> Bool,
        because reason: @escaping @Sendable (Value) -> String,
        settle: @escaping @Sendable (inout Value) -> Void
    ) -> Field {
        Field { section, value throws(ConfigurationError) in
            guard let key = keys.first(where: section.keys.contains), isIdle(value) else { return }
            throw section.invalid(key, reason(value))
        } write: { _ in
            []
        } vary: { value, _ in
            if isIdle(value) { settle(&value) }
        }
    }
}

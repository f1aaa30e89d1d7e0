/// A value of a configuration, with the keys of its sections in order.
///
/// The reader records every value that a run asked for, defaults included, as one tree; written as
/// YAML or JSON and read again it gives the same tree. Equal are trees that say the same: the order of keys does not
/// count, and 1 is 1.0.
public enum ConfigurationValue: Sendable {
    /// Nothing: an optional key that is not set.
    case null
    /// True or false.
    case boolean(Bool)
    /// A whole number.
    case integer(Int)
    /// A number.
    case float(Double)
    /// Text.
    case string(String)
    /// Values in order.
    case list([ConfigurationValue])
    /// Named values in order.
    case section([Entry])

    /// A named value of a section.
    public struct Entry: Hashable, Sendable {
        /// The name, in kebab case.
        public let key: String
        /// The value.
        public let value: ConfigurationValue

        /// Creates an entry.
        public init(_ key: String, _ value: ConfigurationValue) {
            self.key = key
            self.value = value
        }
    }

    /// The value of a key, or nil if there is no such key or this is not a section.
    public subscript(key: String) -> ConfigurationValue? {
        guard case .section(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// The section with a key put first; what stood under the key before is dropped.
    ///
    /// Anything but a section is returned as it is.
    public func prepending(_ key: String, _ value: ConfigurationValue) -> ConfigurationValue {
        guard case .section(let entries) = self else { return self }
        return .section([Entry(key, value)] + entries.filter { $0.key != key })
    }
}

extension ConfigurationValue: Hashable {
    /// Whether two trees say the same.
    public static func == (a: ConfigurationValue, b: ConfigurationValue) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.boolean(let a), .boolean(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.float(let a), .float(let b)): a == b
        case (.integer(let a), .float(let b)), (.float(let b), .integer(let a)): Double(a) == b
        case (.string(let a), .string(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.section(let a), .section(let b)):
            a.count == b.count
                && a.allSatisfy { entry in b.first { $0.key == entry.key }?.value == entry.value }
        default: false
        }
    }

    /// The same for trees that say the same.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: break
        case .boolean(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(Double(value))
        case .float(let value): hasher.combine(value)
        case .string(let value): hasher.combine(value)
        case .list(let values): hasher.combine(values)
        case .section(let entries): hasher.combine(Set(entries))
        }
    }
}

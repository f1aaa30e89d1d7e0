/// A value of a configuration, with the keys of its sections in order.
///
/// The reader records every value that a run asked for, defaults included, as one tree; written as
/// YAML (`yaml(header:)`) and read again it gives the same tree.
public enum ConfigurationValue: Equatable, Sendable {
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
    public struct Entry: Equatable, Sendable {
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

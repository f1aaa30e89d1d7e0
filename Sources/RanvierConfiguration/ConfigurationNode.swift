/// A part of a configuration as it was written, with the place where it stands.
package struct ConfigurationNode {
    /// A key with its value and the place of the key.
    package struct Pair {
        package let key: String
        package let location: String
        package var value: ConfigurationNode

        package init(key: String, location: String, value: ConfigurationNode) {
            self.key = key
            self.location = location
            self.value = value
        }
    }

    /// What was written.
    package enum Content {
        /// Text that may stand for a number, unless it was quoted.
        case scalar(String, isQuoted: Bool)
        case list([ConfigurationNode])
        case section([Pair])
    }

    /// Where it stands: `digits.yaml:12`, or the command-line option.
    package var location: String
    package var content: Content

    package init(location: String, content: Content) {
        self.location = location
        self.content = content
    }

    /// A value that was not written in a file with lines; `location` names where it is from.
    package init(_ value: ConfigurationValue, location: String) {
        self.location = location
        switch value {
        case .null: content = .scalar("null", isQuoted: false)
        case .boolean(let truth): content = .scalar(truth ? "true" : "false", isQuoted: false)
        case .integer(let number): content = .scalar(String(number), isQuoted: false)
        case .float(let number): content = .scalar("\(number)", isQuoted: false)
        case .string(let text): content = .scalar(text, isQuoted: true)
        case .list(let values):
            content = .list(values.map { ConfigurationNode($0, location: location) })
        case .section(let entries):
            content = .section(
                entries.map {
                    Pair(
                        key: $0.key, location: location,
                        value: ConfigurationNode($0.value, location: location))
                })
        }
    }

    /// What was written as a value.
    package var value: ConfigurationValue {
        switch content {
        case .list(let nodes): return .list(nodes.map(\.value))
        case .section(let pairs): return .section(pairs.map { .init($0.key, $0.value.value) })
        case .scalar(let text, isQuoted: true): return .string(text)
        case .scalar(let text, isQuoted: false):
            if isNull { return .null }
            if text == "true" || text == "false" { return .boolean(text == "true") }
            if let number = Int(text) { return .integer(number) }
            if let number = Double(text) { return .float(number) }
            return .string(text)
        }
    }

    /// A key path with one more step.
    package static func path(_ parent: String, _ key: String) -> String {
        parent.isEmpty ? key : "\(parent).\(key)"
    }
}

// MARK: - Words for messages

extension ConfigurationNode {
    /// Whether nothing was written: `key:`, `~` or `null`.
    package var isNull: Bool {
        guard case .scalar(let text, isQuoted: false) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What was written, for messages.
    package var found: String {
        switch content {
        case .scalar(let text, let isQuoted):
            isNull
                ? "nothing"
                : isQuoted ? "the text \"\(Self.short(text))\"" : "'\(Self.short(text))'"
        case .list(let nodes): "a list of \(nodes.count)"
        case .section(let pairs):
            pairs.isEmpty
                ? "an empty section"
                : "a section with "
                    + pairs.prefix(8).map { "'\(Self.short($0.key))'" }.joined(separator: ", ")
                    + (pairs.count > 8 ? " and \(pairs.count - 8) more keys" : "")
        }
    }

    /// The beginning of a text: a file of something else is one long text.
    private static func short(_ text: String) -> String {
        text.count > 80 ? text.prefix(80) + "…" : text
    }
}

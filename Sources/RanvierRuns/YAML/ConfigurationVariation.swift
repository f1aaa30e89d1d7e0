import RanvierConfiguration

/// A key with the values it takes in turn: `--vary network.hidden=32,64,128`.
///
/// The key path is as ``ConfigurationOverride`` takes it. Values are YAML, separated by commas, so that `[16],[32, 16]` are
/// two lists.
public struct ConfigurationVariation: Equatable, Sendable, Codable {
    /// The steps to the value.
    public let path: [String]
    /// The values in order, each as YAML.
    public let values: [String]

    /// Creates a variation of the value at a path.
    public init(path: [String], values: [String]) {
        self.path = path
        self.values = values
    }

    /// Reads `network.hidden=32,64,128`.
    ///
    /// - Throws: `ConfigurationError` if there is no `=`, a step of the path is empty, a value is missing, or one stands twice.
    public init(_ text: String) throws(ConfigurationError) {
        func wrong(_ found: String) -> ConfigurationError {
            ConfigurationError(
                location: "--vary \(text)", keyPath: "",
                problem: .wrongValue(
                    expected: "KEY.PATH=VALUE,VALUE,…, for example network.hidden=32,64,128",
                    found: found, nearest: nil))
        }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !path.contains("") else { throw wrong("'\(text)'") }
        let values = Self.split(parts[1])
        guard !values.contains("") else { throw wrong("an empty value") }
        var nodes: [ConfigurationValue] = []
        for value in values {
            let node: ConfigurationNode
            do throws(ConfigurationError) {
                node = try ConfigurationNode(yaml: value, file: "--vary \(text)")
            } catch {
                throw ConfigurationError(
                    location: "--vary \(text)", keyPath: "", problem: error.problem)
            }
            guard !nodes.contains(node.value) else { throw wrong("\(value) twice") }
            nodes.append(node.value)
        }
        self.init(path: path, values: values)
    }

    /// The key as it was given.
    public var key: String { path.joined(separator: ".") }

    /// The settings of one value each, in order.
    public var overrides: [ConfigurationOverride] {
        values.map { ConfigurationOverride(path: path, yaml: $0) }
    }

    /// Parts between the commas that stand in no bracket and no quotes, without blanks around them.
    private static func split(_ text: Substring) -> [String] {
        var (parts, depth) = ([""], 0)
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if "\"'".contains(character) {
                quote = character
            } else if "[{".contains(character) {
                depth += 1
            } else if "]}".contains(character) {
                depth -= 1
            }
            if character == ",", depth == 0, quote == nil {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.map { part in
            let rest = part.drop(while: \.isWhitespace)
            return String(rest.reversed().drop(while: \.isWhitespace).reversed())
        }
    }
}

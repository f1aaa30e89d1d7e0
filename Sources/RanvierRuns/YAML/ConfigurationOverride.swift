import RanvierConfiguration

/// A value set on the command line: `--set training.epochs=3`.
///
/// The key path steps through sections by key and through lists by index, counted from zero, or by a kind that stands there
/// once: `network.0.linear.outputs`, `network.lif.threshold`. The only kind of a section may be left out where its key is
/// written (`encoding.steps`), and `network.hidden` is the size of the one hidden layer. The value is YAML, so that
/// `shape=[1, 2]` works too; a number for a list of plain values is a list of one.
public struct ConfigurationOverride: Equatable, Sendable, Codable {
    /// The steps to the value.
    public let path: [String]
    /// The value, as YAML.
    public let yaml: String

    /// Creates an override of the value at a path.
    public init(path: [String], yaml: String) {
        self.path = path
        self.yaml = yaml
    }

    /// Reads `training.epochs=3`.
    ///
    /// - Throws: `ConfigurationError` if there is no `=` or a step of the path is empty.
    public init(_ text: String) throws(ConfigurationError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !path.contains("") else {
            throw ConfigurationError(
                location: "--set \(text)", keyPath: "",
                problem: .wrongValue(
                    expected: "KEY.PATH=VALUE, for example training.epochs=3", found: "'\(text)'",
                    nearest: nil))
        }
        self.init(path: path, yaml: String(parts[1]))
    }

    /// The value that is set.
    ///
    /// - Throws: `ConfigurationError` if it is not YAML.
    public func value() throws(ConfigurationError) -> ConfigurationValue {
        try node().value
    }

    /// The value; a lone sign such as `,` stands for itself, though it means something else in YAML.
    fileprivate func node() throws(ConfigurationError) -> ConfigurationNode {
        guard isLoneSign else { return try ConfigurationNode(yaml: yaml, file: option) }
        return ConfigurationNode(location: option, content: .scalar(yaml, isQuoted: true))
    }

    /// Whether the value is one of the signs between cells, digits and decimals.
    public var isLoneSign: Bool {
        yaml.count == 1 && yaml.allSatisfy { ",;|'\"".contains($0) }
    }

    /// The option as it was given.
    var option: String { "--set \(path.joined(separator: "."))=\(yaml)" }
}

extension ConfigurationNode {
    /// Puts the override's value in its place; missing sections are made.
    mutating func apply(_ override: ConfigurationOverride) throws(ConfigurationError) {
        var value: ConfigurationNode
        do throws(ConfigurationError) {
            value = try override.node()
        } catch {
            throw ConfigurationError(
                location: override.option, keyPath: "", problem: error.problem)
        }
        if override.yaml.allSatisfy(\.isWhitespace) {
            value.content = .scalar("", isQuoted: false)
        }
        value.relocate(to: override.option)
        let steps = try steps(to: override.path, option: override.option)
        try set(value, at: steps[...], option: override.option)
    }

    private mutating func relocate(to location: String) {
        self.location = location
        switch content {
        case .scalar: break
        case .list(var nodes):
            for index in nodes.indices { nodes[index].relocate(to: location) }
            content = .list(nodes)
        case .section(let pairs):
            content = .section(
                pairs.map { pair in
                    var value = pair.value
                    value.relocate(to: location)
                    return Pair(key: pair.key, location: location, value: value)
                })
        }
    }

    private var isPlainList: Bool {
        guard case .list(let nodes) = content else { return false }
        return nodes.allSatisfy { if case .scalar = $0.content { true } else { false } }
    }

    private var isNumber: Bool {
        switch value {
        case .integer, .float: true
        case .null, .boolean, .string, .list, .section: false
        }
    }

    private mutating func set(
        _ value: ConfigurationNode, at path: ArraySlice<String>, option: String
    ) throws(ConfigurationError) {
        guard let step = path.first else {
            if isPlainList, value.isNumber {
                let alone = value
                self = value
                content = .list([alone])
            } else {
                self = value
            }
            return
        }
        if isNull { content = .section([]) }
        switch content {
        case .section(var pairs):
            if let index = pairs.firstIndex(where: { $0.key == step }) {
                try pairs[index].value.set(value, at: path.dropFirst(), option: option)
            } else {
                var child = ConfigurationNode(location: option, content: .section([]))
                try child.set(value, at: path.dropFirst(), option: option)
                pairs.append(Pair(key: step, location: option, value: child))
            }
            content = .section(pairs)
        case .list(var nodes):
            guard let index = Int(step), nodes.indices.contains(index) else {
                throw ConfigurationError(
                    location: option, keyPath: "",
                    problem: .wrongValue(
                        expected: "an index from 0 to \(nodes.count - 1)", found: "'\(step)'",
                        nearest: nil))
            }
            try nodes[index].set(value, at: path.dropFirst(), option: option)
            content = .list(nodes)
        case .scalar(step, isQuoted: false):
            // A bare kind such as `- lif` becomes `- lif: {…}` when one of its options is set.
            var child = ConfigurationNode(location: option, content: .section([]))
            try child.set(value, at: path.dropFirst(), option: option)
            content = .section([Pair(key: step, location: option, value: child)])
        default:
            throw ConfigurationError(
                location: option, keyPath: "",
                problem: .invalid(
                    reason: "'\(step)' is not there: the value above it at \(location) is "
                        + "\(found), not a section"))
        }
    }
}

import Foundation

/// Named values of a configuration, asked for one by one.
///
/// Asking records the key as known and its value as resolved. A section that is not in the file is
/// empty: all defaults.
public final class ConfigurationSection {
    /// The path to this section, joined by dots; empty at the top.
    public let keyPath: String
    /// Where it stands: `digits.yaml:12`.
    public let location: String
    /// The kinds that may be named here.
    public let registry: Registry
    /// What relative paths start from; nil where that is not known.
    public let folder: URL?
    private let pairs: [ConfigurationNode.Pair]
    private var records: [(key: String, record: Record)] = []

    /// What was asked for under a key.
    private enum Record {
        case value(ConfigurationValue)
        case section(ConfigurationSection)
        case element(ConfigurationElement)
        case elements([ConfigurationElement])

        var resolved: ConfigurationValue {
            switch self {
            case .value(let value): value
            case .section(let section): section.resolved
            case .element(let element): element.resolved
            case .elements(let elements): .list(elements.map(\.resolved))
            }
        }

        var sections: [ConfigurationSection] {
            switch self {
            case .value: []
            case .section(let section): [section]
            case .element(let element): [element.options]
            case .elements(let elements): elements.map(\.options)
            }
        }
    }

    package init(
        pairs: [ConfigurationNode.Pair], location: String, keyPath: String,
        registry: Registry = Registry(), folder: URL? = nil
    ) {
        self.pairs = pairs
        self.folder = folder
        self.registry = registry
        self.location = location
        self.keyPath = keyPath
    }

    /// A section from a node; nothing there gives an empty one at `location`.
    package convenience init(
        _ node: ConfigurationNode?, location: String, keyPath: String,
        registry: Registry = Registry()
    ) throws(ConfigurationError) {
        guard let node, !node.isNull else {
            self.init(pairs: [], location: location, keyPath: keyPath, registry: registry)
            return
        }
        guard case .section(let pairs) = node.content else {
            throw ConfigurationError(
                location: node.location, keyPath: keyPath,
                problem: .wrongValue(
                    expected: "a section of keys and values", found: node.found, nearest: nil))
        }
        self.init(
            pairs: pairs, location: node.location, keyPath: keyPath, registry: registry)
    }

    /// The keys that are written in this section, in order.
    public var keys: [String] { pairs.map(\.key) }

    /// Every value that was asked for, defaults included, in the order of asking.
    public var resolved: ConfigurationValue {
        .section(records.map { .init($0.key, $0.record.resolved) })
    }

    /// Rejects keys that nothing has asked for, here and in all sections that were opened.
    ///
    /// - Throws: `ConfigurationError` for the first of them.
    public func finish() throws(ConfigurationError) {
        let known = records.map(\.key)
        if let unknown = pairs.first(where: { !known.contains($0.key) }) {
            throw ConfigurationError(
                location: unknown.location, keyPath: path(to: unknown.key),
                problem: .unknownKey(
                    nearest: NearestName.of(unknown.key, among: known), known: known))
        }
        for (_, record) in records {
            for section in record.sections { try section.finish() }
        }
    }

    // MARK: - Sections and elements

    /// A nested section; empty if it is not there.
    ///
    /// - Throws: `ConfigurationError` if the key holds something else.
    public func section(_ key: String) throws(ConfigurationError) -> ConfigurationSection {
        let node = node(key)
        let section = try ConfigurationSection(
            node, location: node?.location ?? location, keyPath: path(to: key), registry: registry)
        record(key, .section(section))
        return section
    }

    /// A nested section, or nil if it is not there.
    ///
    /// - Throws: `ConfigurationError` if the key holds something else.
    public func optionalSection(
        _ key: String
    ) throws(ConfigurationError) -> ConfigurationSection? {
        guard let node = node(key), !node.isNull else {
            record(key, ConfigurationValue.null)
            return nil
        }
        return try section(key)
    }

    /// A list of kinds of a role with options, such as a network's layers, or one alone. It must be there.
    ///
    /// - Throws: `ConfigurationError` if it is missing or empty, or a kind is not known.
    public func values<R: Role>(
        _ key: String, of role: R.Type, where isAllowed: (String) -> Bool = { _ in true }
    ) throws(ConfigurationError) -> [R.Value] {
        let kinds = registry.names(R.self).filter(isAllowed)
        let choice = "one of \(kinds.joined(separator: ", "))"
        let node = try requiredNode(key, expected: "a list with \(choice)")
        if case .section(let pairs) = node.content, pairs.count == 1 {
            let alone = try element(
                node, keyPath: path(to: key), of: R.self, where: isAllowed)
            record(key, .element(alone))
            return [try read(alone, as: R.self, base: nil)]
        }
        guard case .list(let nodes) = node.content, !nodes.isEmpty else {
            throw wrong(key, expected: "a list with \(choice)", found: node.found)
        }
        var elements: [ConfigurationElement] = [], values: [R.Value] = []
        for (index, node) in nodes.enumerated() {
            let place = ConfigurationNode.path(path(to: key), String(index))
            elements.append(
                try element(node, keyPath: place, of: R.self, where: isAllowed))
        }
        record(key, .elements(elements))
        for element in elements { values.append(try read(element, as: R.self, base: nil)) }
        return values
    }

    /// Whether a list is written under a key.
    public func isList(_ key: String) -> Bool {
        if case .list? = node(key)?.content { true } else { false }
    }

    /// The kind that is written under a key; nil where nothing is, or no kind with or without options.
    public func kind(of key: String) -> String? {
        switch node(key)?.content {
        case .scalar(let text, _)?: text
        case .section(let pairs)? where pairs.count == 1: pairs[0].key
        default: nil
        }
    }

    /// One kind of a role with options, such as an optimiser.
    ///
    /// - Parameters:
    ///   - base: what stands where the key is missing, and whose options are the defaults of its own kind; nil where the
    ///     key must be there.
    ///   - isAllowed: which kinds may stand here.
    /// - Throws: `ConfigurationError` if it is missing without a default, or the kind is not known.
    public func value<R: Role>(
        _ key: String, of role: R.Type, default base: R.Value? = nil,
        where isAllowed: (String) -> Bool = { _ in true }
    ) throws(ConfigurationError) -> R.Value {
        if let base, node(key) == nil {
            record(key, R.element(of: base).configurationValue)
            return base
        }
        let kinds = registry.names(R.self).filter(isAllowed)
        let expected = "one of \(kinds.joined(separator: ", ")), with or without options"
        let element = try element(
            requiredNode(key, expected: expected), keyPath: path(to: key), of: R.self,
            where: isAllowed)
        record(key, .element(element))
        return try read(element, as: R.self, base: base)
    }

    /// One kind of a role with options, or nil if the key is not there or empty.
    ///
    /// - Throws: `ConfigurationError` for a kind that is not known.
    public func optionalValue<R: Role>(
        _ key: String, of role: R.Type
    ) throws(ConfigurationError) -> R.Value? {
        guard let node = node(key), !node.isNull else {
            record(key, ConfigurationValue.null)
            return nil
        }
        return try value(key, of: R.self)
    }

    /// One of the cases of a type whose raw values are words, with options of its own.
    ///
    /// - Throws: `ConfigurationError` that lists the allowed words and suggests the nearest.
    public func choiceWithOptions<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, default standard: Choice
    ) throws(ConfigurationError) -> (choice: Choice, options: ConfigurationSection) {
        let element = try element(
            key, kinds: Choice.allCases.map(\.rawValue), default: standard.rawValue)
        return (Choice(rawValue: element.kind) ?? standard, element.options)
    }

    private func element<R: Role>(
        _ node: ConfigurationNode, keyPath: String, of role: R.Type,
        where isAllowed: (String) -> Bool = { _ in true }
    ) throws(ConfigurationError) -> ConfigurationElement {
        let kinds = registry.names(R.self).filter(isAllowed)
        return try ConfigurationElement(
            node, keyPath: keyPath, kinds: kinds,
            expected: "one of \(kinds.joined(separator: ", ")), with or without options",
            registry: registry)
    }

    private func read<R: Role>(
        _ element: ConfigurationElement, as role: R.Type, base: R.Value?
    ) throws(ConfigurationError) -> R.Value {
        guard let kind = registry.all(R.self).first(where: { $0.name == element.kind }) else {
            preconditionFailure("'\(element.kind)' was found among the kinds before")
        }
        return try kind.read(element.options, base)
    }

    /// A list of kinds with options, or one alone. It must be there.
    ///
    /// - Throws: `ConfigurationError` if it is missing or empty, or a kind is not among `kinds`.
    public func elements(
        _ key: String, kinds: [String]
    ) throws(ConfigurationError) -> [ConfigurationElement] {
        let choice = "one of \(kinds.joined(separator: ", "))"
        let node = try requiredNode(key, expected: "a list with \(choice)")
        var elements: [ConfigurationElement] = []
        if case .section(let pairs) = node.content, pairs.count == 1 {
            let alone = try ConfigurationElement(
                node, keyPath: path(to: key), kinds: kinds,
                expected: "\(choice), with or without options", registry: registry)
            record(key, .element(alone))
            return [alone]
        }
        guard case .list(let nodes) = node.content, !nodes.isEmpty else {
            throw wrong(key, expected: "a list with \(choice)", found: node.found)
        }
        for (index, node) in nodes.enumerated() {
            let place = ConfigurationNode.path(path(to: key), String(index))
            elements.append(
                try ConfigurationElement(
                    node, keyPath: place, kinds: kinds,
                    expected: "\(choice), with or without options", registry: registry))
        }
        record(key, .elements(elements))
        return elements
    }

    /// One of some words with options of its own, such as `clipping: {norm: {limit: 1}}`.
    ///
    /// - Throws: `ConfigurationError` if it is missing without a default, or not among `kinds`.
    public func element(
        _ key: String, kinds: [String], default defaultKind: String? = nil
    ) throws(ConfigurationError) -> ConfigurationElement {
        let expected = "one of \(kinds.joined(separator: ", ")), with or without options"
        let element: ConfigurationElement
        if let defaultKind, node(key) == nil {
            element = ConfigurationElement(
                kind: defaultKind, location: location, keyPath: path(to: key), registry: registry)
        } else {
            element = try ConfigurationElement(
                requiredNode(key, expected: expected), keyPath: path(to: key), kinds: kinds,
                expected: expected, registry: registry)
        }
        record(key, .element(element))
        return element
    }

    // MARK: - Errors for those who know more

    /// An error about a key of this section, for values that are each possible but do not fit.
    public func invalid(_ key: String, _ reason: String) -> ConfigurationError {
        ConfigurationError(
            location: node(key)?.location ?? location, keyPath: path(to: key),
            problem: .invalid(reason: reason))
    }

    /// An error about the value of a key: what was expected, what was found.
    public func wrong(
        _ key: String, expected: String, found: String, nearest: String? = nil
    ) -> ConfigurationError {
        ConfigurationError(
            location: node(key)?.location ?? location, keyPath: path(to: key),
            problem: .wrongValue(expected: expected, found: found, nearest: nearest))
    }
}

// MARK: - Access for the typed readers

extension ConfigurationSection {
    /// What is written under a key.
    package func node(_ key: String) -> ConfigurationNode? { pairs.first { $0.key == key }?.value }

    /// What is written under a key that must be there.
    package func requiredNode(
        _ key: String, expected: String
    ) throws(ConfigurationError) -> ConfigurationNode {
        guard let node = node(key) else { throw missing(key, expected: expected) }
        return node
    }

    /// The error for a missing key; a key that looks like a mistyped spelling of it is named.
    private func missing(_ key: String, expected: String) -> ConfigurationError {
        let known = Set(records.map(\.key))
        let unused = pairs.filter { !known.contains($0.key) }
        if let typo = NearestName.of(key, among: unused.map(\.key)),
            NearestName.distance(typo, key) <= 2,
            let pair = unused.first(where: { $0.key == typo })
        {
            return ConfigurationError(
                location: pair.location, keyPath: path(to: typo),
                problem: .unknownKey(nearest: key, known: Array(known) + [key]))
        }
        return ConfigurationError(
            location: location, keyPath: path(to: key), problem: .missingKey(expected: expected))
    }

    /// All that is written here, noted as resolved.
    package func recordAll() -> ConfigurationValue {
        for pair in pairs { record(pair.key, pair.value.value) }
        return resolved
    }

    /// Notes a value as resolved and its key as known.
    public func record(_ key: String, _ value: ConfigurationValue) { record(key, .value(value)) }

    private func record(_ key: String, _ record: Record) {
        if let index = records.firstIndex(where: { $0.key == key }) {
            records[index].record = record
        } else {
            records.append((key, record))
        }
    }

    /// The path to a key of this section.
    package func path(to key: String) -> String { ConfigurationNode.path(keyPath, key) }
}

import Foundation
import RanvierConfiguration
import Yams

extension ConfigurationNode {
    /// Reads YAML text; `file` names it in messages. Empty text is an empty section.
    init(yaml: String, file: String) throws(ConfigurationError) {
        try YAMLBounds.check(yaml, file: file)
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw Self.syntaxError(error, file: file)
        }
        guard let root else {
            self.init(location: file, content: .section([]))
            return
        }
        var bounds = YAMLBounds(file: file)
        try self.init(root, keyPath: "", depth: 0, within: &bounds)
    }

    /// Converts a node.
    private init(
        _ node: Node, keyPath: String, depth: Int, within bounds: inout YAMLBounds
    ) throws(ConfigurationError) {
        let place = bounds.location(of: node)
        try bounds.count(at: place, depth: depth)
        switch node {
        case .scalar(let scalar):
            self.init(
                location: place,
                content: .scalar(scalar.string, isQuoted: scalar.style != .plain))
        case .sequence(let sequence):
            var nodes: [ConfigurationNode] = []
            for (index, element) in sequence.enumerated() {
                let path = Self.path(keyPath, String(index))
                nodes.append(
                    try ConfigurationNode(
                        element, keyPath: path, depth: depth + 1, within: &bounds))
            }
            self.init(location: place, content: .list(nodes))
        case .mapping(let mapping):
            self.init(
                location: place,
                content: .section(
                    try Self.pairs(mapping, keyPath: keyPath, depth: depth + 1, within: &bounds)))
        case .alias:
            throw ConfigurationError(
                location: place, keyPath: keyPath, problem: .syntax(reason: "unresolved alias"))
        }
    }

    private static func pairs(
        _ mapping: Node.Mapping, keyPath: String, depth: Int, within bounds: inout YAMLBounds
    ) throws(ConfigurationError) -> [Pair] {
        var pairs: [Pair] = [], seen: Set<String> = []
        for (keyNode, valueNode) in mapping {
            let place = bounds.location(of: keyNode)
            guard case .scalar(let key) = keyNode else {
                throw ConfigurationError(
                    location: place, keyPath: keyPath,
                    problem: .syntax(reason: "a key must be a word"))
            }
            let path = Self.path(keyPath, key.string)
            guard seen.insert(key.string).inserted else {
                throw ConfigurationError(location: place, keyPath: path, problem: .duplicateKey)
            }
            let value = try ConfigurationNode(
                valueNode, keyPath: path, depth: depth, within: &bounds)
            pairs.append(Pair(key: key.string, location: place, value: value))
        }
        return pairs
    }

    /// Turns an error of the YAML parser into ours.
    private static func syntaxError(_ error: any Error, file: String) -> ConfigurationError {
        func make(_ mark: Mark?, _ problem: ConfigurationError.Problem) -> ConfigurationError {
            let location = mark.map { "\(file):\($0.line):\($0.column)" } ?? file
            return ConfigurationError(location: location, keyPath: "", problem: problem)
        }
        guard let error = error as? YamlError else {
            return make(nil, .syntax(reason: error.localizedDescription))
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return make(mark, .syntax(reason: problem))
        case .reader(let problem, let offset, _, _):
            return make(nil, .syntax(reason: "\(problem) at byte \(offset ?? 0)"))
        case .duplicatedKeysInMapping(let duplicates, let context):
            let place = DuplicateKeyPlace(
                of: duplicates.first ?? "", firstAt: context.mark.line, in: context.text)
            return ConfigurationError(
                location: "\(file):\(place.line)", keyPath: place.keyPath, problem: .duplicateKey)
        default:
            return make(nil, .syntax(reason: "\(error)"))
        }
    }
}

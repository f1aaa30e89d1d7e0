import Foundation
import RanvierConfiguration
import Yams

extension ConfigurationNode {
    /// Reads YAML text; `file` names it in messages. Empty text is an empty section.
    init(yaml: String, file: String) throws(ConfigurationError) {
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
        try self.init(root, keyPath: "", location: { "\(file):\($0)" })
    }

    /// Converts a node; `location` names a line.
    private init(
        _ node: Node, keyPath: String, location: (Int) -> String
    ) throws(ConfigurationError) {
        let place = location(node.mark?.line ?? 1)
        switch node {
        case .scalar(let scalar):
            self.init(
                location: place,
                content: .scalar(scalar.string, isQuoted: scalar.style != .plain))
        case .sequence(let sequence):
            var nodes: [ConfigurationNode] = []
            for (index, element) in sequence.enumerated() {
                let path = Self.path(keyPath, String(index))
                nodes.append(try ConfigurationNode(element, keyPath: path, location: location))
            }
            self.init(location: place, content: .list(nodes))
        case .mapping(let mapping):
            self.init(
                location: place,
                content: .section(try Self.pairs(mapping, keyPath: keyPath, location: location)))
        case .alias:
            throw ConfigurationError(
                location: place, keyPath: keyPath, problem: .syntax(reason: "unresolved alias"))
        }
    }

    private static func pairs(
        _ mapping: Node.Mapping, keyPath: String, location: (Int) -> String
    ) throws(ConfigurationError) -> [Pair] {
        var pairs: [Pair] = []
        for (keyNode, valueNode) in mapping {
            let place = location(keyNode.mark?.line ?? 1)
            guard case .scalar(let key) = keyNode else {
                throw ConfigurationError(
                    location: place, keyPath: keyPath,
                    problem: .syntax(reason: "a key must be a word"))
            }
            let path = Self.path(keyPath, key.string)
            guard !pairs.contains(where: { $0.key == key.string }) else {
                throw ConfigurationError(location: place, keyPath: path, problem: .duplicateKey)
            }
            let value = try ConfigurationNode(valueNode, keyPath: path, location: location)
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

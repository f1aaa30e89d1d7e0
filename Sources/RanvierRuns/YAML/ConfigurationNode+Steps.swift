import Foundation
import RanvierConfiguration

extension ConfigurationNode {
    /// The steps to a value as they stand in the tree, for steps that leave out what cannot be mistaken.
    ///
    /// - A layer of a list is named by its position from zero, or by its kind where one alone is of that kind:
    ///   `network.lif.threshold`.
    /// - The only kind of a section may be left out where it has the key already: `network.hidden` is
    ///   `network.mlp.hidden`, `encoding.steps` is `encoding.direct.steps`.
    /// - `hidden` of a list of layers is its layer with that key, else the `outputs` of its only layer that has some before the
    ///   last that has.
    ///
    /// - Throws: `ConfigurationError` where a step names several layers or none.
    func steps(to path: [String], option: String) throws(ConfigurationError) -> [String] {
        try steps(to: path[...], walked: [], option: option)
    }

    private func steps(
        to path: ArraySlice<String>, walked: [String], option: String
    ) throws(ConfigurationError) -> [String] {
        guard let step = path.first else { return walked }
        switch content {
        case .section(let pairs):
            if let pair = pairs.first(where: { $0.key == step }) {
                return try pair.value.steps(
                    to: path.dropFirst(), walked: walked + [step], option: option)
            }
            // At the top a key that is not written has its default; no section stands for all.
            if !walked.isEmpty, pairs.count == 1, pairs[0].value.has(step) {
                return try pairs[0].value.steps(
                    to: path, walked: walked + [pairs[0].key], option: option)
            }
            return walked + path
        case .list(let nodes):
            if let index = Int(step) {
                guard nodes.indices.contains(index) else {
                    throw Self.error(
                        option, expected: "an index from 0 to \(nodes.count - 1)", step)
                }
                return try nodes[index].steps(
                    to: path.dropFirst(), walked: walked + [step], option: option)
            }
            let places = try places(of: step, among: nodes, walked: walked, option: option)
            return try nodes[places.index].steps(
                to: places.renamed.map { [$0] + path.dropFirst() } ?? path,
                walked: walked + [String(places.index)], option: option)
        case .scalar:
            return walked + path
        }
    }

    /// The one element that a word names, and the key that stands for the word in it.
    private func places(
        of step: String, among nodes: [ConfigurationNode], walked: [String], option: String
    ) throws(ConfigurationError) -> (index: Int, renamed: String?) {
        let list = walked.joined(separator: ".")
        func alone(
            _ indices: [Int], _ path: (Int) -> String
        ) throws(ConfigurationError) -> Int? {
            guard indices.count > 1 else { return indices.first }
            throw ConfigurationError(
                location: option, keyPath: "",
                problem: .invalid(
                    reason:
                        "'\(step)' stands for \(indices.count) layers; name one by its position: "
                        + indices.map { "\(list).\($0)\(path($0))" }.joined(separator: ", ")))
        }
        if let index = try alone(
            nodes.indices.filter { nodes[$0].kind == step }, { _ in ".\(step)" })
        {
            return (index, nil)
        }
        if step == Self.hidden {
            let own = nodes.indices.filter { nodes[$0].options?.has(step) == true }
            if let index = try alone(own, { ".\(nodes[$0].kind ?? "").\(step)" }) {
                return (index, nil)
            }
            let sized = nodes.indices.filter { nodes[$0].options?.has(Self.outputs) == true }
            if let index = try alone(
                sized.dropLast(), { ".\(nodes[$0].kind ?? "").\(Self.outputs)" })
            {
                return (index, Self.outputs)
            }
        }
        let kinds = nodes.compactMap(\.kind)
        let single = kinds.filter { kind in kinds.count { $0 == kind } == 1 }
        throw Self.error(
            option,
            expected: "an index from 0 to \(nodes.count - 1)"
                + (single.isEmpty
                    ? ""
                    : ", or a kind that stands there once (\(single.joined(separator: ", ")))"),
            step)
    }

    private static let (hidden, outputs) = ("hidden", "outputs")

    private static func error(
        _ option: String, expected: String, _ step: String
    ) -> ConfigurationError {
        ConfigurationError(
            location: option, keyPath: "",
            problem: .wrongValue(expected: expected, found: "'\(step)'", nearest: nil))
    }

    /// The kind of an element of a list: `lif` of `- lif` and of `- lif: {…}`.
    private var kind: String? {
        switch content {
        case .scalar(let word, isQuoted: false): word
        case .section(let pairs) where pairs.count == 1: pairs[0].key
        case .scalar, .section, .list: nil
        }
    }

    /// The options of an element of a list.
    private var options: ConfigurationNode? {
        guard case .section(let pairs) = content, pairs.count == 1 else { return nil }
        return pairs[0].value
    }

    private func has(_ key: String) -> Bool {
        guard case .section(let pairs) = content else { return false }
        return pairs.contains { $0.key == key }
    }
}

extension ConfigurationOverride {
    /// The steps to the value as they stand in a file: two ways to write one key lead to the same steps.
    ///
    /// - Throws: `ConfigurationError` if the file is not YAML, or a step names several layers or none.
    public func place(in file: URL) throws(ConfigurationError) -> [String] {
        let text = try ConfigurationReader.text(of: file)
        return try ConfigurationNode(yaml: text, file: file.relativePath).steps(
            to: path, option: option)
    }
}

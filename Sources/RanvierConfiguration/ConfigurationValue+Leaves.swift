extension ConfigurationValue {
    /// The values that hold no others, with the path of keys (and positions in lists) to each, in order.
    ///
    /// A list of plain values is one value, as it is written on one line.
    public var leaves: [(path: String, value: ConfigurationValue)] { leaves(at: "") }

    private func leaves(at path: String) -> [(path: String, value: ConfigurationValue)] {
        switch self {
        case .section(let entries) where !entries.isEmpty:
            return entries.flatMap {
                $0.value.leaves(at: ConfigurationNode.path(path, $0.key))
            }
        case .list(let values) where values.contains(where: \.isComposite):
            return values.enumerated().flatMap { index, value in
                value.leaves(at: ConfigurationNode.path(path, String(index)))
            }
        case .null, .boolean, .integer, .float, .string, .list, .section:
            return [(path, self)]
        }
    }

    private var isComposite: Bool {
        switch self {
        case .section: true
        case .list(let values): values.contains(where: \.isComposite)
        case .null, .boolean, .integer, .float, .string: false
        }
    }

    /// The value in a few words: `0.5`, `adam`, `[64, 32]`.
    public var shortText: String {
        switch self {
        case .null: "–"
        case .boolean(let truth): truth ? "true" : "false"
        case .integer(let number): String(number)
        case .float(let number):
            number == number.rounded() && abs(number) < 1e15
                ? String(Int(number)) : "\(number)"
        case .string(let text): text
        case .list(let values): "[\(values.map(\.shortText).joined(separator: ", "))]"
        case .section(let entries):
            "{\(entries.map { "\($0.key): \($0.value.shortText)" }.joined(separator: ", "))}"
        }
    }
}

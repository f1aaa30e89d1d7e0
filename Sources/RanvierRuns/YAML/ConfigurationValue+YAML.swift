import Foundation
import RanvierConfiguration

extension ConfigurationValue {
    /// The value as a YAML document that reads back to the same value.
    ///
    /// Equal values give equal text. `header` becomes comment lines at the top.
    public func yaml(header: String = "") -> String {
        let comments = header.split(separator: "\n").map { "# \($0)\n" }.joined()
        if let inline = inlineYAML { return comments + inline + "\n" }
        return comments + blockLines(indent: "").map { $0 + "\n" }.joined()
    }

    /// The text on one line, for scalars, empty collections and lists of scalars.
    private var inlineYAML: String? {
        switch self {
        case .null: return "null"
        case .boolean(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .float(let value): return "\(value)"
        case .string(let value): return Self.quotedIfNeeded(value)
        case .section(let entries): return entries.isEmpty ? "{}" : nil
        case .list(let values):
            let parts = values.compactMap { $0.isScalar ? $0.inlineYAML : nil }
            return parts.count == values.count ? "[\(parts.joined(separator: ", "))]" : nil
        }
    }

    private var isScalar: Bool {
        switch self {
        case .list, .section: false
        default: true
        }
    }

    /// The lines of a section, or of a list that does not fit on one line.
    private func blockLines(indent: String) -> [String] {
        switch self {
        case .section(let entries):
            entries.flatMap { entry -> [String] in
                let key = indent + Self.quotedIfNeeded(entry.key) + ":"
                if let inline = entry.value.inlineYAML { return ["\(key) \(inline)"] }
                return [key] + entry.value.blockLines(indent: indent + "  ")
            }
        case .list(let values):
            values.flatMap { value -> [String] in
                if let inline = value.inlineYAML { return ["\(indent)- \(inline)"] }
                let lines = value.blockLines(indent: indent + "  ")
                let first = lines.first.map { $0.dropFirst(indent.count + 2) } ?? ""
                return ["\(indent)- \(first)"] + lines.dropFirst()
            }
        default: [indent + (inlineYAML ?? "null")]
        }
    }

    // MARK: - Text

    /// Words that YAML readers take for something other than text.
    private static let reservedWords: Set<String> = [
        "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf",
    ]

    /// The text as it is where every reader takes it for text, else in double quotes.
    static func quotedIfNeeded(_ text: String) -> String {
        isPlain(text) ? text : quoted(text)
    }

    /// The text in double quotes, in which any character can be said.
    package static func quoted(_ text: String) -> String {
        "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func isPlain(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return false }
        let startsWell = isLetter(first) || (first == "/" || first == "_")
        return startsWell && last != " "
            && scalars.allSatisfy {
                isLetter($0) || ("0"..."9").contains($0) || " _-./+".unicodeScalars.contains($0)
            }
            && !reservedWords.contains(text.lowercased())
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\t": "\\t"
        case "\r": "\\r"
        case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{a0}", "\u{2028}", "\u{2029}", "\u{feff}",
            "\u{fffe}"..."\u{ffff}":
            "\\u" + String(format: "%04x", scalar.value)
        default: String(scalar)
        }
    }
}

/// Lines of C with indentation from their braces.
enum CText {
    /// The lines, indented by four spaces for each open brace.
    static func indented(_ lines: [String]) -> String {
        var depth = 0
        var text = ""
        for line in lines {
            let trimmed = line.drop { $0 == " " }
            guard !trimmed.isEmpty else {
                text += "\n"
                continue
            }
            let leading = trimmed.prefix { $0 == "}" }.count
            let margin = trimmed.hasPrefix("#") ? 0 : max(0, depth - leading)
            let inComment = trimmed.hasPrefix("*") ? " " : ""
            text += String(repeating: "    ", count: margin) + inComment + trimmed + "\n"
            depth += trimmed.count { $0 == "{" } - trimmed.count { $0 == "}" }
        }
        return text
    }

    /// A loop whose variable counts from 0.
    static func loop(_ variable: String, _ count: Int, _ body: [String]) -> [String] {
        ["for (uint32_t \(variable) = 0U; \(variable) < \(count)U; \(variable)++) {"] + body + ["}"]
    }

    /// A layer's name as a comment may hold it: letters, digits, and marks that end no comment.
    static func comment(_ name: String) -> String {
        let kept = String(
            name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" }
        )
        return forbidden.contains(where: kept.lowercased().contains) ? "layer" : kept
    }

    /// Words that generated files do not hold, so that a search for them proves what they are not.
    static let forbidden = ["malloc", "calloc", "float", "double"]
}

import Foundation

/// Where a key stands for the second time; the YAML parser only tells where it stood first.
struct DuplicateKeyPlace {
    /// The line of the second occurrence, counted from one.
    let line: Int
    /// The path to it, from the indentation; positions in lists are left out.
    let keyPath: String

    /// Looks for `key` again, below line `first`, at the same indentation.
    init(of key: String, firstAt first: Int, in text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(Line.init)
        guard lines.indices.contains(first - 1) else {
            (line, keyPath) = (max(first, 1), key)
            return
        }
        let column = lines[first - 1].indent
        let second = lines[first...].firstIndex { $0.key == key && $0.indent == column }
        line = (second ?? first - 1) + 1
        var (path, indent) = ([key], column)
        for candidate in lines[..<(first - 1)].reversed() where candidate.indent < indent {
            guard let key = candidate.key else { continue }
            path.insert(key, at: 0)
            indent = candidate.indent
        }
        keyPath = path.joined(separator: ".")
    }

    /// A line of block style: how far its key is indented, list dashes included.
    private struct Line {
        let indent: Int
        let key: String?

        init(_ text: Substring) {
            let rest = text.drop { $0 == " " || $0 == "-" }
            indent = text.count - rest.count
            let colon = rest.firstIndex(of: ":")
            key = rest.first == "#" ? nil : colon.map { String(rest[..<$0]) }
        }
    }
}

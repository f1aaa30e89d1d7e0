import Foundation
import RanvierConfiguration
import Yams

/// How large a configuration may be: its text, and what its aliases unfold to.
///
/// An alias stands for all that its anchor names, so that a few lines can stand for more values than memory holds. Values
/// are counted as they unfold.
struct YAMLBounds {
    /// Most bytes of text.
    static let bytes = 1 << 20
    /// Most values, those of aliases counted as often as they stand there.
    private static let values = 100_000
    /// Most lists and sections inside each other.
    private static let depth = 64

    /// The file in messages.
    let file: String
    private var found = 0

    init(file: String) { self.file = file }

    /// Where a node stands.
    func location(of node: Node) -> String { "\(file):\(node.mark?.line ?? 1)" }

    /// Counts a value.
    mutating func count(at place: String, depth: Int) throws(ConfigurationError) {
        found += 1
        if found > Self.values {
            throw Self.error(
                place,
                "a configuration of at most \(Self.values) values, those of aliases counted "
                    + "where they stand; this one has more: write less, or use fewer aliases")
        }
        if depth > Self.depth {
            throw Self.error(
                place,
                "lists and sections at most \(Self.depth) deep inside each other; close some "
                    + "brackets")
        }
    }

    /// Refuses text that the parser would take long over.
    static func check(_ text: String, file: String) throws(ConfigurationError) {
        guard text.utf8.count <= bytes else {
            throw error(file, "a configuration of at most \(bytes >> 20) MiB of text")
        }
        // The parser compares keys: one that an alias unfolds would be compared value by value.
        if text.contains("&"), text.contains(#/(^|[\s\[{,])\?\s|\*[\w-]+\s*:|[\]}]\s*:/#) {
            throw error(
                file,
                "keys that are words, in a file with anchors; a key is a list, a section or an alias"
            )
        }
    }

    private static func error(_ place: String, _ reason: String) -> ConfigurationError {
        ConfigurationError(
            location: place, keyPath: "", problem: .syntax(reason: "expected " + reason))
    }
}

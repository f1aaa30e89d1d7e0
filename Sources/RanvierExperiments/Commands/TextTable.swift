import Foundation

/// A table for the terminal: columns as wide as their longest cell, two spaces between.
struct TextTable {
    let head: [String]
    let rows: [[String]]

    /// The lines, without spaces at their ends.
    var text: String {
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let line = zip(row, widths).map { $0.padding(to: $1 + 2) }.joined()
            return line.replacing(/\s+$/, with: "")
        }.joined(separator: "\n")
    }
}

extension String {
    /// The text with spaces behind it, at least `width` characters.
    func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

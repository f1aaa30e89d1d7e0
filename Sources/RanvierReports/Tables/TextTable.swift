import Foundation
import RanvierConfiguration

/// A table for the terminal: columns as wide as their longest cell, two spaces between.
package struct TextTable {
    package let head: [String]
    package let rows: [[String]]

    package init(
        head: [String], rows: [[String]]
    ) {
        self.head = head
        self.rows = rows
    }

    /// The lines, without spaces at their ends.
    package var text: String {
        // A terminal's font may lack the narrow space of pages.
        let all = ([head] + rows).map { $0.map { $0.replacing("\u{202F}", with: " ") } }
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let line = zip(row, widths).map { $0.padding(to: $1 + 2) }.joined()
            return line.replacing(/\s+$/, with: "")
        }.joined(separator: "\n")
    }
}

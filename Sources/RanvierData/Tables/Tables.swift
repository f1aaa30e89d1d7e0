import Foundation
import RanvierFormats

/// Tables that were looked through once: what their columns are called and hold.
package struct Tables {
    /// A column of all files.
    package struct Column: Sendable {
        /// Its name.
        package let name: String
        /// Whether it holds numbers.
        package let areNumbers: Bool
        /// Whether all of them are whole.
        package let areWhole: Bool
        /// Number of them.
        package let count: Int
        /// Different values; a great number where there are too many to tell.
        package let different: Int
    }

    let set: TableSet

    /// Looks through files.
    ///
    /// - Throws: ``DataError``: all that `TableReader` refuses.
    package init(
        _ urls: [URL], test: [URL] = [], format: TableFormat = TableFormat()
    ) throws(DataError) {
        set = try TableSet(training: urls, test: test, format: format)
    }

    /// Number of files that are learned from.
    package var count: Int { self.set.trainingFiles.count }
    /// The first file.
    package var path: String { self.set.files[0].path }
    /// Names of the columns.
    package var names: [String] { self.set.names }

    /// What a column holds.
    ///
    /// - Throws: ``DataError`` where there is none.
    package func column(_ column: TableColumn) throws(DataError) -> Column {
        let found = set.columns[try set.position(of: column)]
        var different: Set<String> = [], isCounted = true
        for (_, summary) in found.summaries {
            guard let texts = summary.distinctTexts else {
                isCounted = summary.numbers + summary.texts + summary.times == 0
                continue
            }
            different.formUnion(texts.keys)
        }
        return Column(
            name: found.name, areNumbers: found.content == .numbers,
            areWhole: found.summaries.allSatisfy { $0.summary.isWhole || $0.summary.numbers == 0 },
            count: found.total(\.numbers), different: isCounted ? different.count : .max)
    }
}

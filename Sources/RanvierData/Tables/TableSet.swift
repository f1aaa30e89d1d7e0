import Foundation
import RanvierConfiguration
import RanvierFormats

/// The tables of one data set, looked at as a whole: what each column holds is decided from all rows of all files.
///
/// Columns are matched by name, so their order may differ from file to file; files without names are matched by position.
struct TableSet {
    /// One file.
    struct File {
        let reader: TableReader
        let summary: TableSummary
        /// Place in the file of each column of the set; nil where it has none of that name.
        let positions: [Int?]
        /// Whether the network learns from it.
        let isTraining: Bool

        /// The name of the file in messages.
        var path: String { reader.path }
    }

    /// A column of all files.
    struct Column {
        let name: String
        let content: ColumnContent
        /// What the column holds in each file that has it.
        let summaries: [(file: Int, summary: ColumnSummary)]

        /// A sum over all files.
        func total(_ count: KeyPath<ColumnSummary, Int>) -> Int {
            summaries.reduce(0) { $0 + $1.summary[keyPath: count] }
        }

        /// What the column holds in all files, in a few words.
        var inWords: String {
            guard summaries.count > 1, content == .numbers else {
                return summaries.first?.summary.inWords ?? ""
            }
            let parts = summaries.map(\.summary).filter { $0.numbers > 0 }
            let low = parts.map(\.minimum).min() ?? .nan, high = parts.map(\.maximum).max() ?? .nan
            let kind = parts.allSatisfy(\.isWhole) ? "whole numbers" : "numbers"
            let missing = total(\.missing)
            return "\(kind) from \(ColumnSummary.text(low)) to \(ColumnSummary.text(high))"
                + (missing > 0 ? ", \(missing) missing" : "")
        }
    }

    let files: [File]
    let columns: [Column]
    /// What was found out and decided.
    private(set) var notes: [String] = []
    /// What may be wrong.
    private(set) var warnings: [String] = []

    /// Looks through all files, once.
    ///
    /// - Throws: `DataError`: all that `TableReader` refuses; two columns of one name; files of another number of columns
    ///   without names.
    init(training: [URL], test: [URL] = [], format: TableFormat) throws(DataError) {
        var files: [File] = [], names: [String] = []
        var notes: [String] = [], warnings: [String] = []
        for (index, url) in (training + test).enumerated() {
            let reader = try TableReader(url, format: format)
            if index == 0 { names = reader.names }
            let positions = try Self.positions(of: names, in: reader, reference: files.first)
            let summary = try reader.summary()
            let told = "\(reader.path): \(summary.rowCount) rows, \(reader.dialect)"
            if files.first.map({ $0.summary.dialect != summary.dialect }) ?? true {
                notes.append(told)
            }
            notes += summary.notes.map { "\(reader.path): \($0)" }
            let file = File(
                reader: reader, summary: summary, positions: positions,
                isTraining: index < training.count)
            if index > 0 {
                let known = positions.compactMap(\.self)
                if known != known.sorted() {
                    notes.append(
                        "\(reader.path): its columns stand in another order; they were matched by name"
                    )
                }
                let others = reader.names.indices.filter { !known.contains($0) }
                    .map { "\"\(reader.names[$0])\"" }
                if !others.isEmpty {
                    warnings.append(
                        "\(reader.path): not used because \(files[0].path) has no such column: "
                            + others.joined(separator: ", "))
                }
            }
            files.append(file)
        }
        self.files = files
        columns = names.indices.map { Self.column($0, names[$0], files) }
        self.notes = notes
        self.warnings = warnings
    }

    /// Files that the network learns from.
    var trainingFiles: [File] { files.filter(\.isTraining) }

    /// Names of the columns.
    var names: [String] { columns.map(\.name) }

    /// Place of a column.
    func position(of column: TableColumn) throws(DataError) -> Int {
        try column.position(among: names, path: files[0].path)
    }

    /// Whether a choice of the user's means a column of the set; false where it means none.
    func contains(_ column: TableColumn, at place: Int) -> Bool {
        (try? position(of: column)) == place
    }

    private static func positions(
        of names: [String], in reader: TableReader, reference: File?
    ) throws(DataError) -> [Int?] {
        guard let reference else { return Array(names.indices) }
        let hasNames = reader.headerLine != nil
        guard hasNames == (reference.reader.headerLine != nil) else {
            throw DataError(
                .wrongFormat, at: reader.path,
                expected: hasNames
                    ? "no names in the first line, as in \(reference.path)"
                    : "names of the columns in the first line, as in \(reference.path)",
                found: hasNames ? "names" : "none",
                advice: "give all files names, or say `header: true` or `header: false`")
        }
        guard hasNames else {
            guard reader.names.count == names.count else {
                throw DataError(
                    .countMismatch, at: reader.path,
                    expected: "\(names.count) columns, as in \(reference.path)",
                    found: "\(reader.names.count)",
                    advice: "columns without names are matched by position")
            }
            return Array(names.indices)
        }
        return names.map { name in reader.names.firstIndex(of: name) }
    }

    private static func column(_ index: Int, _ name: String, _ files: [File]) -> Column {
        let summaries = files.enumerated().compactMap { number, file in
            file.positions[index].map { (file: number, summary: file.summary.columns[$0]) }
        }
        var numbers = 0, texts = 0, times = 0
        for (_, summary) in summaries {
            numbers += summary.numbers
            texts += summary.texts
            times += summary.times
        }
        let content: ColumnContent =
            if numbers + texts + times == 0 { .empty } else if texts == 0, times == 0 {
                .numbers
            } else if numbers == 0, texts == 0 { .time } else {
                2 * numbers >= numbers + texts + times ? .numbers : .text
            }
        return Column(name: name, content: content, summaries: summaries)
    }
}

// MARK: - Columns that are used

extension TableSet {
    /// Checks that every file has a column, and holds nothing else in it than numbers.
    ///
    /// - Throws: `DataError` that names file, line and column.
    func requireNumbers(_ position: Int) throws(DataError) {
        try requirePresence(position)
        let column = columns[position]
        for (number, summary) in column.summaries where summary.texts + summary.times > 0 {
            let file = files[number]
            let line = summary.firstOddLine.map { ", line \($0)" } ?? ""
            let found = (summary.firstOddCell ?? summary.firstTexts.first).map { "\"\($0)\"" }
            throw DataError(
                .wrongFormat, at: "\(file.path)\(line), column \"\(column.name)\"",
                expected: "numbers, as in its other cells", found: found ?? "text",
                advice: "correct the cell, name it in `missing-marks` if it says that a number is "
                    + "missing, or leave the column out with `drop`")
        }
        guard column.total(\.numbers) > 0 else {
            throw DataError(
                .wrongFormat, at: "\(files[0].path), column \"\(column.name)\"",
                expected: "numbers", found: "no cell that holds one",
                advice: "leave the column out with `drop`")
        }
    }

    /// Checks that single precision tells apart the numbers of a column that is to be predicted.
    ///
    /// - Throws: `DataError` that names the column, and what to subtract.
    func requireResolution(_ position: Int) throws(DataError) {
        let parts = columns[position].summaries.map(\.summary).filter { $0.numbers > 0 }
        let deviation = parts.map(\.deviation).max() ?? 0
        let size = parts.map { max(abs($0.minimum), abs($0.maximum)) }.max() ?? 0
        // Neighbours in single precision lie 2⁻²³ of their size apart; a hundredth of the deviation is fine enough.
        guard deviation > 0, size * 0x1p-23 > deviation / 100, let base = parts.first?.base else {
            return
        }
        throw DataError(
            .wrongFormat, at: "\(files[0].path), column \"\(columns[position].name)\"",
            expected: "numbers to predict whose differences single precision resolves",
            found: "numbers up to \(size) with a deviation of \(deviation)",
            advice: "subtract \(base) from the column")
    }

    /// Checks that every file has a column, once.
    ///
    /// - Throws: `DataError` that names file and column, and the column that may be meant.
    func requirePresence(_ position: Int) throws(DataError) {
        let name = columns[position].name
        // In the first file the column was chosen, perhaps by position; the others have it by its name alone.
        for file in files.dropFirst() where file.reader.headerLine != nil {
            _ = try TableColumn.position(named: name, among: file.reader.names, path: file.path)
        }
    }

    /// Checks that no two columns that may be used have one name.
    ///
    /// - Throws: `DataError` that names them.
    func requireUniqueNames(without left: [Int]) throws(DataError) {
        for file in files {
            var places: [String: [Int]] = [:]
            for (place, name) in file.reader.names.enumerated() {
                if file.positions.firstIndex(of: place).map(left.contains) == true { continue }
                places[name, default: []].append(place)
            }
            let twice = places.filter { $0.value.count > 1 }.sorted { $0.value[0] < $1.value[0] }
            guard let last = twice.first?.value.last else { continue }
            let found = twice.map { name, places in
                "\(places.count) columns \"\(name)\", at the positions "
                    + places.map { "\($0)" }.joined(separator: " and ")
            }
            throw DataError(
                .unknownName, at: "\(file.path), line \(file.reader.headerLine ?? 1)",
                expected: "names that differ", found: found.joined(separator: "; "),
                advice: "rename one of them, or leave one out by position: `drop: [\(last)]`")
        }
    }
}

import Foundation
import RanvierConfiguration
import RanvierFormats

/// Which columns of a set of tables are used for what.
struct TablePlan {
    /// A value of a sample's row.
    struct Channel: Hashable {
        /// Place of the column in the set.
        let column: Int
        /// Whether the channel says where the column has gaps, else its numbers.
        let marksMissing: Bool
        /// Name of the feature.
        let name: String
    }

    let channels: [Channel]
    let label: Int?
    let targets: [Int]
    let time: Int?
    let group: Int?
    /// Names of the classes in order.
    let classes: [String]
    /// Names of the values that are asked for.
    let targetNames: [String]
    /// What was decided.
    private(set) var notes: [String] = []
    /// What may be wrong.
    private(set) var warnings: [String] = []

    /// Decides for a set.
    ///
    /// - Throws: `DataError` that names file and column: one that is not there, in some file or in all; one that holds
    ///   something else; two of one name; labels that are no classes.
    init(_ set: TableSet, _ options: TableOptions) throws(DataError) {
        var dropped: [Int] = []
        for column in options.drop { dropped.append(try set.position(of: column)) }
        if options.features.isEmpty { try set.requireUniqueNames(without: dropped) }
        var asked: [Int] = []
        for column in options.askedColumns { asked.append(try set.position(of: column)) }
        // Ahead of time the past of what is asked for may be left out; else this is a contradiction.
        if options.horizon == 0, let place = asked.first(where: dropped.contains) {
            throw DataError(
                .invalidParameter, at: "\(set.files[0].path), drop",
                expected: "columns beside the one that is asked for",
                found: "\"\(set.columns[place].name)\"", advice: "leave it out of `drop`")
        }
        var label: Int?
        if case .label = options.asked { label = asked.first }
        targets = label == nil ? asked : []
        targetNames = targets.map { set.columns[$0].name }
        self.label = label
        group = try options.group.map { column throws(DataError) in try set.position(of: column) }
        if let column = options.time {
            time = try set.position(of: column)
        } else {
            time = set.columns.indices.first {
                set.columns[$0].content == .time && !dropped.contains($0)
            }
        }
        for position in asked + [group, time].compactMap(\.self) {
            try set.requirePresence(position)
        }
        for position in targets {
            try set.requireNumbers(position)
            try set.requireResolution(position)
        }
        if let time, options.time != nil, set.columns[time].content == .text {
            throw DataError(
                .wrongFormat, at: "\(set.files[0].path), column \"\(set.columns[time].name)\"",
                expected: "times", found: "text",
                advice: "say how they are written with `time-format`, or choose another column")
        }
        classes =
            try label.map { position throws(DataError) in
                try Self.classes(at: position, in: set, given: options.classes)
            } ?? []
        let used = Set(
            (options.horizon > 0 ? [label] : asked.map { $0 }).compactMap(\.self)
                + [time, group].compactMap(\.self) + dropped)
        try Self.requireEffect(ofDropping: dropped, set, options)
        let features = try Self.features(set, options, used: used)
        channels = Self.channels(of: features, in: set, options)
        tell(set, options, used: used, features: features)
    }

    /// Names of the features in order.
    var featureNames: [String] { channels.map(\.name) }

    // MARK: - Features

    private static func features(
        _ set: TableSet, _ options: TableOptions, used: Set<Int>
    ) throws(DataError) -> [Int] {
        var features: [Int] = []
        if options.features.isEmpty {
            features = set.columns.indices.filter {
                set.columns[$0].content == .numbers && !used.contains($0)
            }
        } else {
            for column in options.features {
                // A channel that says where another column has gaps has no column of its own.
                if case .named(let name) = column, !set.names.contains(name),
                    name.hasSuffix(TableOptions.missingSuffix)
                {
                    continue
                }
                let place = try set.position(of: column)
                if features.contains(place) {
                    throw DataError(
                        .invalidParameter, at: "\(set.files[0].path), features",
                        expected: "every column once", found: "\(column) twice",
                        advice: "name it once")
                }
                if used.contains(place) {
                    throw DataError(
                        .invalidParameter, at: "\(set.files[0].path), features",
                        expected: "columns beside those that are asked for, dropped, or tell time "
                            + "or series", found: "\(column)",
                        advice: "leave it out of the features")
                }
                features.append(place)
            }
        }
        guard !features.isEmpty else {
            throw DataError(
                .wrongFormat, at: set.files[0].path,
                expected: "at least one column of numbers beside what is asked for",
                found: "columns: " + set.names.map { "\"\($0)\"" }.joined(separator: ", "),
                advice: "check separator and decimal mark, and the columns that are dropped")
        }
        for feature in features { try set.requireNumbers(feature) }
        return features
    }

    /// Where features are listed, all others are left out anyway; only times are looked for among these.
    private static func requireEffect(
        ofDropping dropped: [Int], _ set: TableSet, _ options: TableOptions
    ) throws(DataError) {
        guard !options.features.isEmpty,
            let idle = dropped.first(where: { set.columns[$0].content != .time })
        else { return }
        // A column that is both used and left out has an error of its own.
        guard !options.features.contains(where: { set.contains($0, at: idle) }) else { return }
        throw DataError(
            .invalidParameter, at: "\(set.files[0].path), drop",
            expected: "no column to leave out where `features` lists those that are used",
            found: "\"\(set.columns[idle].name)\"", advice: "leave out `drop` or `features`")
    }

    private static func channels(
        of features: [Int], in set: TableSet, _ options: TableOptions
    ) -> [Channel] {
        var channels = features.map {
            Channel(column: $0, marksMissing: false, name: set.columns[$0].name)
        }
        let named = options.features.compactMap { column -> String? in
            if case .named(let name) = column { name } else { nil }
        }
        let marks = named.filter {
            $0.hasSuffix(TableOptions.missingSuffix) && !set.names.contains($0)
        }
        if !marks.isEmpty {
            // A stored model names its channels: they stand in its order.
            channels += marks.compactMap { mark in
                let name = String(mark.dropLast(TableOptions.missingSuffix.count))
                return set.names.firstIndex(of: name).map {
                    Channel(column: $0, marksMissing: true, name: mark)
                }
            }
            let order = Dictionary(
                named.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            channels.sort { (order[$0.name] ?? 0) < (order[$1.name] ?? 0) }
        } else if options.marksMissing {
            channels += features.filter { set.columns[$0].total(\.missing) > 0 }.map {
                Channel(
                    column: $0, marksMissing: true,
                    name: set.columns[$0].name + TableOptions.missingSuffix)
            }
        }
        return channels
    }

    // MARK: - Classes

    /// A cell of labels as a class is named: whole numbers without sign, zeros and decimals that say nothing.
    static func className(_ cell: String, isNumber: Bool, dialect: TableDialect) -> String? {
        guard isNumber else { return cell }
        guard let number = dialect.number(cell) else { return nil }
        return Int(exactly: number).map { "\($0)" }
    }

    private static func classes(
        at position: Int, in set: TableSet, given: [String]?
    ) throws(DataError) -> [String] {
        let column = set.columns[position]
        let isNumber = column.content == .numbers
        if isNumber { try set.requireNumbers(position) }
        var found: Set<String> = []
        for (number, summary) in column.summaries {
            let file = set.files[number]
            let place = "\(file.path), column \"\(column.name)\""
            if let line = summary.firstMissingLine {
                throw DataError(
                    .labelOutsideClasses,
                    at: "\(file.path), line \(line), column \"\(column.name)\"",
                    expected: "a class in every row",
                    found: "\(summary.missing) without one (\(marks(of: summary, file)))",
                    advice: "remove these rows, or set `missing-marks` if that is a class")
            }
            guard summary.content != .time, let texts = summary.distinctTexts else {
                throw DataError(
                    .labelOutsideClasses, at: place, expected: "the names of at most 1000 classes",
                    found: summary.content == .time
                        ? "times"
                        : isNumber && !summary.isWhole ? fraction(summary) : "more than 1000",
                    advice: "choose the column of classes with `label-column`, or predict its "
                        + "numbers with `target-column`")
            }
            if isNumber, !summary.isWhole {
                throw DataError(
                    .labelOutsideClasses, at: place, expected: "whole numbers or names of classes",
                    found: fraction(summary),
                    advice: "predict numbers with `target-column`, or name the classes")
            }
            // Doubles no longer tell neighbours apart.
            if isNumber, max(abs(summary.minimum), abs(summary.maximum)) >= 0x1p53 {
                throw DataError(
                    .labelOutsideClasses, at: place,
                    expected: "names of classes, or whole numbers below 2^53",
                    found: "numbers from \(summary.minimum) to \(summary.maximum)",
                    advice: "put a letter before them")
            }
            for text in texts.keys {
                if let name = className(text, isNumber: isNumber, dialect: file.reader.dialect) {
                    found.insert(name)
                }
            }
        }
        if let given {
            let unknown = found.subtracting(given).sorted()
            guard unknown.isEmpty else {
                throw DataError(
                    .labelOutsideClasses,
                    at: "\(set.files[0].path), column \"\(column.name)\"",
                    expected: "one of the classes \(given.joined(separator: ", "))",
                    found: unknown.prefix(10).joined(separator: ", "),
                    advice: "check the label column and the list of classes")
            }
            return given
        }
        guard isNumber else { return found.sorted() }
        let numbers = found.compactMap { Int($0) }.sorted()
        // Counted from 0 or 1, as is usual, with few gaps: the numbers are the outputs.
        if let low = numbers.first, let high = numbers.last, low == 0 || low == 1,
            high < 2 * numbers.count + 1, high < 65536
        {
            return (0...high).map { "\($0)" }
        }
        return numbers.map { "\($0)" }
    }

    private static func fraction(_ summary: ColumnSummary) -> String {
        "numbers from \(summary.minimum) to \(summary.maximum), some with fractions"
    }

    private static func marks(of summary: ColumnSummary, _ file: TableSet.File) -> String {
        "the first in line \(summary.firstMissingLine ?? 0)"
    }

    // MARK: - Telling

    private mutating func tell(
        _ set: TableSet, _ options: TableOptions, used: Set<Int>, features: [Int]
    ) {
        if let label {
            notes.append(
                "classes in \"\(set.columns[label].name)\": "
                    + classes.prefix(20).joined(separator: ", ")
                    + (classes.count > 20 ? ", … (\(classes.count))" : ""))
        }
        if let time { notes.append("times are in \"\(set.columns[time].name)\"") }
        guard options.features.isEmpty else { return }
        let shown = features.prefix(40).map { set.columns[$0].name }.joined(separator: ", ")
        notes.append(
            "\(features.count) columns of values: \(shown)\(features.count > 40 ? ", …" : "")")
        let torn = set.columns.indices.filter {
            let column = set.columns[$0]
            let times = column.total(\.times)
            return column.content == .text && !used.contains($0)
                && times > column.total(\.numbers) + column.total(\.texts)
        }
        for index in torn {
            let column = set.columns[index]
            let others = column.total(\.numbers) + column.total(\.texts)
            warnings.append(
                "\"\(column.name)\" is not used as the time of the rows: \(others) of its cells are no "
                    + "times as the others are; correct them, or set `time-format`")
        }
        for (content, word) in [
            (ColumnContent.text, "text"), (.empty, "nothing"), (.time, "times"),
        ] {
            let names = set.columns.indices.filter {
                set.columns[$0].content == content && !used.contains($0) && !torn.contains($0)
            }.map { "\"\(set.columns[$0].name)\"" }
            if !names.isEmpty {
                warnings.append(
                    "not used, because they hold \(word): \(names.joined(separator: ", "))")
            }
        }
    }
}

extension TableDialect {
    /// The number that a cell holds as this table is written; nil where it holds none.
    func number(_ cell: String) -> Double? {
        var text = cell
        if let thousands { text.removeAll { $0 == thousands } }
        if decimal != "." { text = text.replacingOccurrences(of: String(decimal), with: ".") }
        return Double(text)
    }
}

import Foundation
import RanvierConfiguration
import RanvierFormats

/// `csv`: tables with a column of labels, or of numbers to predict.
///
/// Files, a folder, a pattern or a list of them are one data set. What a file does not say is found out, and told.
public struct TableSource: DataSource {
    /// `csv`.
    public static let kind = "csv"

    /// Paths of what is learned from.
    public var train: [String] = []
    /// Paths of what is measured on; empty for a part of the training tables.
    public var test: [String] = []
    /// How rows become samples.
    public var options = TableOptions()
    /// Which samples go together when a part is held out; nil for what the tables suggest.
    public var split: SplitRule?
    /// Share of the samples that is held out for the test.
    public var testFraction = 0.2
    /// Number of parts for cross-validation; nil for none.
    public var folds: Int?
    /// Which part is the test, from 0.
    public var fold = 0

    /// Nothing yet.
    public init() {}

    /// Tables may hold images.
    public var hasImages: Bool { true }

    /// Sensors have units of their own.
    public var usualScaling: DatasetConfiguration.ScalingRule { .automatic }

    /// `train` and `test`.
    public static let pathKeys = ["train", "test"]

    /// Reads the tables.
    public func load(from place: DataPlace) throws(DataError) -> DataParts {
        let training = try TableFiles.urls(train, from: place.folder)
        let testing = try TableFiles.urls(test, from: place.folder)
        let own = Set(training.map { $0.resolvingSymlinksInPath().standardizedFileURL.path })
        let others = testing.map { $0.resolvingSymlinksInPath().standardizedFileURL.path }
        let isSame = own == Set(others)
        if !isSame, let twice = zip(testing, others).first(where: { own.contains($0.1) })?.0 {
            throw DataError(
                .invalidParameter, at: twice.path(percentEncoded: false),
                expected: "other files for the test than for training", found: "the same file",
                advice: "leave it out of one of them")
        }
        let tables = try TableParts(training: training, test: testing, options)
        let rule = try rule(for: tables.training)
        var notes = tables.notes, warnings = tables.warnings
        var (first, second) = (tables.training, tables.test)
        if let test = second, test.count == 0 { second = nil }
        if let folds {
            guard testing.isEmpty else {
                throw DataError(
                    .invalidParameter, at: "dataset.folds",
                    expected: "no `test` where parts of the training tables are the test",
                    found: "both", advice: "leave one of them out")
            }
            (first, second) = try tables.training.fold(
                fold, of: folds, by: rule, seed: place.seed)
            notes.append("part \(fold) of \(folds) by \(rule) is for the test")
        } else if testing.isEmpty {
            (first, second) = try tables.training.split(
                fraction: testFraction, by: rule, seed: place.seed, names: ("training", "test"))
            notes.append(
                "split by \(rule): \(first.count) samples for training, "
                    + "\(second?.count ?? 0) for the test")
        }
        if let second, testing.isEmpty, rule == .file || rule == .group {
            notes.append("for the test: \(second.seriesNames.joined(separator: ", "))")
        }
        if isSame {
            warnings.append(
                "the test files are the training files: the test says nothing about new data")
        }
        if testing.isEmpty, let second, tables.neighbourCorrelation > 0.3 {
            warnings += sharedSeries(first, second, rule)
        }
        var parts = DataParts(
            training: first, test: second ?? first.subset([], name: "test"), notes: notes,
            warnings: warnings)
        parts.splitRule = rule
        parts.replacesMissing = options.missing == .mean
        return parts
    }

    /// The rule that is given, or what the samples suggest.
    private func rule(for data: Dataset) throws(DataError) -> SplitRule {
        if let split {
            if split == .file || split == .group, data.series?.kind != split.rawValue {
                // The samples of one file or group are no series of several.
                guard (split == .group) != (options.group != nil) else {
                    throw DataError(
                        .invalidParameter, at: "dataset.split",
                        expected: "more than one \(split)", found: "one",
                        advice: "split by time or by chance")
                }
                throw DataError(
                    .invalidParameter, at: "dataset.split",
                    expected: split == .group ? "a `group-column`" : "no `group-column`",
                    found: split == .group ? "none" : "one",
                    advice: split == .group
                        ? "name the column that tells groups apart" : "split by group")
            }
            return split
        }
        guard let series = data.series else { return .chance }
        if Set(series.codes).count > 1 { return series.kind == "group" ? .group : .file }
        return series.length > 1 || options.horizon > 0 ? .time : .chance
    }

    private func sharedSeries(
        _ first: Dataset, _ second: Dataset, _ rule: SplitRule
    ) -> [String] {
        guard rule == .chance, let series = first.series else { return [] }
        let shared = first.sharesSeries(with: second)
        guard shared > 0 else { return [] }
        let what =
            series.names.count > 1
            ? "rows of \(shared) of \(series.names.count) \(series.kind)s" : "rows of one series"
        return [
            "\(what) fall on both sides of the split: neighbours in time are alike, so the test says "
                + "little about new series; set `split: time`"
                + (series.names.count > 1 ? " or `split: \(series.kind)`" : "")
        ]
    }
}

// MARK: - Keys

extension TableSource {
    /// The keys of a configuration.
    public static let schema = Schema<TableSource> {
        paths("train", \.train, isRequired: true)
        paths("test", \.test, isRequired: false)
        askedField
        columns("features", \.options.features)
        columns("drop", \.options.drop)
        Field { section, source throws(ConfigurationError) in
            source.options.classes =
                section.isList("classes") ? try section.strings("classes") : nil
            if source.options.classes == nil { section.record("classes", .null) }
        } write: {
            [.init("classes", $0.options.classes.map { .list($0.map { .string($0) }) } ?? .null)]
        } vary: { _, _ in
        }
        formatFields
        column("time-column", \.options.time)
        column("group-column", \.options.group)
        missingField
        Field.boolean("missing-mask", \.options.marksMissing)
        Field.optionalInteger("window", \.options.window, in: 1...)
        Field.integer("stride", \.options.stride, in: 1...)
        Field.choice("window-label", \.options.windowLabel)
        Field.integer("horizon", \.options.horizon, in: 0...)
        Field.number("longest-gap", \.options.longestGap, in: 1...)
        Field.choice(
            "split", \.split,
            of: ["auto": nil, "chance": .chance, "file": .file, "group": .group, "time": .time])
        Field.number("test-fraction", \.testFraction, in: 0.01...0.9)
        Field.optionalInteger("folds", \.folds, in: 2..., drawn: 2...4)
        Field { section, source throws(ConfigurationError) in
            source.fold = try section.integer("fold", default: 0, in: 0...)
            try source.refuseWithoutEffect(section)
        } write: {
            [.init("fold", .integer($0.fold))]
        } vary: { _, _ in
        }
    }

    /// Refuses what is set and has no effect.
    private func refuseWithoutEffect(
        _ section: ConfigurationSection
    ) throws(ConfigurationError) {
        func refuse(_ key: String, _ reason: String) -> ConfigurationError {
            section.invalid(key, "has no effect \(reason); leave it out")
        }
        if options.window ?? 1 == 1 {
            if options.stride != 1 { throw refuse("stride", "without `window`") }
            if options.windowLabel != .last { throw refuse("window-label", "without `window`") }
        }
        if options.horizon > 0, options.windowLabel != .last {
            throw refuse("window-label", "with `horizon`")
        }
        if options.window ?? 1 == 1, options.horizon == 0, options.longestGap != 10 {
            throw refuse("longest-gap", "without `window` or `horizon`")
        }
        if case .values = options.asked, options.windowLabel != .last {
            throw refuse("window-label", "where numbers are predicted")
        }
        if options.marksMissing, options.missing == .refused || options.missing == .dropped {
            throw refuse("missing-mask", "unless missing numbers are replaced")
        }
        if let folds {
            if fold >= folds {
                throw section.wrong(
                    "fold", expected: "a part from 0 to \(folds - 1)", found: "\(fold)")
            }
            if section.keys.contains("test-fraction"), testFraction != 0.2 {
                throw refuse("test-fraction", "with `folds`")
            }
        } else if fold != 0 {
            throw refuse("fold", "without `folds`")
        }
        if !test.isEmpty, testFraction != 0.2 { throw refuse("test-fraction", "with `test`") }
        if options.classes != nil, case .values = options.asked {
            throw refuse("classes", "where numbers are predicted")
        }
    }

    private static func paths(
        _ key: String, _ place: Place<TableSource, [String]>, isRequired: Bool
    ) -> Field<TableSource> {
        Field { section, source throws(ConfigurationError) in
            if section.isList(key) {
                source[keyPath: place] = try section.strings(key)
            } else if isRequired {
                source[keyPath: place] = [try section.string(key)]
            } else {
                guard let path = try section.optionalString(key) else {
                    section.record(key, .null)
                    source[keyPath: place] = []
                    return
                }
                source[keyPath: place] = [path]
            }
        } write: { source in
            let paths = source[keyPath: place]
            return [
                .init(
                    key,
                    paths.isEmpty
                        ? .null
                        : paths.count == 1 ? .string(paths[0]) : .list(paths.map { .string($0) }))
            ]
        } vary: { _, _ in
        }
    }

    /// A table has labels or numbers to predict.
    private static let askedField = Field<TableSource> {
        section, source throws(ConfigurationError) in
        guard section.keys.contains("target-column") else {
            source.options.asked = .label(
                .named(try section.string("label-column", default: "label")))
            return
        }
        if section.keys.contains("label-column") {
            throw section.invalid(
                "label-column", "expected it or `target-column`, found both")
        }
        let names =
            section.isList("target-column")
            ? try section.strings("target-column") : [try section.string("target-column")]
        source.options.asked = .values(names.map { .named($0) })
    } write: { source in
        switch source.options.asked {
        case .label(let column): [.init("label-column", .string(column.word))]
        case .values(let columns):
            [
                .init(
                    "target-column",
                    columns.count == 1
                        ? .string(columns[0].word) : .list(columns.map { .string($0.word) }))
            ]
        case .nothing: []
        }
    } vary: { _, _ in
    }

    private static func column(
        _ key: String, _ place: Place<TableSource, TableColumn?>
    ) -> Field<TableSource> {
        Field { section, source throws(ConfigurationError) in
            guard let name = try section.optionalString(key) else {
                section.record(key, .null)
                return
            }
            source[keyPath: place] = .named(name)
        } write: {
            [.init(key, $0[keyPath: place].map { .string($0.word) } ?? .null)]
        } vary: { _, _ in
        }
    }

    private static func columns(
        _ key: String, _ place: Place<TableSource, [TableColumn]>
    ) -> Field<TableSource> {
        Field { section, source throws(ConfigurationError) in
            source[keyPath: place] = try section.strings(key, default: []).map { .named($0) }
        } write: {
            [.init(key, .list($0[keyPath: place].map { .string($0.word) }))]
        } vary: { _, _ in
        }
    }

    private static let missingField = Field<TableSource> {
        section, source throws(ConfigurationError) in
        let word = try section.string("missing", default: source.options.missing.word)
        guard let missing = TableOptions.MissingValues(word: word) else {
            throw section.wrong(
                "missing", expected: TableOptions.MissingValues.expected, found: "'\(word)'")
        }
        source.options.missing = missing
    } write: {
        [.init("missing", .string($0.options.missing.word))]
    } vary: { source, random in
        source.options.missing =
            [.refused, .dropped, .last, .mean, .number(1.5)].randomElement(using: &random)
            ?? .refused
        source.options.marksMissing = false
    }

    private static let formatFields: [Field<TableSource>] = [
        character("separator", \.options.format.separator),
        character("quote", \.options.format.quote),
        character("decimal", \.options.format.decimal),
        character("thousands", \.options.format.thousands),
        Field { section, source throws(ConfigurationError) in
            guard section.keys.contains("encoding"), try section.optionalString("encoding") != nil
            else {
                section.record("encoding", .null)
                return
            }
            source.options.format.encoding = try section.choice("encoding")
        } write: {
            [.init("encoding", $0.options.format.encoding.map { .string($0.rawValue) } ?? .null)]
        } vary: { _, _ in
        },
        Field { section, source throws(ConfigurationError) in
            guard section.keys.contains("header"), try section.optionalString("header") != nil
            else {
                section.record("header", .null)
                return
            }
            source.options.format.hasHeader = try section.boolean("header")
        } write: {
            [.init("header", $0.options.format.hasHeader.map { .boolean($0) } ?? .null)]
        } vary: { _, _ in
        },
        Field { section, source throws(ConfigurationError) in
            guard section.isList("missing-marks") else {
                if let mark = try section.optionalString("missing-marks") {
                    source.options.format.missingMarks = [mark]
                } else {
                    section.record("missing-marks", .null)
                }
                return
            }
            source.options.format.missingMarks = try section.strings("missing-marks")
        } write: {
            [
                .init(
                    "missing-marks",
                    $0.options.format.missingMarks.map { .list($0.map { .string($0) }) } ?? .null)
            ]
        } vary: { _, _ in
        },
        Field { section, source throws(ConfigurationError) in
            guard section.keys.contains("time-format"),
                try section.optionalString("time-format") != nil
            else {
                section.record("time-format", .null)
                return
            }
            source.options.format.timeFormat = try section.choice("time-format")
        } write: {
            [
                .init(
                    "time-format",
                    $0.options.format.timeFormat.map { .string($0.rawValue) } ?? .null)
            ]
        } vary: { _, _ in
        },
        Field.integer("skip-rows", \.options.format.skipRows, in: 0...),
    ]

    /// One sign, or the word `tab` or `blank`; nothing for what is found out.
    private static func character(
        _ key: String, _ place: Place<TableSource, Character?>
    ) -> Field<TableSource> {
        let words: [(String, Character)] = [("tab", "\t"), ("blank", " ")]
        return Field { section, source throws(ConfigurationError) in
            guard let text = try section.optionalString(key) else {
                section.record(key, .null)
                return
            }
            let sign = words.first { $0.0 == text }?.1 ?? (text.count == 1 ? text.first : nil)
            guard let sign else {
                throw section.wrong(
                    key, expected: "one character, `tab` or `blank`", found: "'\(text)'")
            }
            source[keyPath: place] = sign
        } write: { source in
            let sign = source[keyPath: place]
            let text = sign.map { sign in
                words.first { $0.1 == sign }?.0 ?? String(sign)
            }
            return [.init(key, text.map { .string($0) } ?? .null)]
        } vary: { _, _ in
        }
    }
}

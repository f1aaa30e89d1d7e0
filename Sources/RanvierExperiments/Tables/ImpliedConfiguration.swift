import Foundation
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierRuns

/// The configuration that a table and a target imply, with a comment on each choice.
///
/// What is chosen is modest on purpose: one hidden layer, the usual recipe, a part for validation. It is a start that can be
/// read, changed and run again.
struct ImpliedConfiguration {
    /// What was found in the tables, all columns looked at.
    let found: TableCheck
    /// What was found in the columns that are used.
    private var check: TableCheck
    /// Suspicious columns that are left out.
    private(set) var left: [String] = []

    private let request: TableRequest
    private let tables: Tables
    private let target: TableColumn
    private let task: TableRequest.Task
    private var options: TableOptions

    /// Rows of a sample where rows follow each other in time.
    private static let usualWindow = 20
    /// Rows from which on a table with times is taken for a series.
    private static let leastRows = 200
    /// Most different whole numbers that are taken for classes.
    private static let mostClasses = 20
    /// Correlation of neighbouring rows from which on they are taken for a series.
    private static let leastCorrelation = 0.5
    /// Names that a column to predict often has.
    private static let usualTargets = [
        "label", "target", "class", "y", "ok_ng", "okng", "result", "anomaly", "判定", "良否",
    ]

    /// Looks at the tables.
    ///
    /// - Throws: `DataError` where there is no such target.
    init(_ request: TableRequest) throws {
        self.request = request
        let urls = try TableFiles.urls(request.data, from: request.folder)
        let format = try request.format()
        tables = try Tables(
            urls, test: TableFiles.urls(request.test, from: request.folder), format: format)
        let (target, task, isAlone) = try Self.target(request, tables)
        (self.target, self.task) = (target, task)
        options = TableOptions()
        options.format = format
        options.asked = task == .classification ? .label(target) : .values([target])
        options.features = request.features.map { .named($0) }
        options.drop = request.drop.map { .named($0) }
        options.group = request.group.map { .named($0) }
        options.horizon = request.horizon ?? (isAlone ? 1 : 0)
        options.window = request.window.flatMap { $0 > 1 ? $0 : nil }
        options.stride = options.window == nil ? 1 : request.stride ?? 1
        if let word = request.missing { options.missing = try Self.policy(word) }
        found = try TableCheck(tables, options)
        check = found
    }

    /// Decides what is left, and writes it down.
    ///
    /// - Parameter command: what was asked for, as it was typed.
    /// - Throws: `DataError` where training could not begin.
    mutating func yaml(for command: String) throws -> String {
        try Self.requireUsable(found)
        let before = options
        if options.features.isEmpty {
            // What only tells where a row stands, or what is asked, is left out; but not all that there is.
            let suspects = found.suspects.keys.filter { $0 != target.word }.sorted()
            if Set(suspects).count < found.features.count { left = suspects }
            options.drop += left.map { .named($0) }
        }
        let isSeries =
            found.time != nil && found.rows >= Self.leastRows && request.window != 1
            && (areAlike || options.horizon > 0)
        if isSeries, options.window == nil { options.window = Self.usualWindow }
        if options.window != nil {
            options.stride = request.stride ?? max(1, found.rows / 20000)
        }
        if options.window == nil, request.stride ?? 1 != 1 {
            throw DataError(
                .invalidParameter, at: "--stride", expected: "windows of several rows",
                found: "samples that are one row each",
                advice: "set --window, or leave --stride out")
        }
        if found.missing > 0, request.missing == nil {
            options.missing = .mean
            options.marksMissing = true
        }
        if options != before {
            check = try TableCheck(tables, options)
            try Self.requireUsable(check)
        }
        return text(command)
    }

    /// Whether rows that follow each other are alike, as measurements of one process are, and not products one by one.
    private var areAlike: Bool { found.neighbourCorrelation >= Self.leastCorrelation }

    private static func requireUsable(_ check: TableCheck) throws(DataError) {
        guard let first = check.findings.first(where: { $0.severity == .error }) else { return }
        throw DataError(
            .wrongFormat, at: check.files.joined(separator: ", "),
            expected: "tables that can be learned from", found: first.text,
            advice: "`ranvier data check` lists all that is wrong")
    }

    static func policy(_ word: String) throws(DataError) -> TableOptions.MissingValues {
        guard let missing = TableOptions.MissingValues(word: word) else {
            throw DataError(
                .invalidParameter, at: "--missing",
                expected: TableOptions.MissingValues.expected, found: "'\(word)'",
                advice: "choose one of them")
        }
        return missing
    }

    /// The column that is asked for, what is asked, and whether it is the only column of numbers.
    private static func target(
        _ request: TableRequest, _ tables: Tables
    ) throws(DataError) -> (TableColumn, TableRequest.Task, Bool) {
        let names = tables.names
        let column: TableColumn
        if let target = request.target {
            column = .named(target)
        } else {
            let guesses = names.filter { usualTargets.contains($0.lowercased()) }
            guard guesses.count == 1 else {
                throw DataError(
                    .unknownName, at: tables.path,
                    expected: "the column to predict, with --target",
                    found: "columns: " + names.prefix(40).joined(separator: ", "),
                    advice: "name one of them")
            }
            column = .named(guesses[0])
        }
        let found = try tables.column(column)
        let isAlone =
            found.areNumbers
            && !names.contains { name in
                name != found.name && !request.drop.contains(name)
                    && (try? tables.column(.named(name)).areNumbers) == true
            }
        if let task = request.task { return (.named(found.name), task, isAlone) }
        let isClass =
            !found.areNumbers
            || (found.areWhole && found.different <= mostClasses
                && found.count >= 5 * found.different && !isAlone)
        return (.named(found.name), isClass ? .classification : .regression, isAlone)
    }
}

// MARK: - Text

extension ImpliedConfiguration {
    /// A line of the configuration, and why.
    private func line(_ text: String, _ why: String? = nil) -> String {
        guard let why else { return text }
        return text.padding(toLength: max(text.count, 44), withPad: " ", startingAt: 0) + "  # "
            + Self.remark(why)
    }

    /// A text as it may stand in a remark: names in exported sheets may hold line breaks and worse.
    private static func remark(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            let breaks: Set<Unicode.GeneralCategory> = [
                .control, .lineSeparator, .paragraphSeparator,
            ]
            let isRefused = scalar == "\u{feff}" || scalar.properties.isNoncharacterCodePoint
            return isRefused || breaks.contains(scalar.properties.generalCategory) ? " " : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private func quoted(_ text: String) -> String {
        // Only double quotes take what remarks do not.
        if Self.remark(text) != text { return ConfigurationValue.quoted(text) }
        let isPlain = text.allSatisfy { $0.isLetter || $0.isNumber || "_./-".contains($0) }
        let isWord = text.first.map { $0.isLetter || $0 == "/" || $0 == "." } ?? false
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"]
        if isPlain, isWord, !words.contains(text.lowercased()) { return text }
        return "'\(text.replacing("'", with: "''"))'"
    }

    private func list(_ words: [String]) -> String {
        "[\(words.map(quoted).joined(separator: ", "))]"
    }

    private func paths(_ paths: [String]) -> String {
        paths.count == 1 ? quoted(paths[0]) : list(paths)
    }

    private func text(_ command: String) -> String {
        let files = tables.count
        var lines = [
            "# What `\(Self.remark(command))` implies: a modest network to start from.",
            "# Change what you know better, and run it with `ranvier run`.",
            "", "method: surrogate", "dataset:", "  name: csv",
            line("  train: \(paths(request.data))", files > 1 ? "\(files) files" : nil),
        ]
        if !request.test.isEmpty { lines.append("  test: \(paths(request.test))") }
        for setting in request.reading {
            let value = setting.isLoneSign ? quoted(setting.yaml) : setting.yaml
            lines.append(line("  \(setting.path[1]): \(value)", "as given"))
        }
        lines += askedLines
        if !options.features.isEmpty {
            lines.append(line("  features: \(list(options.features.map(\.word)))", "no others"))
        }
        if !options.drop.isEmpty {
            let reasons = options.drop.map(\.word).compactMap { name in
                found.suspects[name].map { "\(name) \($0)" }
            }
            lines.append(
                line(
                    "  drop: \(list(options.drop.map(\.word)))",
                    reasons.isEmpty ? nil : reasons.joined(separator: "; ")))
        }
        if let time = check.time { lines.append("  time-column: \(quoted(time))") }
        if let group = options.group { lines.append("  group-column: \(quoted(group.word))") }
        lines += rowLines(files)
        return (lines + networkLines).joined(separator: "\n") + "\n"
    }

    private var askedLines: [String] {
        guard task == .classification else {
            var lines = [line("  target-column: \(quoted(target.word))", "a number to predict")]
            if options.horizon > 0 {
                lines.append(
                    line(
                        "  horizon: \(options.horizon)",
                        "\(options.horizon) row\(options.horizon > 1 ? "s" : "") ahead"))
            }
            return lines
        }
        var lines = ["  label-column: \(quoted(target.word))"]
        let present = (check.classNames ?? []).filter { check.classes[$0, default: 0] > 0 }
        lines.append(line("  classes: \(list(present))", "those that occur"))
        if options.horizon > 0 { lines.append("  horizon: \(options.horizon)") }
        return lines
    }

    private var correlation: String { String(format: "%.2f", found.neighbourCorrelation) }

    private func rowLines(_ files: Int) -> [String] {
        var lines: [String] = []
        switch options.missing {
        case .refused: break
        case .dropped: lines.append(line("  missing: drop", "rows with gaps are left out"))
        case .last: lines.append(line("  missing: last", "a gap takes the number before it"))
        case .mean:
            lines.append(
                line(
                    "  missing: mean",
                    "\(check.missing) numbers are missing; the mean of the training part stands for them"
                ))
        case .number(let number): lines.append("  missing: \(number)")
        }
        if options.marksMissing {
            lines.append(line("  missing-mask: true", "a channel of its own says where"))
        }
        if let window = options.window {
            let seconds =
                check.timeStep.map { ", \(NumberText.seconds($0 * Double(window)))" } ?? ""
            lines.append(
                line(
                    "  window: \(window)",
                    "rows of a sample\(seconds); neighbouring rows are alike (correlation \(correlation))"
                ))
            lines.append(
                line(
                    "  stride: \(options.stride)",
                    "a new sample every \(options.stride == 1 ? "row" : "\(options.stride) rows")"))
        }
        if request.test.isEmpty {
            // One for the test, one for validation, one to learn from.
            let wholes = options.group == nil ? files : check.seriesCount
            let (rule, why) =
                if options.group != nil, wholes > 2 {
                    ("group", "whole groups are held out: rows of one group are alike")
                } else if wholes > 2 {
                    ("file", "whole files are held out: rows of one file are alike")
                } else if options.window != nil || options.horizon > 0
                    || (check.time != nil && areAlike)
                {
                    ("time", "the last rows are held out: neighbours in time are alike")
                } else if wholes == 2 {
                    (
                        "chance",
                        "two are too few to hold out whole ones: the test says little about a third"
                    )
                } else {
                    (
                        "chance",
                        check.time == nil
                            ? "rows have nothing to do with each other, as far as is known"
                            : "neighbouring rows are not alike (correlation \(correlation))"
                    )
                }
            lines.append(line("  split: \(rule)", why))
            lines.append(line("  test-fraction: 0.2", "looked at once, at the end"))
        }
        lines.append(
            line(
                "  validation-fraction: 0.2",
                "decides when to stop, and below which confidence an answer is unsure"))
        lines.append(
            line(
                "  scaling: standard-per-channel",
                "each column to mean 0 and deviation 1, by the training part"))
        return lines
    }

    private var networkLines: [String] {
        let outputs =
            task == .regression
            ? 1 : (check.classNames ?? []).count { check.classes[$0, default: 0] > 0 }
        let samples = Double(max(check.samples, 1)) * 0.64
        // About as many steps for small tables as for large ones.
        let epochs = min(max(Int(3000 * 32 / samples), 15), 100)
        var lines: [String] = ["", "encoding:"]
        let step = check.timeStep ?? 1e-3
        let short: (Double) -> String = { String(format: "%.6g", $0) }
        let hidden: Double, output: Double
        if let window = options.window {
            lines.append(
                line(
                    "  sequence: {steps: \(window), time-step: \(short(step))}",
                    "a row at every step\(check.timeStep == nil ? "; its length is not known" : "")"
                ))
            // What comes next hangs on the last rows, a class on all of them.
            hidden = task == .regression ? step : step * Double(window) / 4
            output = task == .regression ? step : step * Double(window) / 2
        } else {
            lines.append(
                line(
                    "  direct: {steps: 10, time-step: 1e-3}",
                    "the values at every step; the first layer makes spikes of them"))
            (hidden, output) = (10e-3, 20e-3)
        }
        lines += [
            "", "network:", "  - linear: {outputs: 64, gain: 2}",
            "  - lif: {membrane-time-constant: \(short(hidden))}",
            line(
                "  - linear: {outputs: \(outputs)}",
                task == .regression ? "the number" : "one per class"),
            "  - leaky-integrator: {membrane-time-constant: \(short(output))}", "", "training:",
            "  epochs: \(epochs)", "  batch-size: 32",
        ]
        if task == .regression, options.window != nil {
            lines.append(
                line(
                    "  loss: {squared-error: {of: last-membrane}}",
                    "what the network says after the last row"))
        }
        lines += [
            "  optimizer: {adamw: {learning-rate: 3e-3, weight-decay: 1e-2}}", "  schedule: cosine",
            line(
                "  early-stop: \(max(epochs / 3, 5))", "epochs without progress on validation data"),
            "",
            line("baseline: ann", "the network of the same shape with rectified units, beside it"),
            "seed: \(request.seed)",
        ]
        return lines
    }
}

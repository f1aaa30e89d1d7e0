import Foundation
import RanvierConfiguration
import RanvierFormats

/// What is wrong with tables, or suspicious, before anything is trained on them.
public struct TableCheck: Sendable, Codable {
    /// How much a finding matters.
    public enum Severity: String, Sendable, Codable, CaseIterable {
        /// Training would not begin.
        case error
        /// A result may be worth less than it seems.
        case warning
        /// Good to know.
        case note
    }

    /// One thing that was found.
    public struct Finding: Sendable, Codable, Hashable {
        /// How much it matters.
        public let severity: Severity
        /// What it is, and what to do.
        public let text: String
    }

    /// A column of the first file.
    public struct Column: Sendable, Codable, Hashable {
        /// Its name.
        public let name: String
        /// What it holds, in a few words.
        public let content: String
        /// What it is used for: `value`, `label`, `target`, `time`, `group`, or nothing.
        public let use: String?
    }

    /// The files.
    public let files: [String]
    /// Rows of all files.
    public private(set) var rows = 0
    /// The columns of the first file.
    public private(set) var columns: [Column] = []
    /// What was found, the most important first.
    public private(set) var findings: [Finding] = []
    /// Rows of each class; empty where numbers are predicted.
    public private(set) var classes: [String: Int] = [:]
    /// Samples, as the options cut them.
    public private(set) var samples = 0
    /// Seconds between rows, where a column of times tells.
    public private(set) var timeStep: Double?

    /// How alike neighbouring rows are, from 0 to 1.
    public private(set) var neighbourCorrelation = 0.0

    /// Columns that are better left out, with the reason.
    public private(set) var suspects: [String: String] = [:]
    /// Names of the columns of values.
    public private(set) var features: [String] = []
    /// Names of the classes in order; nil where numbers are predicted.
    public private(set) var classNames: [String]?
    /// The column of times.
    public private(set) var time: String?
    /// Files or groups that rows belong to.
    public private(set) var seriesCount = 0
    /// Numbers that are missing.
    public private(set) var missing = 0

    /// Whether training could begin.
    public var isUsable: Bool { !findings.contains { $0.severity == .error } }

    /// Looks at tables.
    ///
    /// - Parameter test: other tables, which are to be measured on; they are looked at together.
    /// - Throws: ``DataError`` where a file cannot be read at all.
    public init(
        _ urls: [URL], test: [URL] = [], _ options: TableOptions
    ) throws(DataError) {
        try self.init(Tables(urls, test: test, format: options.format), options)
    }

    /// Looks at tables whose columns are known already.
    package init(_ tables: Tables, _ options: TableOptions) throws(DataError) {
        let set = tables.set
        files = set.files.map(\.path)
        rows = set.files.reduce(0) { $0 + $1.summary.rowCount }
        add(.note, set.notes)
        add(.warning, set.warnings)
        var options = options
        if options.missing == .refused {
            // One gap shall not hide what else there is.
            options.missing = .mean
        }
        do {
            let plan = try TablePlan(set, options)
            take(plan, set)
            let rows = try TableRows(of: set.files, in: set, plan, options)
            missing = rows.missingNumbers
            seriesCount = rows.seriesNames.count
            let suspicions = TableSuspicions(set, plan, rows, options)
            add(.warning, suspicions.warnings)
            suspects = suspicions.suspects
            checkMissing(set, plan)
            checkRepeats(rows)
            neighbourCorrelation = rows.neighbourCorrelation
            let samples = try TableSamples(
                rows, plan, options,
                name: files.first.map { URL(filePath: $0).lastPathComponent } ?? "table",
                origin: DataOrigin(source: "table"))
            add(.note, samples.notes)
            add(.warning, samples.warnings)
            checkTargets(samples.dataset)
            timeStep = samples.step
        } catch {
            columns = set.columns.map {
                Column(name: $0.name, content: $0.inWords, use: nil)
            }
            add(.error, ["\(error)"])
        }
        let order = Severity.allCases
        findings.sort {
            (order.firstIndex(of: $0.severity) ?? 0) < (order.firstIndex(of: $1.severity) ?? 0)
        }
    }

    private mutating func add(_ severity: Severity, _ texts: [String]) {
        findings += texts.map { Finding(severity: severity, text: $0) }
    }

    private mutating func take(_ plan: TablePlan, _ set: TableSet) {
        func use(_ position: Int) -> String? {
            if plan.label == position { return "label" }
            if plan.targets.contains(position) {
                return plan.channels.contains { $0.column == position }
                    ? "target and value" : "target"
            }
            if plan.time == position { return "time" }
            if plan.group == position { return "group" }
            return plan.channels.contains { $0.column == position } ? "value" : nil
        }
        columns = set.columns.indices.map { position in
            let column = set.columns[position]
            return Column(name: column.name, content: column.inWords, use: use(position))
        }
        features = plan.channels.filter { !$0.marksMissing }.map(\.name)
        classNames = plan.label == nil ? nil : plan.classes
        time = plan.time.map { set.columns[$0].name }
        add(.note, plan.notes)
        add(.warning, plan.warnings)
    }

    private mutating func checkMissing(_ set: TableSet, _ plan: TablePlan) {
        let gaps = plan.channels.filter { !$0.marksMissing }.compactMap { channel -> String? in
            let column = set.columns[channel.column]
            let count = column.total(\.missing)
            guard count > 0 else { return nil }
            let share = String(format: "%.1f %%", 100 * Double(count) / Double(max(rows, 1)))
            let line = column.summaries.compactMap { $0.summary.firstMissingLine }.first ?? 0
            return "\"\(channel.name)\" \(count) (\(share), first in line \(line))"
        }
        guard !gaps.isEmpty else { return }
        add(
            .warning,
            [
                "numbers are missing: \(gaps.joined(separator: ", ")); say what becomes of them with "
                    + "`missing: drop`, `last`, `mean` or a number"
            ])
    }

    /// Rows whose values are all the same as those of an earlier row.
    private mutating func checkRepeats(_ rows: TableRows) {
        let width = rows.width
        guard rows.count > 1, width > 0 else { return }
        var seen: Set<UInt64> = [], repeats = 0
        for row in 0..<rows.count {
            // 64 bits of FNV-1a: two different rows are taken for the same once in many billions.
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for value in rows.values[row * width..<(row + 1) * width] {
                hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01b3
            }
            if !seen.insert(hash).inserted { repeats += 1 }
        }
        guard 20 * repeats > rows.count else { return }
        add(
            .warning,
            [
                "\(repeats) of \(rows.count) rows repeat the values of an earlier one: where the same row "
                    + "falls into training and test, the test says too much"
            ])
    }

    private mutating func checkTargets(_ data: Dataset) {
        samples = data.count
        switch data.targets {
        case .classes(_, let names):
            let counts = data.classCounts
            for (name, count) in zip(names, counts) { classes[name] = count }
            let present = counts.filter { $0 > 0 }
            if present.count < 2 {
                add(.error, ["every sample has the same class: there is nothing to learn"])
            }
            let absent = zip(names, counts).filter { $0.1 == 0 }.map(\.0)
            if !absent.isEmpty {
                add(
                    .warning,
                    [
                        "no sample has the class \(absent.joined(separator: ", ")); list the classes with "
                            + "`classes` if it does not exist"
                    ])
            }
            if let most = present.max(), let least = present.min(), present.count > 1 {
                let share = String(format: "%.1f %%", 100 * Double(most) / Double(data.count))
                let text =
                    "always naming the most frequent class is right for \(share): a network must do better"
                add(most > 4 * least ? .warning : .note, [text])
                if least < 10 {
                    add(.warning, ["the rarest class has only \(least) samples"])
                }
            }
        case .values(let values, let names, _):
            for (index, name) in names.enumerated() {
                let own = stride(from: index, to: values.count, by: names.count).map { values[$0] }
                if let low = own.min(), low == own.max() {
                    add(.error, ["the target \"\(name)\" is \(low) in every row"])
                }
            }
        case .none: break
        }
        if data.count < 100 {
            add(.warning, ["\(data.count) samples are few: a result will be uncertain"])
        }
    }
}

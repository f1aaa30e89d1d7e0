import RanvierConfiguration
import RanvierFormats

/// Samples cut from rows: each row by itself, or windows of rows that follow each other in one series without a gap.
struct TableSamples {
    /// The samples.
    let dataset: Dataset
    /// Seconds between two rows; nil where no times are known.
    let step: Double?
    /// What was found out and decided.
    private(set) var notes: [String] = []
    /// What may be wrong.
    private(set) var warnings: [String] = []

    /// A sample: its first row, and the row whose label or value is asked for.
    private struct Cut {
        let first: Int
        let asked: Int
    }

    /// Cuts samples.
    ///
    /// - Parameter name: the data set, for messages.
    /// - Throws: `DataError` where no window fits, or a window asks for rows of a series in order and times run backwards.
    init(
        _ rows: TableRows, _ plan: TablePlan, _ options: TableOptions, name: String,
        origin: DataOrigin
    ) throws(DataError) {
        var rows = rows
        Self.gather(&rows)
        let length = options.window ?? 1
        let base = try TimeBase(rows, options, isOrdered: length > 1 || options.horizon > 0)
        let cuts = Self.cuts(rows, options, breaks: base.breaks)
        notes += base.notes
        warnings += base.warnings
        if rows.droppedRows > 0 {
            warnings.append(
                "\(name): \(rows.droppedRows) of \(rows.count) rows are left out because a number "
                    + "or label is missing")
        } else if rows.missingNumbers > 0 {
            notes.append(
                "\(name): \(rows.missingNumbers) numbers were missing and replaced (`missing`)")
        }
        guard !cuts.isEmpty else {
            throw DataError(
                .countMismatch, at: name,
                expected: length + options.horizon > 1
                    ? "a series of at least \(length + options.horizon) rows without a gap"
                    : "rows that can be used",
                found: "\(rows.count) rows in \(rows.seriesNames.count) series, none long enough",
                advice: length + options.horizon > 1
                    ? "choose a shorter `window` or `horizon`, or allow longer gaps with `longest-gap`"
                    : "choose what becomes of missing numbers with `missing`")
        }
        let shape = options.window.map { [$0, rows.width] } ?? [rows.width]
        let width = rows.width
        let storage: SampleStorage =
            rows.bases.contains { $0 != 0 }
            ? .shifted(rows.takeValues(), by: rows.bases) : .floats(rows.takeValues())
        var dataset = try Dataset(
            name: name, buffer: SampleBuffer(storage), starts: cuts.map { $0.first * width },
            featureShape: shape, targets: Self.targets(of: cuts, rows, plan, options),
            origin: origin)
        dataset = dataset.naming(features: plan.featureNames)
        if options.window != nil { dataset = dataset.timed(step: base.step) }
        // Asking for what comes later means that the rows follow each other.
        let reach = length + options.horizon
        let hasSeries = rows.seriesNames.count > 1 || reach > 1 || !rows.times.isEmpty
        if hasSeries {
            dataset.series = SampleSeries(
                kind: plan.group == nil ? "file" : "group", names: rows.seriesNames,
                codes: cuts.map { rows.series[$0.first] }, rows: cuts.map(\.first),
                length: reach)
        }
        self.dataset = dataset
        step = base.step
        if length > 1 {
            let time = base.step.map { ", \(NumberText.seconds($0 * Double(length)))" } ?? ""
            notes.append(
                "\(name): \(cuts.count) windows of \(length) rows\(time), a new one every "
                    + "\(options.stride == 1 ? "row" : "\(options.stride) rows")")
        }
    }

    /// Brings the rows of a series together where others stand between them; their order stays.
    private static func gather(_ rows: inout TableRows) {
        var seen: Set<Int32> = [], before: Int32 = -1, isMixed = false
        for code in rows.series where code != before {
            if !seen.insert(code).inserted { isMixed = true }
            before = code
        }
        guard isMixed else { return }
        let order = rows.series.indices.sorted {
            (rows.series[$0], $0) < (rows.series[$1], $1)
        }
        rows.reorder(order)
    }

    private static func cuts(
        _ rows: TableRows, _ options: TableOptions, breaks: Set<Int>
    ) -> [Cut] {
        let length = options.window ?? 1, reach = length + options.horizon
        var cuts: [Cut] = []
        var start = 0
        func close(_ end: Int) {
            var first = start
            while first + reach <= end {
                cuts.append(Cut(first: first, asked: first + reach - 1))
                first += options.stride
            }
        }
        for row in 0..<rows.count {
            let isBreak =
                row > 0 && (rows.series[row] != rows.series[row - 1] || breaks.contains(row))
            if isBreak {
                close(row)
                start = row
            }
            if !rows.isValid[row] {
                close(row)
                start = row + 1
            }
        }
        close(rows.count)
        return cuts
    }

    private static func targets(
        of cuts: [Cut], _ rows: TableRows, _ plan: TablePlan, _ options: TableOptions
    ) -> Targets {
        if plan.label != nil {
            return .classes(
                cuts.map { label(of: $0, rows, options, classes: plan.classes.count) },
                names: plan.classes)
        }
        let width = plan.targets.count
        guard width > 0 else { return .none(count: cuts.count) }
        let names = plan.targetNames
        return .values(
            cuts.flatMap { rows.targets[$0.asked * width..<($0.asked + 1) * width] },
            names: names, units: names.map(\.unitInBrackets))
    }

    private static func label(
        of cut: Cut, _ rows: TableRows, _ options: TableOptions, classes: Int
    ) -> Int {
        guard let length = options.window, length > 1, options.horizon == 0 else {
            return Int(rows.labels[cut.asked])
        }
        let own = rows.labels[cut.first..<cut.first + length]
        switch options.windowLabel {
        case .last: return Int(rows.labels[cut.asked])
        case .any: return Int(own.max() ?? 0)
        case .majority:
            var counts = [Int](repeating: 0, count: classes)
            for label in own { counts[Int(label)] += 1 }
            let most = counts.max() ?? 0
            return Int(own.last { counts[Int($0)] == most } ?? 0)
        }
    }
}

extension String {
    /// The unit that a column's name holds in brackets: "°C" of "Temperature (°C)"; empty where it holds none.
    var unitInBrackets: String {
        for (open, close) in [("[", "]"), ("(", ")"), ("（", "）"), ("［", "］")]
        where hasSuffix(close) {
            if let start = lastIndex(of: Character(open)) {
                return String(self[index(after: start)...].dropLast())
            }
        }
        return ""
    }
}

extension TableRows {
    /// The same rows, where one without a time stands at the time of the row before it in its series: the gap that it may hide is
    /// then seen at the next row.
    fileprivate var knowingTimes: TableRows {
        guard times.contains(where: \.isNaN) else { return self }
        var copy = self
        copy.carryTimes()
        return copy
    }
}

/// How far rows lie apart in time.
private struct TimeBase {
    /// Seconds between two rows, the median; nil where no times are known.
    private(set) var step: Double?
    /// Rows before which there is a gap that no window crosses.
    private(set) var breaks: Set<Int> = []
    private(set) var notes: [String] = []
    private(set) var warnings: [String] = []

    init(_ rows: TableRows, _ options: TableOptions, isOrdered: Bool) throws(DataError) {
        guard !rows.times.isEmpty else { return }
        let rows = rows.knowingTimes
        var steps: [Double] = [], backwards = 0, firstBack: Int?
        for row in 1..<max(rows.count, 1) where rows.series[row] == rows.series[row - 1] {
            let difference = rows.times[row] - rows.times[row - 1]
            if difference > 0 { steps.append(difference) }
            if difference < 0 {
                backwards += 1
                if firstBack == nil { firstBack = row }
                breaks.insert(row)
            }
        }
        if let firstBack {
            // Counted within the series, whose rows may stand between others.
            let start = rows.series.firstIndex(of: rows.series[firstBack]) ?? 0
            let code = Int(rows.series[firstBack])
            let name = rows.seriesNames[code], file = rows.fileOfSeries[code]
            let first =
                "first at row \(firstBack - start + 1)" + (name == file ? "" : " of \(name)")
            let place = "\(backwards) times a row is earlier than the one before it"
            // A clock that is set back now and then ends a series; rows without order are none.
            if isOrdered, 100 * backwards > rows.count {
                throw DataError(
                    .corrupt, at: "\(file), column of times", expected: "rows in order of time",
                    found: "\(place), \(first)",
                    advice: "sort the rows, or name the column that tells series apart with `group`"
                )
            }
            warnings.append(
                "\(file): \(place), \(first)"
                    + (isOrdered ? "; no window crosses such a place" : ""))
        }
        guard !steps.isEmpty else { return }
        let sorted = steps.sorted(), median = sorted[sorted.count / 2]
        step = median
        var gaps = 0, longest = 0.0
        for row in 1..<rows.count where rows.series[row] == rows.series[row - 1] {
            let difference = rows.times[row] - rows.times[row - 1]
            if difference > 1.5 * median {
                gaps += 1
                longest = max(longest, difference)
            }
            if difference > options.longestGap * median { breaks.insert(row) }
        }
        notes.append("a row every \(NumberText.seconds(median)) (median)")
        if isOrdered { warnUnequal(rows) }
        if gaps > 0 {
            let text =
                "\(gaps) gaps in the times, the longest \(NumberText.seconds(longest)) against a "
                + "step of \(NumberText.seconds(median))"
            warnings.append(
                isOrdered && !breaks.isEmpty
                    ? text
                        + "; no window crosses one of more than \(options.longestGap) steps (\(breaks.count) of them)"
                    : text)
        }
    }

    /// Tells which series have another step than all together: a window of them lasts longer or shorter.
    private mutating func warnUnequal(_ rows: TableRows) {
        guard let step else { return }
        var own: [Int32: [Double]] = [:]
        for row in 1..<rows.count where rows.series[row] == rows.series[row - 1] {
            let difference = rows.times[row] - rows.times[row - 1]
            if difference > 0 { own[rows.series[row], default: []].append(difference) }
        }
        let others = own.sorted { $0.key < $1.key }.compactMap { code, steps -> String? in
            let median = steps.sorted()[steps.count / 2]
            guard abs(median / step - 1) > TableOptions.stepTolerance else { return nil }
            return "\(rows.seriesNames[Int(code)]) (\(NumberText.seconds(median)))"
        }
        guard !others.isEmpty else { return }
        warnings.append(
            "series with another step than \(NumberText.seconds(step)): "
                + others.prefix(5).joined(separator: ", ") + (others.count > 5 ? ", …" : "")
                + "; bring all to the same step")
    }
}

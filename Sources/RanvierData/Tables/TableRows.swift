import Foundation
import RanvierConfiguration
import RanvierFormats

/// The rows of some files of a set, read once, in order: numbers of the channels, and what is asked of each row.
struct TableRows {
    /// `[rows, channels]`, less the bases; NaN where a number is missing that a scaling replaces.
    private(set) var values: [Float] = []
    /// What each channel's numbers are less.
    let bases: [Double]
    /// Class of each row; empty where there are none.
    private(set) var labels: [Int32] = []
    /// `[rows, targets]`.
    private(set) var targets: [Float] = []
    /// Seconds of each row; empty where there is no column of times.
    private(set) var times: [Double] = []
    /// Series of each row.
    private(set) var series: [Int32] = []
    /// Whether a row may be used.
    private(set) var isValid: [Bool] = []
    /// Names of the series.
    private(set) var seriesNames: [String] = []
    /// File of each series.
    private(set) var fileOfSeries: [String] = []
    /// Rows that are left out because a number is missing.
    private(set) var droppedRows = 0
    /// Numbers that were missing.
    private(set) var missingNumbers = 0

    private let plan: TablePlan
    private let options: TableOptions

    /// Rows.
    var count: Int { series.count }
    /// Channels of a row.
    var width: Int { plan.channels.count }

    /// Reads files.
    ///
    /// - Throws: `DataError` that names file, line and column: a number that is missing where none may be, a label that is
    ///   no class.
    init(
        of files: [TableSet.File], in set: TableSet, _ plan: TablePlan, _ options: TableOptions
    ) throws(DataError) {
        self.plan = plan
        self.options = options
        bases = plan.channels.map { channel in
            channel.marksMissing ? 0 : Self.base(set.columns[channel.column])
        }
        let rows = files.reduce(0) { $0 + $1.summary.rowCount }
        values.reserveCapacity(rows * plan.channels.count)
        series.reserveCapacity(rows)
        isValid.reserveCapacity(rows)
        for file in files { try read(file, in: set) }
    }

    /// Numbers from this size on are stored less a typical one whatever their spread: one outlier makes any spread large, and
    /// would cost the others their digits.
    private static let largeNumber = 1000.0

    /// What single precision would not resolve: a column whose numbers are large, or large against their spread, is stored less a
    /// typical value of it.
    private static func base(_ column: TableSet.Column) -> Double {
        let parts = column.summaries.map(\.summary).filter { $0.numbers > 0 }
        guard let base = parts.first?.base else { return 0 }
        var deviation = 0.0, size = 0.0
        for part in parts {
            deviation = max(deviation, part.deviation)
            size = max(size, abs(part.minimum), abs(part.maximum))
        }
        return size > 512 * deviation || abs(base) >= largeNumber ? base : 0
    }

    private mutating func read(_ file: TableSet.File, in set: TableSet) throws(DataError) {
        let places = Places(plan, file)
        let none = [Double](repeating: .nan, count: plan.channels.count)
        var last = none, group: Int32 = -1, code: Int32 = -1
        var known: [Int32: Int32] = [:]
        // Series may take turns: each has its own last numbers.
        var lastOfSeries: [Int32: [Double]] = [:]
        var classes: [Int32] = []
        try file.reader.read(numbers: places.numbers, texts: places.texts, times: places.times) {
            block throws(DataError) in
            if plan.label != nil {
                classes = try codes(of: file, places, set, known: classes.count, classes)
            }
            for row in 0..<block.rowCount {
                if let text = places.groupText {
                    let own = block.texts[text][row]
                    if own != group || code < 0 {
                        if options.missing == .last { lastOfSeries[code] = last }
                        group = own
                        code = series(of: own, file, places, known: &known)
                        last = lastOfSeries[code] ?? none
                    }
                } else if code < 0 {
                    code = addSeries(file.path, file)
                }
                try append(block, row, file, places, classes: classes, series: code, last: &last)
            }
        }
    }

    private mutating func addSeries(_ name: String, _ file: TableSet.File) -> Int32 {
        seriesNames.append(name)
        fileOfSeries.append(file.path)
        return Int32(seriesNames.count - 1)
    }

    private mutating func series(
        of text: Int32, _ file: TableSet.File, _ places: Places, known: inout [Int32: Int32]
    ) -> Int32 {
        if let code = known[text] { return code }
        let names = places.groupColumn.map { file.reader.dictionary(ofColumn: $0) } ?? []
        let name = text < 0 ? "(none)" : names[Int(text)]
        // One machine may be in several files: it is one series by name.
        let code =
            seriesNames.firstIndex(of: name).map { Int32($0) } ?? addSeries(name, file)
        known[text] = code
        return code
    }

    /// The class of each text of the label column so far.
    private func codes(
        of file: TableSet.File, _ places: Places, _ set: TableSet, known: Int, _ before: [Int32]
    ) throws(DataError) -> [Int32] {
        guard let column = places.labelColumn, let label = plan.label else { return before }
        let texts = file.reader.dictionary(ofColumn: column)
        guard texts.count > known else { return before }
        let isNumber = set.columns[label].content == .numbers
        var codes = before
        for text in texts[known...] {
            let name = TablePlan.className(
                text, isNumber: isNumber, dialect: file.reader.dialect)
            codes.append(name.flatMap { plan.classes.firstIndex(of: $0) }.map { Int32($0) } ?? -1)
        }
        return codes
    }

    private mutating func append(
        _ block: TableBlock, _ row: Int, _ file: TableSet.File, _ places: Places,
        classes: [Int32], series code: Int32, last: inout [Double]
    ) throws(DataError) {
        var isUsable = true
        let first = row * places.numbers.count
        // By number alone: a channel's name costs more to take up than its value to read.
        for index in places.channelNumbers.indices {
            var value = block.numbers[first + places.channelNumbers[index]]
            let isMissing = value.isNaN
            if places.marksMissing[index] {
                values.append(isMissing ? 1 : 0)
                continue
            }
            if isMissing {
                missingNumbers += 1
                switch options.missing {
                case .refused:
                    throw missing(plan.channels[index], file, line: block.line(ofRow: row))
                case .dropped: isUsable = false
                case .last:
                    value = last[index]
                    if value.isNaN { isUsable = false }
                case .mean: break
                case .number(let number): value = number
                }
                if !isUsable { value = bases[index] }
            }
            last[index] = isMissing && !isUsable ? last[index] : value
            values.append(Float(value - bases[index]))
        }
        for index in places.targetNumbers {
            let value = block.numbers[first + index]
            if value.isNaN { isUsable = false }
            targets.append(value.isNaN ? 0 : Float(value))
        }
        if let label = places.labelText {
            let text = block.texts[label][row]
            labels.append(text < 0 ? -1 : classes[Int(text)])
            if labels[labels.count - 1] < 0 { isUsable = false }
        }
        if !places.times.isEmpty { times.append(block.times[0][row]) }
        series.append(code)
        isValid.append(isUsable)
        if !isUsable { droppedRows += 1 }
    }

    private func missing(
        _ channel: TablePlan.Channel, _ file: TableSet.File, line: Int
    ) -> DataError {
        DataError(
            .wrongFormat, at: "\(file.path), line \(line), column \"\(channel.name)\"",
            expected: "a number", found: "a mark that says it is missing, or an empty cell",
            advice: "say what becomes of it: `missing: drop`, `last`, `mean` or a number")
    }

    /// How alike neighbouring rows of a series are: the median over the channels of the size of the correlation between a row
    /// and the one before it; 0 where nothing is known.
    ///
    /// Products measured one by one give about 0, a temperature that is read every second gives about 1.
    var neighbourCorrelation: Double {
        // The beginning is enough to tell one from the other.
        let last = min(self.count, 50_000)
        let correlations = (0..<width).map { channel -> Double in
            var count = 0.0, sum = 0.0, square = 0.0
            for row in 0..<last {
                let value = Double(values[row * width + channel])
                guard isValid[row], !value.isNaN else { continue }
                count += 1
                sum += value
                square += value * value
            }
            let mean = sum / max(count, 1), variance = square / max(count, 1) - mean * mean
            var products = 0.0, pairs = 0.0
            for row in 1..<max(last, 1) where series[row] == series[row - 1] {
                let value = Double(values[row * width + channel])
                let before = Double(values[(row - 1) * width + channel])
                guard isValid[row], isValid[row - 1], !value.isNaN, !before.isNaN else { continue }
                products += (value - mean) * (before - mean)
                pairs += 1
            }
            guard pairs > 9, variance > 0 else { return 0 }
            return min(abs(products / pairs / variance), 1)
        }
        return correlations.isEmpty ? 0 : correlations.sorted()[correlations.count / 2]
    }

    /// Frees what is not needed once windows are cut.
    mutating func takeValues() -> [Float] {
        defer { values = [] }
        return values
    }

    /// Gives rows without a time that of the row before them in their series.
    mutating func carryTimes() {
        for row in 1..<max(count, 1) where times[row].isNaN && series[row] == series[row - 1] {
            times[row] = times[row - 1]
        }
    }

    /// Puts the rows in another order.
    mutating func reorder(_ order: [Int]) {
        let width = width, askedFor = plan.targets.count
        var moved: [Float] = []
        moved.reserveCapacity(values.count)
        for row in order { moved += values[row * width..<(row + 1) * width] }
        values = moved
        if askedFor > 0 {
            targets = order.flatMap { targets[$0 * askedFor..<($0 + 1) * askedFor] }
        }
        if !labels.isEmpty { labels = order.map { labels[$0] } }
        if !times.isEmpty { times = order.map { times[$0] } }
        series = order.map { series[$0] }
        isValid = order.map { isValid[$0] }
    }
}

/// Where a file has what a plan asks for.
private struct Places {
    /// Columns that are read as numbers, and where each channel and target is among them.
    var numbers: [Int] = []
    var channelNumbers: [Int] = []
    /// Whether a channel says where a column has gaps.
    var marksMissing: [Bool] = []
    var targetNumbers: [Int] = []
    /// Columns that are read as text, and which of them is the label and the group.
    var texts: [Int] = []
    var labelText: Int?
    var groupText: Int?
    var labelColumn: Int?
    var groupColumn: Int?
    var times: [Int] = []

    init(_ plan: TablePlan, _ file: TableSet.File) {
        func number(_ column: Int) -> Int {
            let place = file.positions[column] ?? 0
            if let index = numbers.firstIndex(of: place) { return index }
            numbers.append(place)
            return numbers.count - 1
        }
        channelNumbers = plan.channels.map { number($0.column) }
        marksMissing = plan.channels.map(\.marksMissing)
        targetNumbers = plan.targets.map { number($0) }
        labelColumn = plan.label.flatMap { file.positions[$0] }
        groupColumn = plan.group.flatMap { file.positions[$0] }
        if let labelColumn {
            labelText = 0
            texts.append(labelColumn)
        }
        if let groupColumn {
            groupText = texts.count
            texts.append(groupColumn)
        }
        times = plan.time.flatMap { file.positions[$0] }.map { [$0] } ?? []
    }
}

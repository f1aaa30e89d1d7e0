import Foundation
import RanvierConfiguration
import RanvierFormats

/// New rows of a table for a stored model, as many as there are: they are read block by block, and memory does not grow.
///
/// Columns are matched by the names that the model knows, in any order; each row is the end of one sample, a vector or a
/// window that ends there. Values are scaled in double precision before they become single.
public struct TableStream {
    /// Some rows of the file, with the samples that end in them.
    public struct Batch {
        /// Row number of the first row, from 0.
        public let firstRow: Int
        /// Number of rows.
        public let rowCount: Int
        /// Rows at which a sample ends, counted from the first row of the batch; others have no answer.
        public let ends: [Int]
        /// The samples, scaled as the model takes them.
        public let samples: Dataset
        /// Rows with values far from what the model learned from, counted from the first row of the batch: outside the range
        /// of the training samples where that was scaled to 0…1, else more than ``TableStream/farDeviations`` deviations from
        /// their mean.
        public let farRows: [Int]
    }

    /// The file.
    public let path: String
    /// How it is written.
    public let dialect: TableDialect
    /// Names of its columns that are not used.
    public let unusedColumns: [String]

    private let reader: TableReader
    private let channels: [(column: Int, marksMissing: Bool, name: String)]
    private let numbers: [Int]
    private let numberOfChannel: [Int]
    private let isMark: [Bool]
    private let group: Int?
    private let time: Int?
    private let options: TableOptions
    private let scaling: Scaling?
    private let timeStep: Double?

    /// Deviations from the mean of the training samples beyond which a value is nothing that was learned from.
    public static let farDeviations = 10.0

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - features: names of the columns in the order in which the model takes them; nil for all columns of numbers but those
    ///     that `options` asks for.
    ///   - scaling: how values are scaled; nil for as they are.
    ///   - timeStep: seconds between rows as the model learned; longer gaps end a window.
    /// - Throws: ``DataError`` where a column is not there.
    public init(
        _ url: URL, options: TableOptions, features: [String]?, scaling: Scaling?,
        timeStep: Double? = nil
    ) throws(DataError) {
        let reader = try TableReader(url, format: options.format)
        let path = reader.path
        self.reader = reader
        self.path = path
        dialect = reader.dialect
        self.options = options
        self.scaling = scaling
        self.timeStep = timeStep
        let names = reader.names
        var left: [Int] = []
        for column in options.askedColumns + [options.group, options.time].compactMap(\.self) {
            // The answers need not be there; where they are, they are not looked at.
            if let place = try? column.position(among: names, path: path) { left.append(place) }
        }
        var channels: [(column: Int, marksMissing: Bool, name: String)] = []
        if let features {
            for name in features {
                let isMark = name.hasSuffix(TableOptions.missingSuffix) && !names.contains(name)
                let column = isMark ? String(name.dropLast(TableOptions.missingSuffix.count)) : name
                let place = try Self.place(of: column, among: names, reader: reader)
                channels.append((place, isMark, name))
            }
        } else {
            let summary = try reader.summary()
            channels = summary.columns.filter {
                $0.content == .numbers && !left.contains($0.position)
            }.map { ($0.position, false, $0.name) }
        }
        self.channels = channels
        var numbers: [Int] = []
        for channel in channels where !numbers.contains(channel.column) {
            numbers.append(channel.column)
        }
        self.numbers = numbers
        isMark = channels.map(\.marksMissing)
        numberOfChannel = channels.map { numbers.firstIndex(of: $0.column) ?? 0 }
        let isWindowed = options.window ?? 1 > 1
        group = try options.group.map { column throws(DataError) in
            try column.position(among: names, path: reader.path)
        }
        time = isWindowed ? try Self.time(reader, options) : nil
        let used = numbers + left + [time].compactMap(\.self)
        unusedColumns = names.indices.filter { !used.contains($0) }.map { names[$0] }
    }

    /// The column of times: the one that is named, if it is there, else the first that holds times.
    private static func time(
        _ reader: TableReader, _ options: TableOptions
    ) throws(DataError) -> Int? {
        if let column = options.time {
            return try? column.position(among: reader.names, path: reader.path)
        }
        return try reader.summary().columns.first { $0.content == .time }?.position
    }

    /// Whether rows tell when they were measured, so that no window crosses a gap.
    public var knowsTimes: Bool { time != nil }

    /// A column by name; files without names have them by position.
    private static func place(
        of name: String, among names: [String], reader: TableReader
    ) throws(DataError) -> Int {
        try TableColumn.position(named: name, among: names, path: reader.path)
    }

    /// Names of the values of a row.
    public var featureNames: [String] { channels.map(\.name) }

    /// All rows in order, at most `size` at once.
    ///
    /// - Throws: ``DataError`` that names line and column: a cell that is no number, a number that is missing where the model
    ///   knows no substitute; what `body` throws.
    public func forEachBatch(of size: Int, _ body: (Batch) throws -> Void) throws {
        let length = options.window ?? 1, width = channels.count
        // Series may take turns, so each keeps its own last rows; without groups there is one.
        var states: [Series] = [], isFirst = true
        let new = Series(width: width)
        try reader.forEachBlock(
            numbers: numbers, texts: group.map { [$0] } ?? [], times: time.map { [$0] } ?? []
        ) { block in
            if isFirst { try checkStep(block) }
            isFirst = false
            var row = 0
            while row < block.rowCount {
                let rows = min(size, block.rowCount - row)
                var ends: [Int] = [], far: [Int] = [], touched: [Int] = []
                var places: [(series: Int, start: Int)] = []
                for index in 0..<rows {
                    let series = group == nil ? 0 : Int(block.texts[0][row + index]) + 1
                    while states.count <= series { states.append(new) }
                    if !states[series].isTouched {
                        states[series].isTouched = true
                        touched.append(series)
                    }
                    if time != nil { passTime(block.times[0][row + index], of: &states[series]) }
                    let (isWhole, isFar) = try append(block, row + index, to: &states[series])
                    if isFar { far.append(index) }
                    states[series].known = isWhole ? states[series].known + 1 : 0
                    if states[series].known >= length {
                        places.append((series, states[series].values.count - length * width))
                        ends.append(index)
                    }
                }
                var values: [Float] = [], offsets = [Int](repeating: 0, count: states.count)
                for series in touched {
                    offsets[series] = values.count
                    values += states[series].values
                    states[series].keep((length - 1) * width)
                }
                try body(
                    Batch(
                        firstRow: block.firstRow + row, rowCount: rows, ends: ends,
                        samples: samples(values, places.map { offsets[$0.series] + $0.start }),
                        farRows: far))
                row += rows
            }
        }
    }

    /// What is known of a series at some row.
    private struct Series {
        /// Scaled values of its last rows.
        var values: [Float] = []
        /// Rows since a gap.
        var known = 0
        var lastTime = Double.nan
        /// The last number of each channel; NaN for none.
        var last: [Double]
        var isTouched = false

        init(width: Int) { last = [Double](repeating: .nan, count: width) }

        /// Forgets all but the last values.
        mutating func keep(_ count: Int) {
            values = Array(values.suffix(count))
            isTouched = false
        }
    }

    /// A gap or a step back ends what a window may reach.
    private func passTime(_ now: Double, of series: inout Series) {
        // A row without a time stands where the one before it stood, as in training.
        guard !now.isNaN else { return }
        let passed = now - series.lastTime
        if let timeStep, passed < 0 || passed > options.longestGap * timeStep { series.known = 0 }
        series.lastTime = now
    }

    /// Checks that rows come as often as in what the model learned from.
    private func checkStep(_ block: TableBlock) throws(DataError) {
        guard let timeStep, time != nil else { return }
        var last: [Int32: Double] = [:], steps: [Double] = []
        for row in 0..<min(block.rowCount, 10_000) {
            let code = group == nil ? 0 : block.texts[0][row]
            let now = block.times[0][row]
            if now.isNaN { continue }
            if let before = last.updateValue(now, forKey: code), now > before {
                steps.append(now - before)
            }
        }
        guard steps.count > 2 else { return }
        let median = steps.sorted()[steps.count / 2]
        guard abs(median / timeStep - 1) > TableOptions.stepTolerance else { return }
        throw DataError(
            .invalidParameter, at: "\(path), column of times",
            expected:
                "a row every \(NumberText.seconds(timeStep)), as in what the model learned from",
            found: "one every \(NumberText.seconds(median))",
            advice: "bring the rows to the same step")
    }

    /// Whether each step of a window has a scale of its own, which rows that windows share cannot have.
    private var scalesLater: Bool { scaling?.scope == .perFeature && (options.window ?? 1) > 1 }

    private func samples(_ values: [Float], _ starts: [Int]) throws(DataError) -> Dataset {
        let storage: SampleStorage =
            if scalesLater, let scaling {
                .shifted(values, by: Array(scaling.offset.prefix(channels.count)))
            } else { .floats(values) }
        let shape = options.window.map { [$0, channels.count] } ?? [channels.count]
        return try Dataset(
            name: URL(filePath: path).lastPathComponent, buffer: SampleBuffer(storage),
            starts: starts, featureShape: shape, targets: .none(count: starts.count),
            origin: DataOrigin(source: path)
        ).naming(features: featureNames).timed(step: options.window == nil ? nil : timeStep)
            .scaled(by: scalesLater ? nil : scaling)
    }

    /// Appends a row's values; tells whether none is missing, and whether one is far from what was learned from.
    private func append(
        _ block: TableBlock, _ row: Int, to series: inout Series
    ) throws(DataError) -> (isWhole: Bool, isFar: Bool) {
        var isWhole = true, isFar = false
        let groups = scaling?.offset.count ?? 1
        // By number alone: a channel's name costs more to take up than its value to read.
        for index in numberOfChannel.indices {
            var value = block.numbers[row * numbers.count + numberOfChannel[index]]
            if isMark[index] {
                value = value.isNaN ? 1 : 0
            } else if value.isNaN {
                switch options.missing {
                case .refused:
                    throw missing(channels[index].name, line: block.line(ofRow: row))
                case .dropped: isWhole = false
                case .last:
                    value = series.last[index]
                    if value.isNaN { isWhole = false }
                case .mean:
                    guard scaling?.substitutes != nil else {
                        throw missing(channels[index].name, line: block.line(ofRow: row))
                    }
                case .number(let number): value = number
                }
                if value.isNaN, !isWhole { value = 0 }
            } else {
                series.last[index] = value
            }
            if !isMark[index], let scaling, scaling.isFar(value, group: index % groups) {
                isFar = true
            }
            if scalesLater, let scaling {
                series.values.append(Float(value - scaling.offset[index]))
            } else {
                series.values.append(scaling?.scaled(value, group: index % groups) ?? Float(value))
            }
        }
        return (isWhole, isFar)
    }

    private func missing(_ column: String, line: Int) -> DataError {
        DataError(
            .wrongFormat, at: "\(path), line \(line), column \"\(column)\"",
            expected: "a number", found: "a mark that says it is missing, or an empty cell",
            advice: "the model learned from rows without gaps; fill the gap, or train with "
                + "`missing: mean` or `last`")
    }
}

extension Scaling {
    /// Whether a value is nothing that was learned from.
    fileprivate func isFar(_ value: Double, group: Int) -> Bool {
        let scaled = (value - offset[group]) / scale[group]
        switch kind {
        case .minMax: return scaled < -1e-6 || scaled > 1 + 1e-6
        case .standard, .robust: return abs(scaled) > TableStream.farDeviations
        case .identity: return false
        }
    }
}

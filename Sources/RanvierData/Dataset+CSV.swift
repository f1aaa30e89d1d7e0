import Foundation
import RanvierFormats

extension Dataset {
    /// Samples from a table: one row each, one column for the label.
    ///
    /// Labels are whole numbers from 0, or texts, which become classes in alphabetical order.
    ///
    ///     let iris = try Dataset(csv: file, label: "species")
    ///
    /// - Parameters:
    ///   - label: the column of labels, by name or position (−1 is the last).
    ///   - features: the columns of values; by default all others that hold numbers.
    ///   - classNames: names of the classes; texts outside them are refused.
    /// - Throws: ``DataError`` with the line: all that ``CSVReader`` refuses, a label that is no class.
    public init(
        csv url: URL, label: CSVColumn, features: [CSVColumn]? = nil,
        format: CSVFormat = CSVFormat(), classNames: [String]? = nil, name: String? = nil,
        origin: DataOrigin? = nil
    ) throws(DataError) {
        let table = try CSVReader(format: format).table(at: url)
        let labelPosition = try table.position(of: label)
        let (values, columns) = try table.features(features, without: labelPosition)
        let (labels, names) = try table.labels(at: labelPosition, classNames: classNames)
        try self.init(
            name: name ?? url.lastPathComponent, values: values, featureShape: [columns.count],
            labels: labels, classNames: names,
            origin: origin ?? DataOrigin(source: url.lastPathComponent))
        self = naming(features: columns)
    }
}

extension Dataset {
    /// Samples from a table: one row each, one column of numbers that are to be predicted.
    ///
    /// - Parameters:
    ///   - target: the column to predict, by name or position.
    ///   - features: the columns of values; by default all others that hold numbers.
    /// - Throws: ``DataError`` with the line: all that ``CSVReader`` refuses, a target that is no number.
    public init(
        csv url: URL, target: CSVColumn, features: [CSVColumn]? = nil,
        format: CSVFormat = CSVFormat(), name: String? = nil, origin: DataOrigin? = nil
    ) throws(DataError) {
        let table = try CSVReader(format: format).table(at: url)
        let position = try table.position(of: target)
        let (values, names) = try table.features(features, without: position)
        let targets = try table.numbers(.index(position)).map { Float($0) }
        try self.init(
            name: name ?? url.lastPathComponent, values: values, featureShape: [names.count],
            targets: .values(targets, names: [table.names[position]], units: [""]),
            origin: origin ?? DataOrigin(source: url.lastPathComponent))
        self = naming(features: names)
    }

    /// Samples from a table of which nothing is asked: new rows for a stored network.
    ///
    /// - Parameter features: the columns of values, in the order in which the network takes them; nil for all that hold
    ///   numbers.
    public init(
        csv url: URL, features: [CSVColumn]?, format: CSVFormat = CSVFormat()
    ) throws(DataError) {
        let table = try CSVReader(format: format).table(at: url)
        let (values, names) = try table.features(features, without: nil)
        try self.init(
            name: url.lastPathComponent, values: values, featureShape: [names.count],
            targets: .none(count: table.rowCount),
            origin: DataOrigin(source: url.lastPathComponent))
        self = naming(features: names)
    }
}

extension CSVTable {
    /// The numbers of some columns row by row, and the names of these columns; by default all columns of numbers but one.
    func features(
        _ features: [CSVColumn]?, without left: Int?
    ) throws(DataError) -> (values: [Float], names: [String]) {
        var positions: [Int] = []
        if let features {
            for column in features { positions.append(try position(of: column)) }
        } else {
            positions = numericColumns.filter { $0 != left }
        }
        guard !positions.isEmpty else {
            throw DataError(
                .wrongFormat, at: path, expected: "at least one column of numbers",
                found: left == nil ? "none" : "none beside the label",
                advice: "check the separator and the columns")
        }
        var columns: [[Double]] = []
        for position in positions { columns.append(try numbers(.index(position))) }
        var values: [Float] = []
        values.reserveCapacity(rowCount * columns.count)
        for row in 0..<rowCount {
            for column in columns { values.append(Float(column[row])) }
        }
        return (values, positions.map { names[$0] })
    }

    /// The labels in a column, and the names of the classes.
    func labels(
        at position: Int, classNames: [String]?
    ) throws(DataError) -> (labels: [Int], names: [String]) {
        func refuse(_ row: Int, expected: String, found: String) -> DataError {
            DataError(
                .labelOutsideClasses,
                at: "\(path), line \(lines[row]), column \"\(names[position])\"",
                expected: expected, found: found, advice: "check the label column and the classes")
        }
        switch columns[position] {
        case .numbers(let numbers):
            let limit = classNames?.count
            var labels: [Int] = []
            for (row, number) in numbers.enumerated() {
                guard let label = Int(exactly: number), label >= 0, label < limit ?? 65536 else {
                    throw refuse(
                        row, expected: "a whole number from 0 to \((limit ?? 65536) - 1)",
                        found: "\(number)")
                }
                labels.append(label)
            }
            return (labels, classNames ?? (0...(labels.max() ?? 0)).map { "\($0)" })
        case .text(let texts):
            let classes = classNames ?? Set(texts).sorted()
            let numbers = Dictionary(
                classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            var labels: [Int] = []
            for (row, text) in texts.enumerated() {
                guard let label = numbers[text] else {
                    throw refuse(
                        row, expected: "one of \(classes.joined(separator: ", "))",
                        found: "\"\(text)\"")
                }
                labels.append(label)
            }
            return (labels, classes)
        }
    }
}

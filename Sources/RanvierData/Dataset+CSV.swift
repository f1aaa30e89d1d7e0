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
        var positions: [Int] = []
        if let features {
            for column in features { positions.append(try table.position(of: column)) }
        } else {
            positions = table.numericColumns.filter { $0 != labelPosition }
        }
        guard !positions.isEmpty else {
            throw DataError(
                .wrongFormat, at: table.path, expected: "at least one column of numbers",
                found: "none beside the label", advice: "check the separator and the columns")
        }
        var columns: [[Double]] = []
        for position in positions { columns.append(try table.numbers(.index(position))) }
        var values: [Float] = []
        values.reserveCapacity(table.rowCount * columns.count)
        for row in 0..<table.rowCount {
            for column in columns { values.append(Float(column[row])) }
        }
        let (labels, names) = try table.labels(at: labelPosition, classNames: classNames)
        try self.init(
            name: name ?? url.lastPathComponent, values: values, featureShape: [columns.count],
            labels: labels, classNames: names,
            origin: origin ?? DataOrigin(source: url.lastPathComponent))
    }
}

extension CSVTable {
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

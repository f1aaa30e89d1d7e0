import Foundation
import RanvierFormats

extension Dataset {
    /// Samples from a table: one row each, one column for the label.
    ///
    /// Labels are whole numbers, or texts, which become classes in alphabetical order.
    ///
    ///     let iris = try Dataset(csv: file, label: "species")
    ///
    /// - Parameters:
    ///   - label: the column of labels, by name or position (−1 is the last).
    ///   - features: the columns of values; by default all others that hold numbers.
    ///   - classNames: names of the classes; others are refused.
    /// - Throws: ``DataError`` with the line: all that `TableReader` refuses, a label that is no class, a missing number.
    public init(
        csv url: URL, label: TableColumn, features: [TableColumn] = [],
        format: TableFormat = TableFormat(), classNames: [String]? = nil
    ) throws(DataError) {
        var options = TableOptions()
        options.asked = .label(label)
        options.features = features
        options.format = format
        options.classes = classNames
        try self.init(tables: [url], options)
    }

    /// Samples from a table: one row each, one column of numbers that are to be predicted.
    ///
    /// - Parameters:
    ///   - target: the column to predict, by name or position.
    ///   - features: the columns of values; by default all others that hold numbers.
    /// - Throws: ``DataError`` with the line: all that `TableReader` refuses, a target that is no number.
    public init(
        csv url: URL, target: TableColumn, features: [TableColumn] = [],
        format: TableFormat = TableFormat()
    ) throws(DataError) {
        var options = TableOptions()
        options.asked = .values([target])
        options.features = features
        options.format = format
        try self.init(tables: [url], options)
    }

    /// Samples from tables that are one data set.
    ///
    /// - Throws: ``DataError`` that names file, line and column.
    public init(tables urls: [URL], _ options: TableOptions) throws(DataError) {
        self = try TableParts(training: urls, options).training
    }
}

/// Samples of some tables, and what is to be told of them.
package struct TableParts {
    /// Samples of the first files.
    package let training: Dataset
    /// Samples of the others; nil where there are none.
    package let test: Dataset?
    /// How alike neighbouring rows of the first files are, from 0 to 1.
    package let neighbourCorrelation: Double
    /// What was found out and decided.
    package private(set) var notes: [String]
    /// What may be wrong.
    package private(set) var warnings: [String]

    /// Reads tables.
    package init(training: [URL], test: [URL] = [], _ options: TableOptions) throws(DataError) {
        let set = try TableSet(training: training, test: test, format: options.format)
        let plan = try TablePlan(set, options)
        notes = set.notes + plan.notes
        warnings = set.warnings + plan.warnings
        let rows = try TableRows(of: set.trainingFiles, in: set, plan, options)
        neighbourCorrelation = rows.neighbourCorrelation
        warnings += TableSuspicions(set, plan, rows, options).warnings
        let first = try TableSamples(
            rows, plan, options, name: Self.name(training), origin: Self.origin(training))
        self.training = first.dataset
        notes += first.notes
        warnings += first.warnings
        guard !test.isEmpty else {
            self.test = nil
            return
        }
        let second = try TableSamples(
            TableRows(of: set.files.filter { !$0.isTraining }, in: set, plan, options), plan,
            options, name: Self.name(test), origin: Self.origin(test))
        var measured = second.dataset
        notes += second.notes
        warnings += second.warnings
        if let step = first.dataset.timeStep, let other = second.dataset.timeStep,
            abs(other / step - 1) > TableOptions.stepTolerance
        {
            throw DataError(
                .invalidParameter, at: "\(Self.name(test)), column of times",
                expected: "a row every \(step) s, as in \(Self.name(training))",
                found: "one every \(other) s", advice: "bring both to the same step")
        }
        // Medians of real clocks are never quite the same.
        if let step = first.dataset.timeStep { measured = measured.timed(step: step) }
        self.test = measured
    }

    private static func name(_ urls: [URL]) -> String {
        guard urls.count > 1, let first = urls.first else {
            return urls.first?.lastPathComponent ?? "table"
        }
        return "\(first.lastPathComponent) and \(urls.count - 1) more"
    }

    private static func origin(_ urls: [URL]) -> DataOrigin { DataOrigin(source: name(urls)) }
}

import RanvierConfiguration
import RanvierFormats

/// How the rows of tables become samples.
public struct TableOptions: Sendable, Hashable {
    /// What is asked of each sample.
    public enum Asked: Sendable, Hashable {
        /// The class in a column.
        case label(TableColumn)
        /// The numbers in some columns.
        case values([TableColumn])
        /// Nothing: new rows for a stored network.
        case nothing
    }

    /// What becomes of a cell without a number.
    public enum MissingValues: Sendable, Hashable {
        /// An error that names line and column.
        case refused
        /// The row is left out, and with it every window that would hold it.
        case dropped
        /// The number of the row before it in the same series; rows before the first number are left out.
        case last
        /// The mean over the training samples.
        case mean
        /// This number.
        case number(Double)
    }

    /// Which label a window of several rows has.
    public enum WindowLabel: String, Sendable, Hashable, CaseIterable {
        /// That of its last row.
        case last
        /// The most frequent one; of several the one whose last row comes last.
        case majority
        /// The last class, in the order of the classes, that any of its rows has: 1 of 0 and 1.
        case any
    }

    /// How the files are written; what is nil is found out and told.
    public var format = TableFormat()
    /// What is asked.
    public var asked: Asked = .label("label")
    /// Columns of values in order; empty for all others that hold numbers.
    public var features: [TableColumn] = []
    /// Columns that are left out.
    public var drop: [TableColumn] = []
    /// Names of the classes in order; nil for those that occur.
    public var classes: [String]?
    /// The column of times; nil for the first one that holds times, if there is one.
    public var time: TableColumn?
    /// The column that tells series apart, such as a machine; nil for none. Files are series of their own anyway.
    public var group: TableColumn?
    /// What becomes of cells without a number.
    public var missing = MissingValues.refused
    /// Whether a further channel for each column that has gaps says where they are.
    public var marksMissing = false
    /// Rows of a sample; nil for samples that are one row, a vector.
    public var window: Int?
    /// Rows between the beginnings of two windows.
    public var stride = 1
    /// Which label a window has.
    public var windowLabel = WindowLabel.last
    /// Rows between the last one of a sample and the one whose label or value is asked for.
    public var horizon = 0
    /// Steps of time that two rows of a window may lie apart at most; longer gaps end a series.
    public var longestGap = 10.0

    /// All others that hold numbers, and the column "label".
    public init() {}

    /// What is added to a column's name for the channel that says where its gaps are.
    package static let missingSuffix = " is missing"

    /// Share by which the steps of two tables may differ; clocks are not better.
    package static let stepTolerance = 0.05
}

extension TableOptions.MissingValues {
    /// The rules that are words of a configuration; a number stands for itself.
    private static let words: KeyValuePairs<String, Self> = [
        "refuse": .refused, "drop": .dropped, "last": .last, "mean": .mean,
    ]

    /// What a word may be, for messages.
    package static let expected = "refuse, drop, last, mean or a number"

    /// The rule of a word; nil where it is none.
    package init?(word: String) {
        if let known = Self.words.first(where: { $0.key == word }) {
            self = known.value
        } else {
            guard let number = Double(word), number.isFinite else { return nil }
            self = .number(number)
        }
    }

    /// The word of a configuration.
    package var word: String {
        if case .number(let number) = self { return "\(number)" }
        return Self.words.first { $0.value == self }?.key ?? ""
    }
}

extension TableOptions {
    /// Columns that are asked for.
    package var askedColumns: [TableColumn] {
        switch asked {
        case .label(let column): [column]
        case .values(let columns): columns
        case .nothing: []
        }
    }
}

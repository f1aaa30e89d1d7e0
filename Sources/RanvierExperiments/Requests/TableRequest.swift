import Foundation
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierRuns

/// A table of the user's, and what is asked of it, without a configuration.
public struct TableRequest: Sendable, Codable {
    /// What is asked of each sample.
    public enum Task: String, Sendable, Codable, CaseIterable {
        /// The class.
        case classification
        /// A number.
        case regression
    }

    /// Files, folders or patterns.
    public var data: [String]
    /// The column of classes or numbers to predict; nil for one that is called so.
    public var target: String?
    /// What is asked; nil for what the column suggests.
    public var task: Task?
    /// Tables to measure on; empty for a part of the data.
    public var test: [String] = []
    /// Columns that are left out.
    public var drop: [String] = []
    /// Columns that are used; empty for all others that hold numbers.
    public var features: [String] = []
    /// Rows of a sample; nil for what the tables suggest.
    public var window: Int?
    /// Rows between the beginnings of two windows; nil for what the tables suggest.
    public var stride: Int?
    /// Rows between a sample and what is asked of it.
    public var horizon: Int?
    /// The column that tells series apart.
    public var group: String?
    /// What becomes of missing numbers; nil for what the tables suggest.
    public var missing: String?
    /// How the files are written where that is not found out rightly: `dataset.skip-rows=3`, with one of ``readingKeys``.
    public var reading: [ConfigurationOverride] = []
    /// Seed of all random numbers.
    public var seed = 0
    /// What relative paths start from.
    public var folder = URL(filePath: ".", directoryHint: .isDirectory)

    /// A request.
    public init(data: [String]) { self.data = data }

    /// Keys of `dataset` that say how the files are written.
    public static let readingKeys = [
        "separator", "quote", "decimal", "thousands", "encoding", "header", "missing-marks",
        "time-format", "skip-rows",
    ]

    /// Whether an override says how the files are written.
    public static func isReading(_ override: ConfigurationOverride) -> Bool {
        override.path.count == 2 && override.path[0] == "dataset"
            && readingKeys.contains(override.path[1])
    }

    /// How the files are written, as far as that is said.
    ///
    /// - Throws: `ConfigurationError` for a value that cannot be.
    func format() throws(ConfigurationError) -> TableFormat {
        guard !reading.isEmpty else { return TableFormat() }
        let reader = try ConfigurationReader(
            yaml: "dataset: {train: table}", file: "--set", overrides: reading)
        var source = TableSource()
        try TableSource.schema.read(reader.section("dataset"), onto: &source)
        return source.options.format
    }
}

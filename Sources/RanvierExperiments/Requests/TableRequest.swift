import Foundation

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
    /// Seed of all random numbers.
    public var seed = 0
    /// What relative paths start from.
    public var folder = URL(filePath: ".", directoryHint: .isDirectory)

    /// A request.
    public init(data: [String]) { self.data = data }
}

import Foundation

/// What `ranvier compare` is asked for.
public struct CompareRequest: Sendable, Codable {
    /// Runs (folders, or names or numbers in the index), and configurations (`.yaml`) that are trained first.
    public var items: [String]
    /// Replaces the configurations' seed.
    public var seed: Int?
    /// The folder of all runs; new ones and the page go there.
    public var output: URL
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Worker threads; nil for one per core.
    public var threads: Int?

    /// Creates a request.
    public init(
        items: [String], seed: Int? = nil, output: URL = Workbench.defaultOutput,
        dataDirectory: String? = nil, threads: Int? = nil
    ) {
        self.items = items
        self.seed = seed
        self.output = output
        self.dataDirectory = dataDirectory
        self.threads = threads
    }
}

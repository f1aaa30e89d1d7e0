import Foundation

/// What `ranvier evaluate` is asked for.
public struct EvaluateRequest: Sendable {
    /// The run's folder.
    public var run: URL
    /// Another data set than the run's own test data, by name; nil for the run's own.
    public var dataset: String?
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Worker threads; nil for one per core.
    public var threads: Int?

    /// Creates a request.
    public init(
        run: URL, dataset: String? = nil, dataDirectory: String? = nil, threads: Int? = nil
    ) {
        self.run = run
        self.dataset = dataset
        self.dataDirectory = dataDirectory
        self.threads = threads
    }
}

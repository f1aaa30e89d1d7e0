import Foundation

/// What `ranvier evaluate` is asked for.
public struct EvaluateRequest: Sendable, Codable {
    /// The run's folder.
    public var run: URL
    /// A data set by name, or a labelled CSV file; nil for the run's own test data.
    public var data: String?
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Worker threads; nil for one per core.
    public var threads: Int?

    /// Creates a request.
    public init(
        run: URL, data: String? = nil, dataDirectory: String? = nil, threads: Int? = nil
    ) {
        self.run = run
        self.data = data
        self.dataDirectory = dataDirectory
        self.threads = threads
    }
}

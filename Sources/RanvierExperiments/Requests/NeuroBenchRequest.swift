import Foundation

/// What `ranvier analyze neurobench` is asked for.
public struct NeuroBenchRequest: Sendable, Codable {
    /// Folder of the run.
    public var run: URL
    /// A data set by name, or a labelled file; nil for the run's own test data.
    public var data: String?
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Worker threads; nil for one per core. The result does not depend on it.
    public var threads: Int?

    /// A question about one run.
    public init(run: URL) { self.run = run }
}

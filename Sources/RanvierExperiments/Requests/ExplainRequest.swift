import Foundation

/// What `ranvier explain` is asked for.
public struct ExplainRequest: Sendable, Codable {
    /// Folder of the run.
    public var run: URL
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Most samples that are looked at.
    public var samples = 256
    /// Worker threads; nil for one per core. The result does not depend on it.
    public var threads: Int?

    /// A question about one run.
    public init(run: URL) { self.run = run }
}

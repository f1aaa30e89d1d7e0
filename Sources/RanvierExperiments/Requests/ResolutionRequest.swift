import Foundation

/// What `ranvier analyze resolution` is asked for.
public struct ResolutionRequest: Sendable, Codable {
    /// Folder of the run.
    public var run: URL
    /// Most samples, drawn by chance.
    public var samples = 1000
    /// What decides samples and moves.
    public var seed: UInt64 = 0
    /// A data set by name, or a labelled file; nil for the run's own test data.
    public var data: String?
    /// Where the files go.
    public var output = URL(filePath: "analysis/resolution", directoryHint: .isDirectory)
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Worker threads; nil for one per core. The result does not depend on it.
    public var threads: Int?
    /// The command line, word by word, for the page.
    public var command: [String] = []

    /// A question about one run.
    public init(run: URL) { self.run = run }
}

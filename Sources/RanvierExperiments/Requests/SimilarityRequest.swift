import Foundation
import RanvierAnalysis

/// What `ranvier analyze cka` is asked for.
public struct SimilarityRequest: Sendable, Codable {
    /// Folder of the run whose layers are the rows.
    public var first: URL
    /// Folder of the run whose layers are the columns.
    public var second: URL
    /// Folder of a run like the first from another seed, which gives the scale; nil for none.
    public var ceiling: URL?
    /// Whether untrained networks are compared, too.
    public var hasFloor = true
    /// How answers are compared.
    public var settings = RepresentationSettings()
    /// A data set by name, or a labelled CSV file, that both answer to; nil for the runs' own test data, which must be the same.
    public var data: String?
    /// Samples of a batch.
    public var batchSize = 1024
    /// Batches.
    public var batches = 2
    /// Where the files go.
    public var output = URL(filePath: "analysis/cka", directoryHint: .isDirectory)
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Worker threads; nil for one per core. The result does not depend on it.
    public var threads: Int?
    /// The command line, word by word, for the page.
    public var command: [String] = []

    /// A comparison of two runs.
    public init(first: URL, second: URL) {
        self.first = first
        self.second = second
    }
}
